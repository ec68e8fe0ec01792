import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { compareSnapshots, snapshot } from "../snapshot.ts";
import type { TrioFacts } from "./trio.ts";

export type FilesFacts = {
  readonly written: readonly { readonly path: string; readonly kind: FileKind }[];
  /** Where a canary was found. */
  readonly leaks: readonly string[];
};

export type FileKind = "log" | "database" | "pid" | "other";

const readLimit = 1 << 20;

/** What the app left in its tree, its HOME and its TMPDIR. */
export function observeFiles(lab: Lab, trio: TrioFacts): FilesFacts {
  const inTree = compareSnapshots(trio.before, snapshot(lab.tree)).filter(({ path }) => !isCache(path));
  const homes = [trio.first, trio.pair?.twin, trio.pair?.other].flatMap((booted) =>
    booted ? [booted.directory] : [],
  );
  const outside = homes.flatMap((home) => [...snapshot(home).keys()].map((path) => ({ home, path })));
  const absolute = [
    ...inTree.filter(({ kind }) => kind !== "deleted").map(({ path }) => join(lab.tree, path)),
    ...outside.map(({ home, path }) => join(home, path)),
  ];
  const contents = new Map(absolute.map((path) => [path, head(path)]));
  const canaries = [...lab.canaries.keys()];
  const leaks = absolute.filter((path) => canaries.some((canary) => contents.get(path)?.includes(canary)));
  const show = (path: string) => path.replace(`${lab.tree}/`, "").replace(`${lab.session.directory}/`, "");
  return {
    written: [
      ...inTree.map(({ path }) => ({ path, kind: kindOf(path, contents.get(join(lab.tree, path)) ?? "") })),
      ...outside
        .filter(({ path }) => !path.startsWith("tmp/") || kindOf(path, "") !== "other")
        .filter(({ path }) => !isCache(path))
        .map(({ home, path }) => ({
          path: path.replace(/^home/, "$HOME").replace(/^tmp/, "$TMPDIR"),
          kind: kindOf(path, contents.get(join(home, path)) ?? ""),
        })),
    ],
    leaks: leaks.map(show),
  };
}

/** Byte code and the caches of runtimes hold nothing that the app would miss. */
const isCache = (path: string): boolean =>
  /(^|\/)(__pycache__|hsperfdata_[^/]*|node-compile-cache|\.npm|\.cache|\.gunicorn|bootsnap[^/]*)(\/|$)|\.pyc$/.test(
    path,
  );

function kindOf(path: string, content: string): FileKind {
  if (/\.pid$/.test(path)) return "pid";
  if (/\.(sqlite3?|db)(-(journal|wal|shm))?$/.test(path) || content.startsWith("SQLite format 3"))
    return "database";
  if (/\.log(\.\d+)?$|(^|\/)logs?\//.test(path)) return "log";
  return "other";
}

function head(path: string): string {
  try {
    return readFileSync(path).subarray(0, readLimit).toString("latin1");
  } catch {
    return "";
  }
}
