import { accessSync, constants } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { Change } from "../../core/types.ts";
import { type Entry, entryAt } from "./entry.ts";
import { statOf, toBytes } from "./files.ts";
import { listProblems, type Problem, verifyContained, verifyNewPaths } from "./verify-contained.ts";

/** Throws a `Failure` unless every change can be made to the repo exactly as it was planned. */
export function verifyChanges(root: string, changes: readonly Change[]): void {
  verifyNewPaths(
    root,
    changes.flatMap((change) => (change.kind === "add" ? [change.path] : [])),
  );
  verifyContained(
    root,
    changes.map(({ path }) => path),
  );
  const stale = changes.flatMap((change) =>
    problem(change.path, staleReason(change, entryAt(root, change.path))),
  );
  if (stale.length > 0) {
    throw new Failure({
      code: "file-changed",
      message: `These files are no longer as they were when the change was worked out:\n${listProblems(stale)}`,
      fix: "Run it again, so that it sees them as they are now.",
    });
  }
  const locked = changes.flatMap((change) => problem(change.path, writeReason(root, change)));
  if (locked.length > 0) {
    throw new Failure({
      code: "read-only",
      message: `These files may not be written:\n${listProblems(locked)}`,
      fix: "Make them writable, for instance with `chmod u+w`, then run it again.",
    });
  }
}

export function staleReason(change: Change, entry: Entry): string | null {
  if (entry.kind === "blocked") return entry.reason;
  if (change.kind === "add") return entry.kind === "absent" ? null : "it exists already";
  if (entry.kind === "absent") return "it is gone";
  return Buffer.compare(entry.bytes, toBytes(change.before.content)) === 0 ? null : "its content is another";
}

function writeReason(root: string, change: Change): string | null {
  const target = join(root, change.path);
  if (change.kind !== "add" && ((statOf(target)?.mode ?? 0) & 0o222) === 0) return "it is read-only";
  if (change.kind !== "add" && !writable(target)) return "it belongs to someone else";
  let parent = dirname(target);
  while (parent !== root && statOf(parent) === undefined) parent = dirname(parent);
  return writable(parent) ? null : `its directory \`${parent}\` may not be written`;
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function problem(path: string, reason: string | null): readonly Problem[] {
  return reason === null ? [] : [{ path, reason }];
}
