import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withoutRepository } from "../core/git-environment.ts";
import type { Tree } from "../core/types.ts";

export type Committed =
  | { readonly kind: "committed" }
  | { readonly kind: "staged"; readonly reason: string }
  | { readonly kind: "none"; readonly reason: string };

/** Makes a repository of the directory, with the tree as its first commit; staged only, where git won't commit. */
export function firstCommit({
  root,
  tree,
  message,
}: {
  root: string;
  tree: Tree;
  message: string;
}): Committed {
  const made = initialise(root);
  if (made !== null) return { kind: "none", reason: made };
  const added = git(
    root,
    // Uncompressed until git packs them, which takes two thirds of the time.
    ["-c", "core.looseCompression=0", "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"],
    pathspecs(tree.keys()),
  );
  if (added.status !== 0) return { kind: "none", reason: reasonOf(added) };
  keepExecutable(root, tree);
  // Without the first setting git makes an identity up from the host's name; the others spare a process that
  // would find nothing to do.
  const committed = git(root, [
    ...["-c", "user.useConfigOnly=true", "-c", "maintenance.auto=false", "-c", "gc.auto=0"],
    ...["commit", "--quiet", "--message", message],
  ]);
  if (committed.status === 0) return { kind: "committed" };
  const unknown = /auto-detection is disabled|Please tell me who you are/.test(committed.stderr);
  return { kind: "staged", reason: unknown ? "git knows no user.name and user.email" : reasonOf(committed) };
}

function initialise(root: string): string | null {
  const made = git(root, ["init", "--quiet", "--initial-branch=main"]);
  if (made.status === 0) return null;
  if (made.status !== 129) return reasonOf(made);
  // Before git 2.28 there was no such option.
  const older = git(root, ["init", "--quiet"]);
  if (older.status !== 0) return reasonOf(older);
  git(root, ["symbolic-ref", "HEAD", "refs/heads/main"]);
  return null;
}

/** Where the file system has no such bit, git has to be told. */
function keepExecutable(root: string, tree: Tree): void {
  if (!/filemode\s*=\s*false/i.test(readFileSync(join(root, ".git", "config"), "utf8"))) return;
  const executable = [...tree].filter(([, file]) => file.executable).map(([path]) => path);
  git(root, ["update-index", "--chmod=+x", "-z", "--stdin"], executable.map((path) => `${path}\0`).join(""));
}

function pathspecs(paths: Iterable<string>): string {
  return [...paths].map((path) => `${path}\0`).join("");
}

type Ran = { readonly status: number | null; readonly stderr: string };

function git(root: string, args: readonly string[], input = ""): Ran {
  const { status, stderr, error } = spawnSync("git", args, {
    cwd: root,
    input,
    encoding: "utf8",
    env: environment(),
    timeout: 120_000,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    return { status: null, stderr: "git isn't installed" };
  }
  return { status, stderr: error === undefined ? stderr : error.message };
}

/** The two of glibc keep git from giving the memory of each object back to the system, which takes a third of its time. */
function environment(): NodeJS.ProcessEnv {
  return {
    MALLOC_TOP_PAD_: "8388608",
    MALLOC_TRIM_THRESHOLD_: "67108864",
    ...withoutRepository(process.env),
    GIT_LITERAL_PATHSPECS: "1",
  };
}

function reasonOf({ status, stderr }: Ran): string {
  const line = stderr.split("\n").find((text) => text.trim() !== "");
  return (
    line?.replace(/^(fatal|error): /, "").replace(/[\0-\x1f\x7f-\x9f]/g, "") ?? `git ended with ${status}`
  );
}
