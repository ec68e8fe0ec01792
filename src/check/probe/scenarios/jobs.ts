import { type Booted, boot, isUsable, type Lab, newToken } from "../lab.ts";
import { createBy, type Recipe, readBy } from "../recipe.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { sleep, until } from "../wait.ts";
import { latencyMs } from "./drain.ts";
import type { TrioFacts } from "./trio.ts";

export type JobFacts = {
  readonly afterTerm: Redelivery | NotTried;
  readonly afterKill: Redelivery | NotTried;
  readonly shared: { readonly jobs: number; readonly done: number; readonly twice: number };
};

export type Redelivery = {
  readonly done: boolean;
  /** How long it was waited for. */
  readonly waitedMs: number;
  /** One that is not done, as it is listed. */
  readonly last: string | null;
};

const doneBudgetMs = 25_000;
const sharedJobs = 20;
/** While a job is on its way to the worker, and while it is worked on: a worker that polls may ask a latency later. */
const momentsMs = { SIGTERM: [500, 2_300, 3_200], SIGKILL: [1_600, 2_400, 3_100] };

/** Jobs through the app's own API, with workers that end in the middle of one: told to, or without warning. */
export async function observeJobs(lab: Lab, trio: TrioFacts): Promise<JobFacts | NotTried> {
  const recipe = trio.pair?.recipe;
  if (!lab.types.some(({ name }) => name === "worker")) return notTried("there is no worker process");
  if (!recipe)
    return notTried("no API was found that creates a job; describe one in .twelve-factor-check.json");
  const web = await boot(lab, { type: "web" });
  if (!isUsable(lab, web)) return notTried("a web process to create jobs with did not become ready");
  const unworked = await createAndRead(recipe, web);
  if (!unworked) return notTried(`${recipe.create.path} did not list what was created there`);
  const began = performance.now();
  const worker = await boot(lab, { type: "worker", wait: false });
  const worked = await until(
    async () => {
      const now = await readBy(recipe, web.port, unworked.token);
      return now !== null && withoutTimes(now) !== withoutTimes(unworked.item) ? now : null;
    },
    { timeoutMs: doneBudgetMs, everyMs: 100, signal: lab.session.signal },
  );
  if (!worked) return notTried("what the worker did could not be seen through the API");
  const bench: Bench = { lab, recipe, web, finished: stateWord(unworked.item, worked) };
  // On a busy host all takes longer.
  const patienceMs = Math.max(lab.redeliveryMs, 6 * (performance.now() - began));
  await worker.stop();
  const killed = await interrupt(bench, await bootWorkers(lab, momentsMs.SIGKILL.length), "SIGKILL");
  const killedAt = performance.now();
  const victims = await bootWorkers(lab, momentsMs.SIGTERM.length);
  // A queue that delivers again at once has them rid of these jobs before they get their own.
  await allDone(bench, killed, 3_000);
  const told = await interrupt(bench, victims, "SIGTERM");
  const successors = await bootWorkers(lab, 2);
  const soonMs = Math.min(doneBudgetMs, patienceMs);
  const afterTerm = await redelivery(bench, told, { since: performance.now(), patienceMs: soonMs });
  const shared = await shareJobs(bench, soonMs);
  const afterKill = await redelivery(bench, killed, { since: killedAt, patienceMs });
  for (const each of [...successors, web]) await each.stop();
  return { afterTerm, afterKill, shared };
}

type Bench = {
  readonly lab: Lab;
  readonly recipe: Recipe;
  readonly web: Booted;
  /** What is in an item when it is done. */
  readonly finished: string;
};

const bootWorkers = (lab: Lab, count: number): Promise<Booted[]> =>
  Promise.all(Array.from({ length: count }, () => boot(lab, { type: "worker" })));

