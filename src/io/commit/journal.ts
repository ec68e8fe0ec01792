import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { removeFile, sha256, statOf, syncDirectory, writeNew } from "./files.ts";
import { escapeReason } from "./portable-path.ts";
import type { Step } from "./steps.ts";

/** What one commit does, in the order in which it does it; enough to redo and to undo it. */
export type JournalPlan = {
  readonly version: 1;
  readonly nonce: string;
  readonly entries: readonly JournalEntry[];
  /** Directories that the commit makes, outermost first. */
  readonly made: readonly string[];
  /** Directories that its deletes leave empty, innermost first. */
  readonly emptied: readonly { readonly path: string; readonly mode: number }[];
  /** What the person asked for, where they may ask for the opposite later: then the originals are kept. */
  readonly undo?: string;
};

export type JournalEntry = {
  readonly path: string;
  readonly before: Image | null;
  /** `offset` is where its bytes begin in `staged`. */
  readonly after: (Image & { readonly offset: number }) | null;
};

export type Image = { readonly sha256: string; readonly size: number; readonly mode: number };

/**
 * Where the journal of a root lies: what `git rev-parse --git-path twelve-factor` says, found without a child
 * process, or `.twelve-factor/` where there is no git. A root that is a part of a larger repo has its own one.
 */
export function journalDirectory(root: string): string {
  const local = join(root, ".twelve-factor");
  // One that was begun before `git init` is still to be found.
  if (statOf(local)?.isDirectory()) return local;
  for (let directory = root; ; directory = dirname(directory)) {
    const git = gitDirectory(join(directory, ".git"));
    if (git !== null) {
      const prefix = relative(directory, root);
      return join(git, "twelve-factor", prefix === "" ? "" : sha256(Buffer.from(prefix)).slice(0, 12));
    }
    if (dirname(directory) === directory) return local;
  }
}

export const journalFile = {
  staged: (directory: string) => join(directory, "staged"),
  originals: (directory: string) => join(directory, "before"),
  before: (directory: string, index: number) => join(directory, "before", String(index)),
  planned: (directory: string) => join(directory, "plan.tmp"),
  plan: (directory: string) => join(directory, "plan.json"),
  done: (directory: string) => join(directory, "plan.done"),
  undo: (directory: string) => join(directory, "undo"),
};

export type JournalPhase = "none" | "staging" | "applying" | "cleaning";

export function journalPhase(directory: string): JournalPhase {
  if (statOf(journalFile.plan(directory))) return "applying";
  if (statOf(journalFile.done(directory))) return "cleaning";
  const begun = [journalFile.staged, journalFile.originals, journalFile.planned];
  return begun.some((file) => statOf(file(directory))) ? "staging" : "none";
}

/** Writes the plan and makes it count: once this returns, the commit is redone or undone, never forgotten. */
export function writePlan(directory: string, plan: JournalPlan, step?: Step): void {
  const checksum = sha256(Buffer.from(JSON.stringify(plan)));
  const bytes = Buffer.from(JSON.stringify({ checksum, plan }));
  writeNew({ path: journalFile.planned(directory), bytes, durable: true, step });
  syncDirectory(directory);
  step?.("plan-written");
  renameSync(journalFile.planned(directory), journalFile.plan(directory));
}

export function readPlan(directory: string, path = journalFile.plan(directory)): JournalPlan {
  const damaged = new Failure({
    code: "journal-damaged",
    message: `The journal in ${directory} is damaged, so the interrupted run can be neither finished nor undone.`,
    fix: `Compare your files with your last commit, then delete ${directory}; the originals are in its \`before\` folder.`,
    state: "The repo is as the interrupted run left it.",
  });
  if (!statOf(path)?.isFile()) throw damaged;
  let read: { checksum: string; plan: JournalPlan };
  try {
    read = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw damaged;
  }
  if (read?.checksum !== sha256(Buffer.from(JSON.stringify(read?.plan ?? null)))) throw damaged;
  const paths = [...read.plan.entries, ...read.plan.emptied].map(({ path }) => path).concat(read.plan.made);
  if (read.plan.version !== 1 || paths.some((path) => escapeReason(path) !== null)) throw damaged;
  return read.plan;
}

/** Ends the commit, whichever way it went: from here on there is only rubbish to remove. */
export function markDone(directory: string, durable: boolean): void {
  renameSync(journalFile.plan(directory), journalFile.done(directory));
  if (durable) syncDirectory(directory);
}

export function removeJournal(directory: string, step?: Step): void {
  removeFile(journalFile.planned(directory));
  removeFile(journalFile.staged(directory));
  step?.("staged-removed");
  rmSync(journalFile.originals(directory), { recursive: true, force: true });
  step?.("before-removed");
  removeFile(journalFile.done(directory));
  step?.("done-removed");
}

/** Ends a journal whose plan is done: what `undo` needs of it moves aside, and the rest goes. Can be repeated. */
export function retire(directory: string, plan: JournalPlan, step?: Step): void {
  if (plan.undo === undefined) {
    removeJournal(directory, step);
    return;
  }
  removeFile(journalFile.planned(directory));
  removeFile(journalFile.staged(directory));
  step?.("staged-removed");
  const folder = journalFile.undo(directory);
  if (statOf(journalFile.originals(directory))) {
    rmSync(folder, { recursive: true, force: true });
    step?.("undo-removed");
    mkdirSync(folder);
    renameSync(journalFile.originals(directory), journalFile.originals(folder));
    step?.("originals-moved");
  }
  // Without git the journal lies in the repo, and this part of it stays there.
  if (basename(directory) === ".twelve-factor") writeFileSync(join(directory, ".gitignore"), "*\n");
  renameSync(journalFile.done(directory), journalFile.plan(folder));
  step?.("undo-kept");
}

/** A `.git` file leads to the git directory of a worktree or a submodule. */
function gitDirectory(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (stats.isDirectory()) return path;
  const target = /^gitdir: (.*?)\r?\n?$/.exec(readFileSync(path, "utf8"))?.[1];
  return target === undefined ? null : resolve(dirname(path), target);
}
