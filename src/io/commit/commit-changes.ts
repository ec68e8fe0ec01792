import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { Change } from "../../core/types.ts";
import { redo, undo } from "./apply.ts";
import { parentsOf } from "./entry.ts";
import { linkOrCopy, sha256, statOf, syncDirectory, toBytes, writeWhole } from "./files.ts";
import { holdSignals } from "./hold-signals.ts";
import {
  type JournalEntry,
  type JournalPlan,
  journalDirectory,
  journalFile,
  journalPhase,
  markDone,
  removeJournal,
  retire,
  writePlan,
} from "./journal.ts";
import { acquireLock } from "./lock.ts";
import { interrupted } from "./pending-journal.ts";
import { numberSteps, type OnStep, type Step } from "./steps.ts";
import { staleReason, verifyChanges } from "./verify-changes.ts";
import { writeFailure } from "./write-failure.ts";

export type CommitRequest = {
  readonly root: string;
  readonly changes: readonly Change[];
  /** What was asked for, where `undo` is to take it back. */
  readonly undo?: string | undefined;
  /** Written after everything else. */
  readonly receiptPath?: string;
  /** False only where a power cut may lose all of it, as in a directory that did not exist before. */
  readonly durable?: boolean;
  readonly onStep?: OnStep;
};

/**
 * Makes all the changes to an existing directory, or none, also when the process is killed in between: then
 * `recover` finishes or undoes it. Throws a `Failure`; what its state says is what holds.
 */
export function commitChanges(request: CommitRequest): void {
  if (request.changes.length === 0) return;
  holdSignals(() => {
    try {
      commitLocked(request);
    } catch (error) {
      throw writeFailure(error);
    }
  });
}

function commitLocked(request: CommitRequest): void {
  const { root: given, changes, receiptPath, durable = true, onStep, undo: label } = request;
  const root = realpathSync(given);
  const directory = journalDirectory(root);
  const step = numberSteps(onStep);
  const lock = acquireLock(directory, { takeOver: false, step });
  try {
    if (journalPhase(directory) !== "none") throw interrupted(directory);
    const ordered = inOrder(changes, receiptPath ?? ".twelve-factor.json");
    verifyChanges(root, ordered);
    commitOrdered({ root, directory, changes: ordered, nonce: lock.owner.nonce, durable, step, label });
  } finally {
    lock.release();
  }
}

type Commit = {
  readonly root: string;
  readonly directory: string;
  readonly changes: readonly Change[];
  readonly nonce: string;
  readonly durable: boolean;
  readonly step: Step | undefined;
  readonly label: string | undefined;
};

function commitOrdered(commit: Commit): void {
  const { root, directory, durable, step, label } = commit;
  let plan: JournalPlan;
  try {
    plan = { ...stage(commit), ...(label === undefined ? {} : { undo: label }) };
    writePlan(directory, plan, step);
  } catch (error) {
    removeJournal(directory);
    throw error;
  }
  const application = { root, directory, plan, durable, step };
  let applied = 0;
  try {
    if (durable) syncDirectory(directory);
    step?.("committed");
    redo(application, (count) => {
      applied = count;
    });
  } catch (error) {
    try {
      undo(application, applied);
    } catch (second) {
      throw halfDone(directory, error, second);
    }
    markDone(directory, durable);
    removeJournal(directory);
    throw writeFailure(error, "Everything is as it was: what had been written was taken back.");
  }
  step?.("applied");
  markDone(directory, durable);
  step?.("marked-done");
  retire(directory, plan, step);
}

