import { lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** Path, relative to the root, to what tells a changed file. */
export type Snapshot = ReadonlyMap<string, string>;

export type FileChange = { readonly path: string; readonly kind: "created" | "changed" | "deleted" };

const entryLimit = 200_000;

/** Size, time and inode of every file below the root. */
export function snapshot(root: string, ignore: (path: string) => boolean = () => false): Snapshot {
  const files = new Map<string, string>();
  const pending = [root];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of entriesOf(directory)) {
      const path = join(directory, entry.name);
      if (files.size >= entryLimit || ignore(relative(root, path))) continue;
      if (entry.isDirectory()) pending.push(path);
      else files.set(relative(root, path), fingerprint(path));
    }
  }
  return files;
}

export function compareSnapshots(before: Snapshot, after: Snapshot): FileChange[] {
  const changes: FileChange[] = [];
  for (const [path, print] of after) {
    const old = before.get(path);
    if (old === undefined) changes.push({ path, kind: "created" });
    else if (old !== print) changes.push({ path, kind: "changed" });
  }
  for (const path of before.keys()) if (!after.has(path)) changes.push({ path, kind: "deleted" });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function fingerprint(path: string): string {
  try {
    const { size, mtimeMs, ino } = lstatSync(path);
    return `${size} ${mtimeMs} ${ino}`;
  } catch {
    return "gone";
  }
}
