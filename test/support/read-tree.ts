import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** All files below a folder but git's and what an install puts there: path to mode and content, to compare trees by. */
export function readTree(folder: string): { readonly [path: string]: string } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/(\.git|node_modules)\//.test(path))
    .sort();
  const described = (path: string) =>
    `${(statSync(path).mode & 0o111) === 0 ? "-" : "x"} ${readFileSync(path, "base64")}`;
  return Object.fromEntries(files.map((path) => [relative(folder, path), described(path)]));
}
