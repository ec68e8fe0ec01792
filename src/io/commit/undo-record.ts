import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { Change, FileContent } from "../../core/types.ts";
import { entryAt } from "./entry.ts";
import { ignoring, removeFile, removeIfEmpty, sha256, statOf } from "./files.ts";
import { type JournalPlan, journalDirectory, journalFile, readPlan } from "./journal.ts";
import { listProblems } from "./verify-contained.ts";

/** The last change that was asked for, as the changes that take it back. */
export type UndoRecord = { readonly label: string; readonly changes: readonly Change[] };

/** What `undo` would do; null where there is nothing to take back. Refuses where a file was edited since. */
export function readUndo(given: string): UndoRecord | null {
  const root = realpathSync(given);
  const folder = journalFile.undo(journalDirectory(root));
  if (!statOf(journalFile.plan(folder))?.isFile()) return null;
  const { entries, undo: label = "" } = readPlan(folder);
  const edited: { path: string; reason: string }[] = [];
  let isUndone = true;
  const changes = entries.flatMap((entry, index): Change[] => {
    const { path, before, after } = entry;
    const now = contentAt(root, path);
    const hash = now === null ? null : sha256(bytesOf(now));
    if (hash !== (before?.sha256 ?? null)) isUndone = false;
    if (hash !== (after?.sha256 ?? null)) edited.push({ path, reason: "its content is another" });
    const original = before && { bytes: readFileSync(journalFile.before(folder, index)), mode: before.mode };
    if (original && sha256(original.bytes) !== before.sha256)
      edited.push({ path, reason: "what was kept of it is damaged" });
    const restored = original && { content: original.bytes, executable: (original.mode & 0o111) !== 0 };
    if (now === null) return restored ? [{ kind: "add", path, after: restored }] : [];
    return restored
      ? [{ kind: "modify", path, before: now, after: restored }]
      : [{ kind: "delete", path, before: now }];
  });
  if (isUndone) return null;
  if (edited.length === 0) return { label, changes };
  throw new Failure({
    code: "undo/edited",
    message: `"${label}" can't be taken back, since these files were changed after it:\n${listProblems(edited)}`,
    fix: "Take it back by its opposite, such as remove after add, which keeps your edits.",
  });
}

/** There is nothing to undo any more. */
export function forgetUndo(given: string): void {
  const directory = journalDirectory(realpathSync(given));
  rmSync(journalFile.undo(directory), { recursive: true, force: true });
  if (basename(directory) === ".twelve-factor") removeFile(join(directory, ".gitignore"));
  if (removeIfEmpty(directory) && basename(dirname(directory)) === "twelve-factor")
    removeIfEmpty(dirname(directory));
}

/** Counts what an install made of these files as a part of the change, so that it can be undone still. */
export function amendUndo(given: string, paths: readonly string[]): void {
  const root = realpathSync(given);
  const folder = journalFile.undo(journalDirectory(root));
  if (!statOf(journalFile.plan(folder))?.isFile()) return;
  const plan = readPlan(folder);
  const entries = plan.entries.map((entry) => {
    const now = paths.includes(entry.path) ? contentAt(root, entry.path) : null;
    if (now === null || entry.after === null) return entry;
    const bytes = bytesOf(now);
    return { ...entry, after: { ...entry.after, sha256: sha256(bytes), size: bytes.length } };
  });
  const amended: JournalPlan = { ...plan, entries };
  const checksum = sha256(Buffer.from(JSON.stringify(amended)));
  writeFileSync(journalFile.planned(folder), JSON.stringify({ checksum, plan: amended }));
  ignoring(["ENOENT"], () => renameSync(journalFile.planned(folder), journalFile.plan(folder)));
}

function contentAt(root: string, path: string): FileContent | null {
  const entry = entryAt(root, path);
  if (entry.kind !== "file") return null;
  return { content: entry.bytes, executable: (entry.mode & 0o111) !== 0 };
}

function bytesOf({ content }: FileContent): Uint8Array {
  return typeof content === "string" ? Buffer.from(content) : content;
}
