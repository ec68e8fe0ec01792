import { spawnSync } from "node:child_process";
import { relative } from "node:path";
import { Failure } from "../../core/failure.ts";

/**
 * Those of the paths below the root that differ from HEAD, or that it doesn't have. Null where there is nothing to
 * compare with: no repository, no commit, or no git.
 */
export function changedSinceHead(
  root: string,
  workTree: string,
  paths: readonly string[],
): ReadonlySet<string> | null {
  const prefix = relative(workTree, root).replaceAll("\\", "/");
  const full = paths.map((path) => (prefix === "" ? path : `${prefix}/${path}`));
  const args = ["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z", "--no-renames"];
  const ran = git(workTree, [...args, "--untracked-files=all", "--ignored=matching", "--", ...full]);
  if (ran === null) return null;
  if (ran.status !== 0) {
    throw new Failure({
      code: "repo/git",
      message: `git can't tell which files have changes that aren't committed: ${ran.reason}`,
      fix: "Put right what git says, then run this again.",
    });
  }
  const lines = ran.stdout.split("\0");
  if (lines.some((line) => line === "# branch.oid (initial)")) return null;
  const changed = new Set<string>();
  for (const line of lines) {
    const path = pathIn(line);
    if (path === null) continue;
    const inside = path.replace(/\/$/, "");
    // A directory that is ignored as a whole is listed without its files.
    for (const [index, name] of full.entries())
      if (name === inside || name.startsWith(`${inside}/`)) changed.add(paths[index] as string);
  }
  return changed;
}

/** The text of a file before two branches that are being merged changed it; null where the index has none. */
export function stagedBase(root: string, path: string): string | null {
  const ran = git(root, ["show", `:1:./${path}`]);
  return ran?.status === 0 ? ran.stdout : null;
}

/** Ordinary entries have eight fields before the path, unmerged ones ten; the rest begin with their kind alone. */
function pathIn(line: string): string | null {
  const fields = { 1: 8, u: 10, "?": 1, "!": 1 }[line[0] as "1"];
  return fields === undefined ? null : line.split(" ").slice(fields).join(" ");
}

function git(cwd: string, args: readonly string[]) {
  const { status, stdout, stderr, error } = spawnSync("git", args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, GIT_LITERAL_PATHSPECS: "1", LC_ALL: "C" },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return null;
  const [line = ""] = (error?.message ?? stderr).split("\n");
  return { status, stdout, reason: line.replace(/^fatal: /, "") };
}