/** Workers whose services are slow get a job each, and one after the other the signal. The tokens of the jobs. */
async function interrupt(
  { lab, recipe, web }: Bench,
  workers: readonly Booted[],
  signal: "SIGTERM" | "SIGKILL",
): Promise<string[]> {
  for (const { proxies } of workers) for (const proxy of proxies.values()) proxy.setLatency(latencyMs);
  const created = await Promise.all(workers.map(() => createAndRead(recipe, web)));
  const since = performance.now();
  await Promise.all(
    workers.map(async ({ launched, stop }, index) => {
      const due = since + (momentsMs[signal][index] ?? 0);
      await sleep(Math.max(0, due - performance.now()), lab.session.signal);
      if (signal === "SIGTERM") {
        launched.signal(signal);
        await launched.exitWithin(lab.graceMs + 1_000);
      }
      await stop();
    }),
  );
  return created.flatMap((each) => (each ? [each.token] : []));
}

const isDone = async ({ recipe, web, finished }: Bench, token: string): Promise<boolean> =>
  ((await readBy(recipe, web.port, token)) ?? "").includes(finished);

async function allDone(bench: Bench, tokens: readonly string[], timeoutMs: number): Promise<boolean> {
  const areDone = async () => (await Promise.all(tokens.map((token) => isDone(bench, token)))).every(Boolean);
  const done = await until(areDone, { timeoutMs, everyMs: 200, signal: bench.lab.session.signal });
  return done !== null;
}

async function redelivery(
  bench: Bench,
  tokens: readonly string[],
  { since, patienceMs }: { readonly since: number; readonly patienceMs: number },
): Promise<Redelivery | NotTried> {
  // What came between may have taken long.
  const timeoutMs = Math.max(since + patienceMs - performance.now(), 3_000);
  const done = await allDone(bench, tokens, timeoutMs);
  const waitedMs = Math.round(performance.now() - since);
  if (done) return { done, waitedMs, last: null };
  const items = await Promise.all(tokens.map((token) => readBy(bench.recipe, bench.web.port, token)));
  const last = items.find((item) => !item?.includes(bench.finished));
  if (last === undefined) return { done: true, waitedMs, last: null };
  return last === null
    ? notTried(`${bench.recipe.read} did not list the job any more`)
    : { done, waitedMs, last };
}

async function createAndRead(
  recipe: Recipe,
  web: Booted,
): Promise<{ readonly token: string; readonly item: string } | null> {
  const token = newToken();
  const status = await createBy(recipe, web.port, token);
  const item = status !== null && status < 300 ? await readBy(recipe, web.port, token) : null;
  return item === null ? null : { token, item };
}

async function shareJobs(bench: Bench, patienceMs: number): Promise<JobFacts["shared"]> {
  const { recipe, web } = bench;
  const asked = await Promise.all(
    Array.from({ length: sharedJobs }, async () => {
      const token = newToken();
      return { token, status: await createBy(recipe, web.port, token) };
    }),
  );
  const tokens = asked.flatMap(({ token, status }) => (status !== null && status < 300 ? [token] : []));
  await allDone(bench, tokens, patienceMs);
  const listed = await Promise.all(tokens.map((token) => readBy(recipe, web.port, token)));
  return {
    jobs: tokens.length,
    done: listed.filter((item) => item?.includes(bench.finished)).length,
    twice: listed.filter((item) => workedTimes(item ?? "") > 1).length,
  };
}

/** Where the app tells how often it worked on an item. */
function workedTimes(item: string): number {
  return Number(/"(?:runs|times|attempts|deliveries|processedCount)"\s*:\s*(\d+)/i.exec(item)?.[1] ?? 1);
}

const withoutTimes = (item: string): string => item.replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, '""');

/** The string value that the worker changed, as `"processed"`. */
function stateWord(before: string, after: string): string {
  const old = new Set(before.match(/"[^"]*"/g));
  const changed = (withoutTimes(after).match(/"[^"]*"/g) ?? []).filter(
    (word) => !old.has(word) && word !== '""',
  );
  return changed.find((word) => after.includes(`:${word}`)) ?? changed[0] ?? withoutTimes(after);
}
