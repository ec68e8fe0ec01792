import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

/** The environment of every measured process: NODE_EXTRA_CA_CERTS alone makes `node -e 0` 2.6 times slower. */
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(NODE_|npm_|NO_COLOR|FORCE_COLOR)/.test(name)),
);

/**
 * Runs two commands in turn, A B A B …, and gives the median of the ratios of each pair, which holds when the machine's
 * speed drifts. A command is `{ argv, cwd?, env?, before?, input? }`; `before` runs outside the measured time.
 */
export function ratio(a, b, { pairs = 21, warmup = 2 } = {}) {
  const ratios = [];
  const times = { a: [], b: [] };
  for (let index = 0; index < warmup + pairs; index++) {
    const order = index % 2 === 0 ? [a, b] : [b, a];
    const [first, second] = order.map(elapsed);
    const [timeA, timeB] = index % 2 === 0 ? [first, second] : [second, first];
    if (index < warmup) continue;
    ratios.push(timeA / timeB);
    times.a.push(timeA);
    times.b.push(timeB);
  }
  return { ratio: median(ratios), a: median(times.a), b: median(times.b) };
}

/** Wall time of one run in milliseconds; throws where the command failed, since a failure is fast. */
export function elapsed({ argv, cwd, env, before, codes = [0] }) {
  before?.();
  const [command, ...args] = argv;
  const start = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...environment, ...env },
    stdio: ["ignore", "ignore", "pipe"],
    timeout: 300_000,
  });
  const time = Number(process.hrtime.bigint() - start) / 1e6;
  if (error || !codes.includes(status)) {
    throw new Error(`${argv.join(" ")} ended with ${error ?? status}: ${String(stderr).slice(-2000)}`);
  }
  return time;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function empty(folder) {
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Who commits, where git would ask. */
export const identity = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b",
};

/** What a measured Node is called in a row: the one that runs this, or the newer one beside it. */
export function labelOf(node) {
  return `Node ${process.execPath === node ? process.versions.node.split(".")[0] : "24"}`;
}
