import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { printable } from "../../core/printable.ts";
import { entryAt, parentsOf } from "./entry.ts";
import { ignoring } from "./files.ts";
import { escapeReason, foldName, unportableReason } from "./portable-path.ts";

export type Problem = { readonly path: string; readonly reason: string };

/**
 * Throws a `Failure` that names every path which leaves the root, leads through a link, meets a directory or
 * differs from another one, or from a name on disk, only by case or normalisation.
 */
export function verifyContained(root: string, paths: readonly string[]): void {
  const malformed = malformedPaths(paths);
  if (malformed.length > 0) throw refusal(malformed);
  const listing = listings(root);
  const problems = paths.flatMap((path) => {
    const entry = entryAt(root, path);
    if (entry.kind === "blocked") return [{ path, reason: entry.reason }];
    const rival = rivalOnDisk(listing, path);
    return rival === null
      ? []
      : [{ path, reason: `\`${rival}\` is there, and some systems take the two for one` }];
  });
  if (problems.length > 0) throw refusal(problems);
}

/** Throws for paths that cannot be the files of one tree on every system; looks at no disk. */
export function verifyNewPaths(root: string, paths: readonly string[]): void {
  const problems = [
    ...malformedPaths(paths),
    ...paths.flatMap((path) => reasoned(path, unportableReason(path) ?? tooLong(root, path))),
  ];
  if (problems.length > 0) throw refusal(problems);
}

function malformedPaths(paths: readonly string[]): readonly Problem[] {
  return [...paths.flatMap((path) => reasoned(path, escapeReason(path))), ...collisions(paths)];
}

/** Pairs of paths that some file system takes for one, and files that would be directories too. */
export function collisions(paths: readonly string[]): readonly Problem[] {
  const files = new Set<string>();
  const directories = new Set<string>([""]);
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  const claim = (prefix: string): string | null => {
    const key = foldName(prefix);
    const other = seen.get(key);
    if (other === undefined) seen.set(key, prefix);
    return other === undefined || other === prefix ? null : other;
  };
  for (const path of paths) {
    if (files.has(path)) problems.push({ path, reason: "it occurs twice" });
    files.add(path);
    const directory = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    // The files of one directory share its parents, which are looked at once.
    const parents = directories.has(directory) ? [] : parentsOf(path);
    for (const parent of parents) directories.add(parent);
    const rival = [...parents, path].map(claim).find((other) => other !== null);
    if (rival) problems.push({ path, reason: `some systems take it and \`${printable(rival)}\` for one` });
  }
  for (const path of paths) {
    if (directories.has(path)) problems.push({ path, reason: "it is a directory of other paths as well" });
  }
  return problems;
}

type Listing = (directory: string) => {
  readonly names: ReadonlySet<string>;
  readonly folded: ReadonlyMap<string, string>;
};

function listings(root: string): Listing {
  const known = new Map<string, ReturnType<Listing>>();
  return (directory) => {
    let listing = known.get(directory);
    if (listing === undefined) {
      let names: string[] = [];
      ignoring(["ENOENT"], () => {
        names = readdirSync(join(root, directory));
      });
      listing = { names: new Set(names), folded: new Map(names.map((name) => [foldName(name), name])) };
      known.set(directory, listing);
    }
    return listing;
  };
}

function rivalOnDisk(listing: Listing, path: string): string | null {
  let directory = "";
  for (const name of path.split("/")) {
    const { names, folded } = listing(directory);
    if (!names.has(name)) {
      const rival = folded.get(foldName(name));
      return rival === undefined ? null : `${directory}${rival}`;
    }
    directory += `${name}/`;
  }
  return null;
}

function tooLong(root: string, path: string): string | null {
  return process.platform === "win32" && resolve(root, path).length >= 260
    ? "it is longer than the 260 characters of Windows"
    : null;
}

function reasoned(path: string, reason: string | null): readonly Problem[] {
  return reason === null ? [] : [{ path, reason }];
}

function refusal(problems: readonly Problem[]): Failure {
  return new Failure({
    code: "path-refused",
    message: `These paths cannot be written:\n${listProblems(problems)}`,
    fix: "Rename or move what is in the way, or choose another path, then run it again.",
  });
}

export function listProblems(problems: readonly Problem[]): string {
  return problems.map(({ path, reason }) => `  ${JSON.stringify(path)}: ${reason}`).join("\n");
}
