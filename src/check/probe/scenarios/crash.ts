import { boot, confirmed, isUsable, type Lab, statusOf } from "../lab.ts";
import { signalProcess } from "../processes.ts";
import { createBy, readBy } from "../recipe.ts";
import { describeStart } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { sleep, until } from "../wait.ts";
import { smokePaths, type TrioFacts } from "./trio.ts";

export type CrashFacts = {
  readonly restarted: boolean;
  readonly evidence: string;
  readonly readyMs: number | null;
  /** What was created before the crash is still there. */
  readonly persisted: boolean | NotTried;
  /** Whether it answered while nobody read its output. */
  readonly answersWithFullPipe: boolean | NotTried;
};

/** `other` is killed with -9 and started again at once: same port, same directories, same database. */
export async function observeCrash(lab: Lab, trio: TrioFacts): Promise<CrashFacts | NotTried> {
  const other = trio.pair?.other;
  if (!other || !isUsable(lab, other)) return notTried("the third web process was not ready");
  const recipe = trio.pair?.recipe ?? null;
  const token = `crash${Date.now().toString(36)}`;
  const status = recipe ? await createBy(recipe, other.port, token) : null;
  const wasListed = recipe ? await readBy(recipe, other.port, token) : null;
  for (const { pid } of other.launched.family()) signalProcess(pid, "SIGKILL");
  await until(() => other.launched.exit() !== null, { timeoutMs: 2_000, everyMs: 5 });
  const again = await confirmed(
    async () => {
      const booted = await boot(lab, {
        type: "web",
        database: "b",
        port: other.asked,
        directory: other.directory,
        proxies: other.proxies,
      });
      if (!isUsable(lab, booted)) await booted.stop();
      return booted;
    },
    (booted) => !isUsable(lab, booted) && booted.readiness !== "exited",
  );
  const restarted = isUsable(lab, again);
  const persisted = !recipe
    ? notTried("no API was found that creates something; describe one in .twelve-factor-check.json")
    : status === null || status >= 400 || wasListed === null
      ? notTried(`${recipe.create.path} did not list what was created there (status ${status})`)
      : restarted
        ? (await readBy(recipe, again.port, token)) !== null
        : notTried("it did not start again");
  const answersWithFullPipe = restarted ? await fillPipe(lab, again) : notTried("it did not start again");
  await again.stop();
  await other.stop();
  return {
    restarted,
    evidence: describeStart(lab, again),
    readyMs: again.readyMs,
    persisted,
    answersWithFullPipe,
  };
}

const fillBudgetMs = 20_000;

/** A pipe holds 64 KiB; nobody reads until the app has surely written more. */
async function fillPipe(lab: Lab, booted: Awaited<ReturnType<typeof boot>>): Promise<boolean | NotTried> {
  const paths = smokePaths(lab);
  const bytesBefore = booted.launched.output.bytes();
  const sample = 10;
  for (let index = 0; index < sample; index++) await statusOf(booted, `${paths[0]}?tf=${index}`, 500);
  await sleep(100, lab.session.signal);
  const perRequest = (booted.launched.output.bytes() - bytesBefore) / sample;
  if (perRequest < 20) return notTried("it does not log requests, so its output could not be filled");
  booted.launched.output.stopReading();
  const needed = Math.min(3_000, Math.ceil((200 * 1024) / perRequest));
  const deadline = performance.now() + fillBudgetMs;
  const path = lab.found.health?.live ?? "/";
  const answers = async () =>
    (await until(async () => (await statusOf(booted, path, 2_000)) !== null, { timeoutMs: 6_000 })) !== null;
  let answered = 0;
  let blocked = false;
  const fill = async () => {
    while (answered < needed && !blocked && performance.now() < deadline) {
      if ((await statusOf(booted, `${paths[0]}?tf=${answered}`, 2_000)) !== null) answered++;
      // It may be slow, and not stopped.
      else if (!(await answers())) blocked = true;
    }
  };
  await Promise.all(Array.from({ length: 8 }, fill));
  const isThere = !blocked && (await answers());
  booted.launched.output.resumeReading();
  if (!isThere) return false;
  return answered >= needed ? true : notTried("its output could not be filled in 20 s");
}
