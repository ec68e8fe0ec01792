import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { Failure } from "../core/failure.ts";
import { withoutRepository } from "../core/git-environment.ts";

/** A repo as the rules see it: its own files, each read when it is asked for. */
export type Repo = {
  /** Sorted, relative, `/`-separated; what is ignored is left out. */
  readonly paths: readonly string[];
  /** What the version control has; null where there is none that can be asked. */
  readonly tracked: ReadonlySet<string> | null;
  readonly versionControl: "committed" | "empty" | "other" | "none";
  /** Files of values for the environment that some commit has added; null where the history cannot be asked. */
  readonly history: readonly Addition[] | null;
  /** What the history was read from: the same text, the same history. Null where that is not known. */
  readonly refs: string | null;
  /** Null for what is not there, not text, or larger than a source file is. */
  readonly read: (path: string) => string | null;
};

export type Addition = { readonly path: string; readonly commit: string };

const largest = 1 << 20;
const mostFiles = 200_000;
const mostRefs = 200;
const never = new Set([
  ".git",
  ".hg",
  ".svn",
  ".jj",
  "node_modules",
  "bower_components",
  "vendor",
  ".venv",
  "venv",
  "__pycache__",
  "target",
  "dist",
  "build",
  ".next",
  ".nuxt",
  ".tox",
  "site-packages",
]);

/**
 * Reads a directory: by git where it is a work tree, else by a walk that respects `.gitignore`. `before` is an earlier
 * listing, whose history is taken where no ref has moved since.
 */
export async function readRepo(directory: string, before: Listing | null = null): Promise<Repo> {
  const root = realRoot(directory);
  const listed = await listByGit(root, before);
  const paths = (listed?.paths ?? walk(root)).sort();
  return {
    paths,
    tracked: listed?.tracked ?? null,
    history: listed?.history ?? null,
    refs: listed?.refs ?? null,
    versionControl: listed ? (listed.hasCommit ? "committed" : "empty") : otherControl(root),
    read: reader(root, new Set(paths)),
  };
}

/** Which files are there and what version control says of them, as a text that is the same when all of it is. */
export function listingOf({ paths, tracked, versionControl, history, refs }: Repo): string {
  return JSON.stringify({ paths, tracked: tracked && [...tracked], versionControl, history, refs });
}

/** What such a text says. */
export type Listing = Omit<Repo, "read">;

export function readListing(text: string): Listing {
  const { tracked, ...listed } = JSON.parse(text);
  return { ...listed, tracked: tracked && new Set(tracked) };
}

/** A directory as it was listed before, with its files as they are now. */
export function repoAsListed(directory: string, listed: Listing): Repo {
  const read = reader(realRoot(directory), new Set(listed.paths));
  return { ...listed, read };
}

/** A repo of files that are in memory. */
export function repoOf(
  files: { readonly [path: string]: string },
  {
    untracked = [],
    versionControl = "committed",
    history = [],
  }: {
    readonly untracked?: readonly string[];
    readonly versionControl?: Repo["versionControl"];
    readonly history?: Repo["history"];
  } = {},
): Repo {
  const paths = Object.keys(files).sort();
  return {
    paths,
    tracked: versionControl === "none" ? null : new Set(paths.filter((path) => !untracked.includes(path))),
    history,
    refs: null,
    versionControl,
    read: (path) => files[path] ?? null,
  };
}

function realRoot(directory: string): string {
  try {
    if (statSync(directory).isDirectory()) return realpathSync(directory);
  } catch {
    // Said below.
  }
  throw new Failure({
    code: "check/no-directory",
    message: `There is no directory ${directory}.`,
    fix: "Name the directory of the app.",
    state: "Nothing was read.",
  });
}

type Listed = {
  readonly paths: string[];
  readonly tracked: ReadonlySet<string>;
  readonly hasCommit: boolean;
  readonly history: Repo["history"];
  readonly refs: string | null;
};

async function listByGit(root: string, before: Listing | null): Promise<Listed | null> {
  if (!hasGitAbove(root)) return null;
  const refs = refsOf(root);
  const known = refs !== null && before?.refs === refs ? before.history : null;
  const [files, head, history] = await Promise.all([
    git(root, ["ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"]),
    hasBranch(root) ? "a commit" : git(root, ["rev-parse", "--quiet", "--verify", "HEAD"]),
    known ? null : git(root, pastEnvFiles, 3_000),
  ]);
  if (files === null) return null;
  const paths = new Set<string>();
  const tracked = new Set<string>();
  for (const entry of files.split("\0")) {
    const path = entry.slice(2);
    if (path === "" || path.split("/").some((part) => never.has(part) && part !== "build" && part !== "dist"))
      continue;
    paths.add(path);
    if (!entry.startsWith("?")) tracked.add(path);
  }
  return {
    paths: [...paths],
    tracked,
    hasCommit: head !== null,
    history: known ?? (history === null ? null : additionsIn(history)),
    refs,
  };
}

