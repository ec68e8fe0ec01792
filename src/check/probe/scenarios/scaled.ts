import { readFileSync } from "node:fs";
import { boot, isUsable, type Lab } from "../lab.ts";
import type { ProcessInfo } from "../processes.ts";
import { describeStart } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { sleep } from "../wait.ts";

/** Processes and threads of the web process, by the value of `WEB_CONCURRENCY`. */
export type ScaledFacts = { readonly one: number; readonly four: number };

const settleMs = 300;

export async function observeScaled(lab: Lab): Promise<ScaledFacts | NotTried> {
  if (!lab.variables.some(({ name }) => name === "WEB_CONCURRENCY"))
    return notTried("no WEB_CONCURRENCY is declared");
  const one = await count(lab, "1");
  if (typeof one !== "number") return one;
  const four = await count(lab, "4");
  return typeof four === "number" ? { one, four } : four;
}

async function count(lab: Lab, value: string): Promise<number | NotTried> {
  const booted = await boot(lab, { type: "web", environment: { WEB_CONCURRENCY: value } });
  await sleep(settleMs, lab.session.signal);
  const threads = booted.launched.family().reduce((sum, each) => sum + threadsOf(each), 0);
  await booted.stop();
  if (isUsable(lab, booted)) return threads;
  return notTried(`with WEB_CONCURRENCY=${value} it was not ready: ${describeStart(lab, booted)}`);
}

/** One where the kernel does not tell. */
function threadsOf({ pid }: ProcessInfo): number {
  try {
    return Number(/^Threads:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 1);
  } catch {
    return 1;
  }
}
