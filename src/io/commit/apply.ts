import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { type Entry, entryAt } from "./entry.ts";
import {
  ignoring,
  linkOrCopy,
  removeFile,
  removeIfEmpty,
  sha256,
  statOf,
  syncDirectory,
  writeWhole,
} from "./files.ts";
import { type Image, type JournalEntry, type JournalPlan, journalFile } from "./journal.ts";
import type { Step } from "./steps.ts";
import { listProblems, type Problem } from "./verify-contained.ts";

export type Application = {
  readonly root: string;
  readonly directory: string;
  readonly plan: JournalPlan;
  readonly durable: boolean;
  readonly step?: Step | undefined;
};

/** Brings every target to its new state, from any mixture of old and new ones. */
export function redo(application: Application, onApplied?: (count: number) => void): void {
  const { root, plan, step } = application;
  for (const path of plan.made) {
    makeDirectory(join(root, path));
    step?.("directory-made");
  }
  for (const [index, entry] of plan.entries.entries()) {
    removeTemporary(application, index);
    try {
      redoEntry(application, entry, index);
    } catch (error) {
      removeTemporary(application, index);
      throw error;
    }
    onApplied?.(index + 1);
  }
  for (const { path } of plan.emptied) {
    removeIfEmpty(join(root, path));
    step?.("directory-removed");
  }
  syncParents(application);
}

/** Brings the targets of the first `count` entries back to their old state, from any mixture. */
export function undo(application: Application, count = application.plan.entries.length): void {
  const { root, plan, step } = application;
  for (const { path, mode } of [...plan.emptied].reverse()) {
    if (makeDirectory(join(root, path))) chmodSync(join(root, path), mode);
    step?.("directory-restored");
  }
  for (let index = count - 1; index >= 0; index--) {
    const entry = plan.entries[index];
    if (entry === undefined) continue;
    removeTemporary(application, index);
    undoEntry(application, entry, index);
  }
  for (const path of [...plan.made].reverse()) {
    removeIfEmpty(join(root, path));
    step?.("directory-unmade");
  }
  syncParents(application);
}

/** Throws a `Failure` when a target holds what neither we nor the plan knew: that is the user's, and stays. */
export function verifyTargets({ root, directory, plan }: Application): void {
  const edited: Problem[] = plan.entries.flatMap((entry) => {
    const reason = editedReason(entry, entryAt(root, entry.path));
    return reason === null ? [] : [{ path: entry.path, reason }];
  });
  if (edited.length > 0) {
    throw new Failure({
      code: "edited-since",
      message: `These files were changed after the run was interrupted:\n${listProblems(edited)}`,
      fix: "Move your version of each elsewhere and run `create-twelve-factor recover` again, with `--abort` to undo; then put your edits back in.",
      state: `Nothing was changed now. Your edits are kept, and so is the journal in ${directory}.`,
    });
  }
}

function redoEntry(application: Application, entry: JournalEntry, index: number): void {
  const { root, step } = application;
  const found = verified(entry, entryAt(root, entry.path));
  if (entry.after === null) {
    removeFile(join(root, entry.path));
    step?.("deleted");
  } else if (!holds(found, entry.after, entry.before === null)) {
    replace(application, { entry, index, image: entry.after, bytes: stagedBytes(application, entry.after) });
  }
}

function undoEntry(application: Application, entry: JournalEntry, index: number): void {
  const { root, directory, durable, step } = application;
  const found = verified(entry, entryAt(root, entry.path));
  if (entry.before === null) {
    removeFile(join(root, entry.path));
    step?.("withdrawn");
  } else if (!holds(found, entry.before, false)) {
    const original = journalFile.before(directory, index);
    if (sha256(readFileSync(original)) !== entry.before.sha256) throw damaged(directory, entry.path);
    const temporary = temporaryOf(application, index);
    mkdirSync(dirname(temporary), { recursive: true });
    linkOrCopy(original, temporary, durable);
    step?.("original-linked");
    renameSync(temporary, join(root, entry.path));
    // To rename one name of a file to another one of its names does nothing at all.
    removeFile(temporary);
    step?.("restored");
  }
}

