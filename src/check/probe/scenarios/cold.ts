import { boot, type Lab, statusOf } from "../lab.ts";
import type { Exit } from "../launch.ts";
import { lastLines } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { until } from "../wait.ts";
import { missingServices } from "./outage.ts";

export type ColdFacts = {
  readonly exit: Exit | null;
  /** Whether it said something, or answered, within the time. */
  readonly spoke: boolean;
  readonly recoveredMs: number | null;
  readonly evidence: string;
};

const patienceMs = 30_000;
const recoveryBudgetMs = 10_000;

/** Started while every backing service is down. */
export async function observeCold(lab: Lab): Promise<ColdFacts | NotTried> {
  if (lab.resources.length === 0) return notTried("the app declares no backing service");
  if (lab.resources.every(({ service }) => service === null)) return notTried(missingServices(lab));
  const { signal } = lab.session;
  const booted = await boot(lab, { type: "web", resources: "reset", wait: false });
  const { launched } = booted;
  const path = lab.found.health?.ready ?? "/";
  const answers = async () => (await statusOf(booted, path, 3_000)) !== null;
  const spoke = await until(
    async () => launched.exit() !== null || launched.output.lines().length > 0 || (await answers()),
    { timeoutMs: patienceMs, everyMs: 100, signal },
  );
  await until(async () => launched.exit() !== null || (await answers()), {
    timeoutMs: 3_000,
    everyMs: 100,
    signal,
  });
  const exit = launched.exit();
  for (const proxy of booted.proxies.values()) proxy.resume();
  const resumed = performance.now();
  const isBack =
    exit === null &&
    (await until(async () => ((await statusOf(booted, path, 3_000)) ?? 500) < 500, {
      timeoutMs: recoveryBudgetMs,
      everyMs: 100,
      signal,
    }));
  const recoveredMs = isBack ? Math.round(performance.now() - resumed) : null;
  const evidence = lastLines(launched);
  await booted.stop();
  return { exit, spoke: spoke !== null, recoveredMs, evidence };
}