/** Where every ref of the repository stands, by its own files; null where there are many, or they are kept otherwise. */
function refsOf(root: string): string | null {
  const folder = join(root, ".git");
  try {
    const there = new Set(readdirSync(folder));
    // The other work trees have branches of their own.
    if (there.has("reftable") || there.has("worktrees")) return null;
    const below = readdirSync(join(folder, "refs"), { recursive: true, withFileTypes: true });
    if (below.length > mostRefs || below.some((entry) => entry.isSymbolicLink())) return null;
    const names = [
      ...["HEAD", "packed-refs", "shallow"].filter((name) => there.has(name)),
      ...below.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort(),
    ];
    const text = names.map((name) => `${name} ${readFileSync(resolve(folder, name), "utf8")}`).join("");
    return text.length > mostRefs * 100 ? null : text;
  } catch {
    return null;
  }
}

/** Whether the branch that is checked out has a commit, where its file says so: most repos need not ask git. */
function hasBranch(root: string): boolean {
  try {
    const [, branch] =
      /^ref: (refs\/heads\/[\w./-]+)\n$/.exec(readFileSync(join(root, ".git/HEAD"), "utf8")) ?? [];
    return branch !== undefined && /^[0-9a-f]{40}/.test(readFileSync(join(root, ".git", branch), "utf8"));
  } catch {
    return false;
  }
}

const pastEnvFiles = [
  ..."log --all --no-renames --diff-filter=A --name-only --relative -z --format=%x01%h --".split(" "),
  ...[":(glob)**/.env", ":(glob)**/.env.*"],
];

function additionsIn(log: string): Addition[] {
  return log.split("\u0001").flatMap((entry) => {
    const [commit = "", ...paths] = entry.split(/[\0\n]+/);
    return paths.flatMap((path) => (path === "" ? [] : [{ path, commit }]));
  });
}

function hasGitAbove(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return true;
    if (dirname(folder) === folder) return false;
  }
}

/** Git runs nothing that the repo's own configuration names. Its module is loaded only where there is git. */
function git(cwd: string, args: readonly string[], timeout = 60_000): Promise<string | null> {
  const { execFile } = process.getBuiltinModule("node:child_process");
  const env = { ...withoutRepository(process.env), GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" };
  const safe = [
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
  ];
  return new Promise((resolve) => {
    execFile("git", [...safe, ...args], { cwd, env, maxBuffer: 256 << 20, timeout }, (error, stdout) =>
      resolve(error ? null : stdout),
    );
  });
}

function otherControl(root: string): Repo["versionControl"] {
  return [".hg", ".svn", ".jj", ".fslckout", "_darcs", ".pijul"].some((name) => existsSync(join(root, name)))
    ? "other"
    : "none";
}

/** Without git: all but what `.gitignore` files leave out, and what is never committed. */
function walk(root: string): string[] {
  const paths: string[] = [];
  const visit = (folder: string, outer: readonly Ignore[]) => {
    const ignores = [...outer, ...ignoresOf(root, folder)];
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (paths.length > mostFiles || never.has(entry.name) || isIgnored(ignores, path, isFolder)) continue;
      if (isFolder) visit(path, ignores);
      else if (entry.isFile()) paths.push(path);
    }
  };
  visit("", []);
  return paths;
}

type Ignore = {
  readonly pattern: RegExp;
  readonly negated: boolean;
  readonly folders: boolean;
  /** The folder of the ignore file, with its slash. */
  readonly base: string;
};

function ignoresOf(root: string, folder: string): Ignore[] {
  const file = join(root, folder, ".gitignore");
  if (!existsSync(file)) return [];
  const base = folder === "" ? "" : `${folder}/`;
  return readFileSync(file, "utf8")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ignoreOf(line, base));
}

function ignoreOf(line: string, base: string): Ignore {
  const negated = line.startsWith("!");
  const bare = line.replace(/^[!\\]/, "");
  const folders = bare.endsWith("/");
  const body = bare.replace(/\/$/, "");
  const anchored = body.includes("/");
  const glob = body
    .replace(/^\//, "")
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("**/", "\u0001")
    .replaceAll("**", "\u0002")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]")
    .replaceAll("\u0001", "(?:.*/)?")
    .replaceAll("\u0002", ".*");
  return { pattern: new RegExp(`^${anchored ? "" : "(?:.*/)?"}${glob}$`), negated, folders, base };
}

function isIgnored(ignores: readonly Ignore[], path: string, isFolder: boolean): boolean {
  let ignored = false;
  for (const { pattern, negated, folders, base } of ignores) {
    if (folders && !isFolder) continue;
    if (path.startsWith(base) && pattern.test(path.slice(base.length))) ignored = !negated;
  }
  return ignored;
}

/** Reads regular files below the root only, however links lie. */
function reader(root: string, paths: ReadonlySet<string>): Repo["read"] {
  const folders = new Map<string, boolean>();
  const texts = new Map<string, string | null>();
  const isInside = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    let inside = false;
    try {
      const real = realpathSync(join(root, folder));
      inside = real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
    } catch {
      // It is gone.
    }
    folders.set(folder, inside);
    return inside;
  };
  return (path) => {
    if (!paths.has(path)) return null;
    const known = texts.get(path);
    if (known !== undefined) return known;
    const text = isInside(dirname(path)) ? readRegular(join(root, path)) : null;
    texts.set(path, text);
    return text;
  };
}

function readRegular(path: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > largest) return null;
    const bytes = Buffer.allocUnsafe(stats.size);
    const length = readSync(descriptor, bytes, 0, stats.size, 0);
    const text = bytes.toString("utf8", 0, length);
    return text.slice(0, 1000).includes("\0") ? null : text;
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}
