import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, needs } from "./config.ts";
import { createLog } from "./log.ts";
import { closeAll, connected } from "./resources/resource.ts";
import { connect } from "./resources.ts";
import { type Entry, schedule } from "./schedule.ts";
import { onFaults, onSignals } from "./shutdown.ts";

const config = loadConfig(needs.clock);
const log = createLog("clock", config);
onFaults(log);

const resources = connect(config, log);
const stopping = new AbortController();
const done = new Map<Entry, number>();

onSignals({
  log,
  graceMs: config.SHUTDOWN_GRACE_MS,
  stop: async () => {
    stopping.abort();
    await closeAll(resources);
  },
});

await connected(resources, log);
while (!stopping.signal.aborted) {
  await Promise.all(schedule.map(sendDue));
  await sleep(1_000);
}

/** Sends the job once a period. Its id is that of the period, the same in every clock that runs. */
async function sendDue(entry: Entry): Promise<void> {
  const period = Math.floor(Date.now() / entry.everyMs);
  if (done.get(entry) === period) return;
  try {
    await resources.queue.sendOnce({
      id: idOf(`${entry.job} ${entry.everyMs} ${period}`),
      name: entry.job,
      data: null,
    });
    done.set(entry, period);
    log.info({ job: entry.job, period }, "job due");
  } catch (error) {
    log.warn({ err: error, job: entry.job }, "job not sent, trying again");
  }
}

function idOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
