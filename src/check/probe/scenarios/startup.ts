import { boot, type Lab } from "../lab.ts";
import { sleep } from "../wait.ts";
import type { TrioFacts } from "./trio.ts";

export type StartupFacts = {
  /** From exec to ready. */
  readonly medianMs: number | null;
  readonly starts: number;
  /** How many times longer than alone a piece of work takes on this host. */
  readonly slowdown: number;
};

/** The start takes at most so long. */
export const fastMs = 5_000;
const everyMs = 200;
const workMs = 4;

/** The three starts of the trio, which run beside each other; where these were slow, two more with nothing beside them. */
export async function observeStartup(lab: Lab, { first, pair }: TrioFacts): Promise<StartupFacts> {
  const times = [first, pair?.twin, pair?.other].flatMap((booted) =>
    booted?.readyMs == null ? [] : [booted.readyMs],
  );
  const median = medianOf(times);
  if (median === null || median <= fastMs) return { medianMs: median, starts: times.length, slowdown: 1 };
  const samples = { wall: 0, own: 0 };
  let isOver = false;
  const watching = (async () => {
    for (; !isOver; await sleep(everyMs)) sample(samples);
  })();
  const alone: number[] = [];
  for (let round = 0; round < 2; round++) {
    const { readyMs, stop } = await boot(lab, { type: "web", patient: true });
    await stop();
    if (readyMs !== null) alone.push(readyMs);
  }
  isOver = true;
  await watching;
  return {
    medianMs: medianOf(alone.length > 0 ? alone : times),
    starts: alone.length > 0 ? alone.length : times.length,
    slowdown: samples.wall / Math.max(1, samples.own),
  };
}

const medianOf = (times: readonly number[]): number | null =>
  [...times].sort((a, b) => a - b)[Math.floor((times.length - 1) / 2)] ?? null;

/** A short piece of work: how long it took, and how long it ran. */
function sample(samples: { wall: number; own: number }): void {
  const before = process.cpuUsage();
  const started = performance.now();
  let own = 0;
  while (own < workMs) {
    const { user, system } = process.cpuUsage(before);
    own = (user + system) / 1000;
  }
  samples.wall += performance.now() - started;
  samples.own += own;
}
