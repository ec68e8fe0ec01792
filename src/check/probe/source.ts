import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../../core/failure.ts";
import type { Inference } from "../types.ts";

const run = promisify(execFile);

export type Source = {
  readonly tree: string;
  readonly inferred: readonly Inference[];
  /** Kept apart, since the build changes the tree. */
  readonly committed: string;
};

/** Copies what git has of the directory at HEAD; without git, all but what is never committed. `.env` is left out. */
export async function prepareSource(repo: string, workDirectory: string): Promise<Source> {
  if (!existsSync(repo)) {
    throw new Failure({
      code: "NO_SUCH_DIRECTORY",
      message: `There is no directory ${repo}.`,
      fix: "Name the directory of the app.",
      state: "Nothing was run.",
    });
  }
  const tree = join(workDirectory, "src");
  mkdirSync(tree);
  const top = await git(repo, ["rev-parse", "--show-toplevel"]);
  const hasHead = top !== null && (await git(repo, ["rev-parse", "--verify", "-q", "HEAD"])) !== null;
  const inferred = hasHead
    ? await copyHead(repo, top, { tree, index: join(workDirectory, "index") })
    : copyFiles(repo, tree);
  rmSync(join(tree, ".env"), { force: true });
  const committed = join(workDirectory, "committed");
  cpSync(tree, committed, { recursive: true, verbatimSymlinks: true });
  return { tree, inferred, committed };
}

let copies = 0;

/** A copy that may be written to. */
export function copyOf(committed: string, workDirectory: string): string {
  const copy = join(workDirectory, `copy-${++copies}`);
  cpSync(committed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

async function copyHead(
  repo: string,
  top: string,
  { tree, index }: { readonly tree: string; readonly index: string },
): Promise<Inference[]> {
  const prefix = (await git(repo, ["rev-parse", "--show-prefix"])) ?? "";
  // An index of our own: the repo's is not touched, and `export-ignore` hides nothing.
  const environment = { GIT_INDEX_FILE: index };
  await git(top, ["read-tree", prefix ? `HEAD:${prefix.replace(/\/$/, "")}` : "HEAD"], environment);
  await git(top, ["checkout-index", "--all", "--force", `--prefix=${tree}/`], environment);
  const dirty = await git(repo, ["status", "--porcelain", "--untracked-files=normal", "--", "."]);
  if (!dirty) return [];
  const count = dirty.split("\n").length;
  return [
    { what: "source", value: "the committed tree", from: `${count} uncommitted change(s) take no part` },
  ];
}

function copyFiles(repo: string, tree: string): Inference[] {
  const neverCommitted = new Set([".git", "node_modules", ".venv", "venv", "__pycache__", "target", ".env"]);
  cpSync(repo, tree, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => relative(repo, path) === "" || !neverCommitted.has(basename(path)),
  });
  return [{ what: "source", value: "all files of the directory", from: "there is no commit" }];
}

async function git(
  cwd: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string | null> {
  try {
    const { stdout } = await run("git", ["-c", "core.fsmonitor=false", ...args], {
      cwd,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", ...environment },
      maxBuffer: 64 << 20,
    });
    return stdout.trim();
  } catch {
    return null;
  }
}