/** Puts all that is needed to redo and to undo into the journal directory. */
function stage({ root, directory, changes, nonce, durable, step }: Commit): JournalPlan {
  mkdirSync(journalFile.originals(directory));
  step?.("journal-begun");
  const entries: JournalEntry[] = [];
  const staged = openSync(journalFile.staged(directory), "wx");
  try {
    let offset = 0;
    for (const [index, change] of changes.entries()) {
      const before = change.kind === "add" ? null : keepOriginal({ root, directory, change, index, durable });
      step?.("original-kept");
      if (change.kind === "delete") {
        entries.push({ path: change.path, before, after: null });
        continue;
      }
      const bytes = toBytes(change.after.content);
      writeWhole(staged, bytes, step);
      step?.("content-staged");
      const mode = modeAfter(before?.mode, change.after.executable);
      const after = { sha256: sha256(bytes), size: bytes.length, mode, offset };
      entries.push({ path: change.path, before, after });
      offset += bytes.length;
    }
    if (durable) fsyncSync(staged);
  } finally {
    closeSync(staged);
  }
  if (durable) syncDirectory(journalFile.originals(directory));
  step?.("staged");
  return {
    version: 1,
    nonce,
    entries,
    made: missingParents(root, changes),
    emptied: emptiedParents(root, changes),
  };
}

type Original = {
  readonly root: string;
  readonly directory: string;
  readonly change: Exclude<Change, { readonly kind: "add" }>;
  readonly index: number;
  readonly durable: boolean;
};

function keepOriginal({ root, directory, change, index, durable }: Original) {
  const original = journalFile.before(directory, index);
  linkOrCopy(join(root, change.path), original, durable);
  // What was verified may have been replaced meanwhile; what is kept must be what was planned from.
  const { size, mode } = statOf(original) ?? { size: 0, mode: 0 };
  const bytes = readFileSync(original);
  const reason = staleReason(change, { kind: "file", bytes, mode });
  if (reason !== null) {
    throw new Failure({
      code: "file-changed",
      message: `\`${change.path}\` was changed just now: ${reason}.`,
      fix: "Run it again, so that it sees the file as it is now.",
    });
  }
  return { sha256: sha256(bytes), size, mode: mode & 0o7777 };
}

function modeAfter(before: number | undefined, executable: boolean): number {
  if (before === undefined) return executable ? 0o777 : 0o666;
  return executable ? before | ((before & 0o444) >> 2) : before & ~0o111;
}

function inOrder(changes: readonly Change[], receiptPath: string): readonly Change[] {
  const rank = ({ path, kind }: Change) => (path === receiptPath ? 2 : kind === "delete" ? 1 : 0);
  return [...changes].sort((a, b) => rank(a) - rank(b));
}

function missingParents(root: string, changes: readonly Change[]): readonly string[] {
  const parents = new Set(changes.flatMap(({ kind, path }) => (kind === "add" ? parentsOf(path) : [])));
  return [...parents].filter((path) => statOf(join(root, path)) === undefined).sort();
}

/** Directories in which there is nothing but what the changes delete. */
function emptiedParents(root: string, changes: readonly Change[]): JournalPlan["emptied"] {
  const gone = new Set(changes.flatMap(({ kind, path }) => (kind === "delete" ? [path] : [])));
  const kept = new Set(changes.flatMap(({ kind, path }) => (kind === "delete" ? [] : parentsOf(path))));
  const candidates = new Set([...gone].flatMap((path) => parentsOf(path)));
  const emptied: { path: string; mode: number }[] = [];
  for (const path of [...candidates].sort((a, b) => b.length - a.length)) {
    const inside = readdirSync(join(root, path)).map((name) => `${path}/${name}`);
    if (kept.has(path) || !inside.every((name) => gone.has(name))) continue;
    gone.add(path);
    emptied.push({ path, mode: (statOf(join(root, path))?.mode ?? 0o777) & 0o7777 });
  }
  return emptied;
}

function halfDone(directory: string, error: unknown, second: unknown): Failure {
  const said = [error, second].map((reason) => (reason instanceof Error ? reason.message : String(reason)));
  return new Failure({
    code: "half-applied",
    message: `Writing failed (${said[0]}), and so did taking back what had been written (${said[1]}).`,
    fix: "Put right what the system names here, then run `create-twelve-factor recover`, with `--abort` to undo.",
    state: `Some files are new and some are old. All that is needed to go either way is in ${directory}.`,
  });
}
