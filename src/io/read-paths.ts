import type { FileContent, Tree } from "../core/types.ts";
import { entryAt } from "./commit/entry.ts";
import { verifyContained } from "./commit/verify-contained.ts";

/** Those of the paths that are files below the root. Refuses links, directories in a file's place, and rivals by case. */
export function readPaths(root: string, paths: readonly string[]): Tree {
  verifyContained(root, paths);
  const files = new Map<string, FileContent>();
  for (const path of paths) {
    const entry = entryAt(root, path);
    if (entry.kind !== "file") continue;
    files.set(path, { content: asText(entry.bytes), executable: (entry.mode & 0o111) !== 0 });
  }
  return files;
}

function asText(bytes: Uint8Array): string | Uint8Array {
  const text = Buffer.from(bytes).toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : bytes;
}
