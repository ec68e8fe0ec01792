import { type Booted, confirmed, type Lab, statusOf } from "../lab.ts";
import type { Exit } from "../launch.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { sleep, until } from "../wait.ts";
import { type InFlight, pendingRequest } from "./drain.ts";
import type { TrioFacts } from "./trio.ts";

export type OutageFacts = {
  readonly silent: Episode | NotTried;
  readonly dead: Episode | NotTried;
  readonly secondSignal: { readonly inFlight: InFlight | null; readonly exit: Exit | null };
};

export type Episode = {
  /** Statuses during the outage; null is no answer in time. */
  readonly live: number | null;
  readonly ready: number | null;
  readonly exit: Exit | null;
  readonly recoveredMs: number | null;
  readonly readyPath: string;
  readonly livePath: string | null;
};

const readyBudgetMs = 5_000;
const recoveryBudgetMs = 10_000;

/** The resources of `twin` fall silent, come back, break, come back; then it gets SIGTERM twice. */
export async function observeOutage(lab: Lab, trio: TrioFacts): Promise<OutageFacts | NotTried> {
  const twin = trio.pair?.twin;
  if (twin?.readiness !== "ready") return notTried("the second web process was not ready");
  const silent = await endure(lab, trio, twin, "pause");
  const dead = await endure(lab, trio, twin, "reset");
  const secondSignal = await terminateTwice(lab, trio, twin);
  return { silent, dead, secondSignal };
}

async function endure(
  lab: Lab,
  trio: TrioFacts,
  twin: Booted,
  fault: "pause" | "reset",
): Promise<Episode | NotTried> {
  if (lab.resources.length === 0) return notTried("the app declares no backing service");
  if (lab.resources.every(({ service }) => service === null)) return notTried(missingServices(lab));
  const readyPath = lab.found.health?.ready ?? trio.routes[0]?.path;
  if (!readyPath) return notTried("no route was found that needs a backing service");
  if (twin.launched.exit()) return notTried("the process ended in the outage before");
  const livePath = lab.found.health?.live ?? null;
  for (const proxy of twin.proxies.values()) proxy[fault]();
  const exit = () => twin.launched.exit();
  await sleep(200, lab.session.signal);
  const live = livePath
    ? await confirmed(
        () => statusOf(twin, livePath, 2_000),
        (status) => status !== 200,
      )
    : null;
  let ready: number | null = null;
  await until(
    async () => {
      ready = await statusOf(twin, readyPath, readyBudgetMs);
      return exit() !== null || (ready !== null && ready >= 500);
    },
    { timeoutMs: readyBudgetMs, everyMs: 200, signal: lab.session.signal },
  );
  const exited = exit();
  for (const proxy of twin.proxies.values()) proxy.resume();
  const resumed = performance.now();
  const isBack = exited
    ? null
    : await until(async () => ((await statusOf(twin, readyPath, 3_000)) ?? 500) < 400, {
        timeoutMs: recoveryBudgetMs,
        everyMs: 100,
        signal: lab.session.signal,
      });
  const recoveredMs = isBack ? Math.round(performance.now() - resumed) : null;
  return { live, ready, exit: exited, recoveredMs, readyPath, livePath };
}

export function missingServices(lab: Lab): string {
  const reasons = lab.resources.flatMap(({ variable, missing }) =>
    missing ? [`${variable}: ${missing}`] : [],
  );
  return `a sink stands in for the backing service (${reasons.join("; ")}); give one with --service NAME=URL`;
}

async function terminateTwice(lab: Lab, trio: TrioFacts, twin: Booted): Promise<OutageFacts["secondSignal"]> {
  const pending = twin.launched.exit() ? null : await pendingRequest(lab, twin, trio.routes);
  twin.launched.signal("SIGTERM");
  await sleep(300, lab.session.signal);
  twin.launched.signal("SIGTERM");
  const exit = await twin.launched.exitWithin(lab.graceMs + 1_000);
  const inFlight = pending ? await pending.finished : null;
  await twin.stop();
  return { inFlight, exit };
}
