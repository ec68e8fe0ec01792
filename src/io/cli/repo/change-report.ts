import { unifiedDiff } from "../../../core/diff.ts";
import { lockfiles } from "../../../core/lockfile/lockfile.ts";
import { printable } from "../../../core/printable.ts";
import { receiptPath } from "../../../core/receipt.ts";
import type { Change, Conflict } from "../../../core/types.ts";
import { paintDiff } from "../conflict-diff.ts";
import type { Style } from "../style.ts";

/** What a verb does to one file, as the `--json` of every verb has it. */
export type ChangeEntry = {
  readonly path: string;
  readonly kind: Change["kind"];
  readonly executable: boolean;
  readonly diff: string;
};

export function changeEntries(changes: readonly Change[]): readonly ChangeEntry[] {
  return inOrder(changes).map((change) => ({
    path: change.path,
    kind: change.kind,
    executable: change.kind === "delete" ? change.before.executable : change.after.executable,
    diff: diffOf(change),
  }));
}

export function diffOf(change: Change): string {
  const { path } = change;
  const [before, after] = [
    change.kind === "add" ? null : change.before,
    change.kind === "delete" ? null : change.after,
  ];
  const modes =
    before && after && before.executable !== after.executable
      ? `old mode ${modeOf(before.executable)}\nnew mode ${modeOf(after.executable)}\n`
      : "";
  const [from, to] = [textOf(before?.content ?? null), textOf(after?.content ?? null)];
  if (from === undefined || to === undefined) return `${modes}Binary files a/${path} and b/${path} differ\n`;
  return modes + unifiedDiff(path, from, to);
}

/** The files by what becomes of them, then the diff of each; of lockfiles, which nobody reads, their size alone. */
export function changePreview(changes: readonly Change[], style: Style): string {
  const ordered = inOrder(changes);
  const diffs = ordered.map((change) =>
    change.path in lockfiles
      ? `  ${style.dim(`${change.path}: ${sizeOf(diffOf(change))}`)}\n`
      : paintDiff(diffOf(change), style),
  );
  return `${fileList(ordered, style)}\n${diffs.join("\n")}`;
}

export function fileList(changes: readonly Change[], style: Style): string {
  const marks = { add: style.green("+"), modify: style.yellow("~"), delete: style.red("-") };
  return inOrder(changes)
    .map(({ kind, path }) => `  ${marks[kind]} ${printable(path)}\n`)
    .join("");
}

/** `3 files: 1 new, 2 changed` */
export function countChanges(changes: readonly Change[]): string {
  const words = { add: "new", modify: "changed", delete: "removed" } as const;
  const parts = Object.entries(words).flatMap(([kind, word]) => {
    const count = changes.filter((change) => change.kind === kind).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return `${changes.length} ${changes.length === 1 ? "file" : "files"}: ${parts.join(", ")}`;
}

/** A line for each conflict: where, why, and what the template has. */
export function conflictLines(conflicts: readonly Conflict[], style: Style): string {
  return conflicts
    .map(({ path, keyPath, reason, theirs }) => {
      const where = keyPath.length === 0 ? path : `${path} at ${keyPath.join(".")}`;
      const value = keyPath.length > 0 && theirs !== null ? ` The template has ${shortened(theirs)}.` : "";
      return noteLine(`${where}: ${reason}${value}`, style);
    })
    .join("");
}

export function noteLine(note: string, style: Style): string {
  return `${style.yellow("!")} ${printable(note)}\n`;
}

function inOrder(changes: readonly Change[]): readonly Change[] {
  const rank = ({ path }: Change) => (path === receiptPath ? 2 : path in lockfiles ? 1 : 0);
  return changes.toSorted((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
}

function sizeOf(diff: string): string {
  const lines = diff.split("\n").slice(2);
  const count = (mark: string) => lines.filter((line) => line.startsWith(mark)).length;
  return `${count("+")} lines more, ${count("-")} less`;
}

function shortened(text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, " ");
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

function modeOf(executable: boolean): string {
  return executable ? "100755" : "100644";
}

/** Null for no file, undefined for what isn't text. */
function textOf(content: string | Uint8Array | null): string | null | undefined {
  if (content === null) return null;
  const text = typeof content === "string" ? content : Buffer.from(content).toString("utf8");
  const isText = !text.includes("\0") && !text.includes("\uFFFD");
  return isText ? text : undefined;
}
