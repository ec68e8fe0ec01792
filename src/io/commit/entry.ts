import { readFileSync } from "node:fs";
import { join } from "node:path";
import { statOf } from "./files.ts";

/** What lies at a path of the repo. `blocked` is anything that is not ours to write through. */
export type Entry =
  | { readonly kind: "absent" }
  | { readonly kind: "file"; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly kind: "blocked"; readonly reason: string };

/** Looks at each component by itself, so that no link is followed below the root. */
export function entryAt(root: string, path: string): Entry {
  const blocked = blockedParent(root, path);
  if (blocked !== null) return { kind: "blocked", reason: blocked };
  const stats = statOf(join(root, path));
  if (stats === undefined) return { kind: "absent" };
  if (stats.isSymbolicLink()) return { kind: "blocked", reason: "it is a symbolic link" };
  if (stats.isDirectory()) return { kind: "blocked", reason: "it is a directory" };
  if (!stats.isFile()) return { kind: "blocked", reason: "it is not a regular file" };
  return { kind: "file", bytes: readFileSync(join(root, path)), mode: stats.mode & 0o7777 };
}

/** The directories between the root and the path, outermost first. */
export function parentsOf(path: string): readonly string[] {
  const names = path.split("/");
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"));
}

function blockedParent(root: string, path: string): string | null {
  for (const parent of parentsOf(path)) {
    const stats = statOf(join(root, parent));
    if (stats === undefined) return null;
    if (stats.isSymbolicLink()) return `its parent \`${parent}\` is a symbolic link`;
    if (!stats.isDirectory()) return `its parent \`${parent}\` is a file`;
  }
  return null;
}
