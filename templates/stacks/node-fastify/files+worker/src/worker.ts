import { loadConfig, needs } from "./config.ts";
import { handlers } from "./jobs/handlers.ts";
import { createLog } from "./log.ts";
import { closeAll, connected } from "./resources/resource.ts";
import { connect } from "./resources.ts";
import { onFaults, onSignals } from "./shutdown.ts";

const config = loadConfig(needs.worker);
const log = createLog("worker", config);
onFaults(log);

const resources = connect(config, log);

onSignals({
  log,
  graceMs: config.SHUTDOWN_GRACE_MS,
  stop: () => closeAll(resources),
});

// A job that takes longer than this to finish goes back to the queue, while there is time to give it back.
const finishMs = Math.max(0, config.SHUTDOWN_GRACE_MS - 2_000);
await Promise.all([connected(resources, log), resources.queue.work(handlers(resources), finishMs)]);
