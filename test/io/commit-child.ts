/** What the tests run in a process of its own, so that it can be killed, starved or demoted. */
import { chmodSync, closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import type { Failure } from "../../src/core/failure.ts";
import type { Tree } from "../../src/core/types.ts";
import { commitChanges } from "../../src/io/commit/commit-changes.ts";
import { createDirectory } from "../../src/io/commit/create-directory.ts";
import { fillDirectory } from "../../src/io/commit/fill-directory.ts";
import { recover } from "../../src/io/commit/recover.ts";
import type { ChildReport, ChildRequest } from "./commit-scenario.ts";
import { changesOf, makeRepo, snapshot, treeOf } from "./commit-scenario.ts";

const request: ChildRequest = JSON.parse(process.argv[2] ?? "");
if (request.uid !== undefined) process.setuid?.(request.uid);
if (request.cwd !== undefined) process.chdir(request.cwd);

const steps: string[] = [];
const onStep = (name: string, n: number) => {
  steps.push(name);
  if (n === request.killAt) process.kill(process.pid, "SIGKILL");
  if (n === request.interruptAt) process.kill(process.pid, "SIGINT");
  if (n === request.protect?.at) chmodSync(request.protect.directory, 0o555);
};

const report: ChildReport = { steps };
try {
  run();
} catch (error) {
  const { code, message, fix, state } = error as Failure;
  report.failure = { code, message, fix, state };
}
process.stdout.write(JSON.stringify(report));

function run(): void {
  const { root, verb } = request;
  if (verb === "recover") report.outcome = recover({ root, abort: request.abort ?? false, onStep }).outcome;
  else if (verb === "create") create(root, treeOf(request.files ?? {}));
  else if (verb === "count") countUp(root, request.times ?? 1);
  else if (verb === "starve") starve(root);
  else commitChanges({ root, changes: request.changes ?? changesOf(root), undo: request.undo, onStep });
}

function create(root: string, tree: Tree): void {
  if (!createDirectory({ root, tree, onStep })) fillDirectory({ root, tree, onStep });
}

/** Adds one to a number in a file, so many times, however often a rival is in the way. */
function countUp(root: string, times: number): void {
  report.refused = [];
  for (let done = 0; done < times; ) {
    const before = { content: readFileSync(`${root}/count.txt`, "utf8"), executable: false };
    const after = { content: `${Number(before.content) + 1}\n`, executable: false };
    try {
      commitChanges({ root, changes: [{ kind: "modify", path: "count.txt", before, after }] });
      done++;
    } catch (error) {
      report.refused.push(`${(error as Failure).code}: ${(error as Failure).message}`);
    }
  }
}

/** Commits once for every step, and fills the small file system that `mount` is when that step is reached. */
function starve(mount: string): void {
  report.starved = [];
  for (let full = -1, ended = false; !ended; full++) {
    const root = `${mount}/repo`;
    makeRepo(root);
    const before = JSON.stringify(snapshot(root));
    const changes = changesOf(root);
    const reached: string[] = [];
    if (full === -1) fillDisk(mount);
    let failure: Failure | null = null;
    try {
      commitChanges({
        root,
        changes,
        onStep: (name, n) => {
          reached.push(name);
          if (n === full) fillDisk(mount);
        },
      });
    } catch (error) {
      failure = error as Failure;
    }
    rmSync(`${mount}/filler`, { force: true });
    const now = JSON.stringify(snapshot(root));
    const complete = existsSync(`${root}/.twelve-factor.json`) && !existsSync(`${root}/.git/twelve-factor`);
    report.starved.push({
      step: reached[full] ?? "before all",
      code: failure?.code ?? null,
      state: failure?.state ?? "",
      tree: now === before ? "old" : complete && failure === null ? "new" : "mixed",
    });
    ended = failure === null && full >= reached.length;
    rmSync(root, { recursive: true });
  }
}

function fillDisk(mount: string): void {
  const filler = openSync(`${mount}/filler`, "a");
  const block = Buffer.alloc(512);
  try {
    for (;;) writeSync(filler, block);
  } catch {
    closeSync(filler);
  }
}
