import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SourceFile } from "../core/compile.ts";

/** Reads every file of a templates folder, in a fixed order. */
export function readTemplates(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({
      path: path.slice(folder.length + 1).replaceAll("\\", "/"),
      content: readFileSync(path),
      executable: (statSync(path).mode & 0o100) !== 0,
    }));
}