type Replacement = {
  readonly entry: JournalEntry;
  readonly index: number;
  readonly image: Image;
  readonly bytes: Uint8Array;
};

function replace(application: Application, { entry, index, image, bytes }: Replacement): void {
  const { root, durable, step } = application;
  const target = join(root, entry.path);
  const temporary = temporaryOf(application, index);
  mkdirSync(dirname(temporary), { recursive: true });
  // The mode of a new file is subject to the umask; that of a known one is kept.
  const descriptor = openSync(temporary, "wx", image.mode);
  try {
    writeWhole(descriptor, bytes, step);
    if (entry.before !== null) {
      keepOwner(descriptor, target, temporary);
      fchmodSync(descriptor, image.mode);
    }
    if (durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  step?.("temporary-written");
  verified(entry, entryAt(root, entry.path));
  renameSync(temporary, target);
  step?.("replaced");
}

function keepOwner(descriptor: number, target: string, temporary: string): void {
  const wanted = statOf(target);
  const own = fstatSync(descriptor);
  if (wanted === undefined || (wanted.uid === own.uid && wanted.gid === own.gid)) return;
  ignoring(["EPERM"], () => chownSync(temporary, wanted.uid, wanted.gid));
}

function stagedBytes({ directory }: Application, after: Image & { readonly offset: number }): Uint8Array {
  const bytes = Buffer.alloc(after.size);
  const descriptor = openSync(
    journalFile.staged(directory),
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0),
  );
  try {
    let read = 0;
    while (read < after.size) {
      const count = readSync(descriptor, bytes, read, after.size - read, after.offset + read);
      if (count === 0) break;
      read += count;
    }
  } finally {
    closeSync(descriptor);
  }
  if (sha256(bytes) !== after.sha256) throw damaged(directory, journalFile.staged(directory));
  return bytes;
}

/** A target that is gone holds nothing of the user's, so it may be written in either direction. */
function editedReason(entry: JournalEntry, found: Entry): string | null {
  if (found.kind === "blocked") return found.reason;
  if (found.kind === "absent") return null;
  const hash = sha256(found.bytes);
  return hash === entry.before?.sha256 || hash === entry.after?.sha256 ? null : "its content is another";
}

function verified(entry: JournalEntry, found: Entry): Entry {
  const reason = editedReason(entry, found);
  if (reason === null) return found;
  throw new Failure({
    code: "edited-since",
    message: `A file was changed while it was to be written:\n${listProblems([{ path: entry.path, reason }])}`,
    fix: "Run it again, so that it sees the file as it is now.",
  });
}

function holds(found: Entry, image: Image, underUmask: boolean): boolean {
  if (found.kind !== "file" || sha256(found.bytes) !== image.sha256) return false;
  return underUmask || process.platform === "win32" || found.mode === image.mode;
}

function damaged(directory: string, what: string): Failure {
  return new Failure({
    code: "journal-damaged",
    message: `What the journal kept for ${what} is not what it wrote.`,
    fix: `Compare your files with your last commit, then delete ${directory}.`,
    state: "The repo is as the interrupted run left it, and so is the journal.",
  });
}

function temporaryOf({ root, plan }: Application, index: number): string {
  const parent = dirname(plan.entries[index]?.path ?? "");
  return join(root, parent, `.twelve-factor-${plan.nonce}-${index}`);
}

function removeTemporary(application: Application, index: number): void {
  ignoring(["ENOTDIR"], () => removeFile(temporaryOf(application, index)));
}

function makeDirectory(path: string): boolean {
  let made = false;
  ignoring(["EEXIST"], () => {
    mkdirSync(path);
    made = true;
  });
  return made;
}

function syncParents({ root, plan, durable }: Application): void {
  if (!durable) return;
  for (const parent of new Set(plan.entries.map(({ path }) => dirname(path)))) {
    ignoring(["ENOENT"], () => syncDirectory(join(root, parent)));
  }
}
