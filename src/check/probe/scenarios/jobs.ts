import { type Booted, boot, isUsable, type Lab, newToken } from "../lab.ts";
import { createBy, type Recipe, readBy } from "../recipe.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { sleep, until } from "../wait.ts";
import { latencyMs } from "./drain.ts";
import type { TrioFacts } from "./trio.ts";

export type JobFacts = {
  readonly afterTerm: Redelivery;
  readonly shared: { readonly jobs: number; readonly done: number; readonly twice: number };
};

export type Redelivery = { readonly done: boolean; readonly ms: number; readonly last: string | null };

const doneBudgetMs = 25_000;
const sharedJobs = 20;
/** While the job is on its way to the worker, and while it is worked on. */
const interruptAfterMs = [500, 2_300];

/** Jobs through the app's own API, with a worker that is told to go in the middle of one. */
export async function observeJobs(lab: Lab, trio: TrioFacts): Promise<JobFacts | NotTried> {
  const recipe = trio.pair?.recipe;
  if (!lab.types.some(({ name }) => name === "worker")) return notTried("there is no worker process");
  if (!recipe)
    return notTried("no API was found that creates a job; describe one in .twelve-factor-check.json");
  const web = await boot(lab, { type: "web" });
  if (!isUsable(lab, web)) return notTried("a web process to create jobs with did not become ready");
  const unworked = await createAndRead(recipe, web);
  if (!unworked) return notTried(`${recipe.create.path} did not list what was created there`);
  const changes = async (token: string, from: string) => {
    const now = await readBy(recipe, web.port, token);
    return now !== null && withoutTimes(now) !== withoutTimes(from) ? now : null;
  };
  const worker = await boot(lab, { type: "worker" });
  const isWorked = await until(() => changes(unworked.token, unworked.item), {
    timeoutMs: doneBudgetMs,
    everyMs: 200,
  });
  if (!isWorked) return notTried("what the worker did could not be seen through the API");
  const finished = stateWord(unworked.item, isWorked);
  const isDone = async (token: string) => ((await readBy(recipe, web.port, token)) ?? "").includes(finished);
  await worker.stop();
  const interrupted: string[] = [];
  for (const afterMs of interruptAfterMs) {
    const token = await interrupt(lab, { recipe, web, afterMs });
    if (token) interrupted.push(token);
  }
  const successors = await Promise.all([boot(lab, { type: "worker" }), boot(lab, { type: "worker" })]);
  const started = performance.now();
  const allDone = async () => (await Promise.all(interrupted.map(isDone))).every(Boolean);
  const done = await until(allDone, { timeoutMs: doneBudgetMs, everyMs: 200, signal: lab.session.signal });
  const items = await Promise.all(interrupted.map((token) => readBy(recipe, web.port, token)));
  const afterTerm = {
    done: done !== null,
    ms: Math.round(performance.now() - started),
    last: items.find((item) => !item?.includes(finished)) ?? null,
  };
  const shared = await shareJobs(lab, recipe, web, isDone);
  for (const each of [...successors, web]) await each.stop();
  return { afterTerm, shared };
}

type Interruption = { readonly recipe: Recipe; readonly web: Booted; readonly afterMs: number };

/** A worker whose service is slow gets a job, and SIGTERM so long after. */
async function interrupt(lab: Lab, { recipe, web, afterMs }: Interruption): Promise<string | null> {
  const worker = await boot(lab, { type: "worker" });
  for (const proxy of worker.proxies.values()) proxy.setLatency(latencyMs);
  const created = await createAndRead(recipe, web);
  await sleep(afterMs, lab.session.signal);
  worker.launched.signal("SIGTERM");
  await worker.launched.exitWithin(lab.graceMs + 1_000);
  await worker.stop();
  return created?.token ?? null;
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

async function shareJobs(
  lab: Lab,
  recipe: Recipe,
  web: Booted,
  isDone: (token: string) => Promise<boolean>,
): Promise<JobFacts["shared"]> {
  const asked = await Promise.all(
    Array.from({ length: sharedJobs }, async () => {
      const token = newToken();
      return { token, status: await createBy(recipe, web.port, token) };
    }),
  );
  const tokens = asked.flatMap(({ token, status }) => (status !== null && status < 300 ? [token] : []));
  const allDone = async () => (await Promise.all(tokens.map(isDone))).every(Boolean);
  await until(allDone, { timeoutMs: doneBudgetMs, everyMs: 300, signal: lab.session.signal });
  const listed = await Promise.all(tokens.map((token) => readBy(recipe, web.port, token)));
  const counts = listed.map((item) => workedTimes(item ?? ""));
  const done = (await Promise.all(tokens.map(isDone))).filter(Boolean).length;
  return { jobs: tokens.length, done, twice: counts.filter((count) => count > 1).length };
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
