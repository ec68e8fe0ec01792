import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { nameFrom } from "../../core/names.ts";
import { printable } from "../../core/printable.ts";
import { escapeReason, unportableReason } from "../commit/portable-path.ts";

/** Where a repo is to be written, and what is around it. */
export type Target = {
  readonly root: string;
  /** As it was asked for; how the person reaches it from here. */
  readonly directory: string;
  readonly exists: boolean;
  readonly empty: boolean;
  /** The work tree that holds it, itself possibly, or null. */
  readonly workTree: string | null;
  /** The workspace above it, or null. */
  readonly workspace: string | null;
};

/** Whether it lies below the root of a work tree or of a workspace, where files that count only there mean nothing. */
export function isNested({ root, workTree, workspace }: Target): boolean {
  return (workTree !== null && workTree !== root) || workspace !== null;
}

/** Looks at the directory without changing a thing, and starts no process. */
export function findTarget(directory: string): Target {
  const root = resolve(directory);
  const names = namesIn(root);
  return {
    root,
    directory,
    exists: names !== null,
    empty: names === null || names.length === 0,
    workTree: nearestAbove(root, isWorkTree),
    workspace: nearestAbove(dirname(root), isWorkspace),
  };
}

/** What a repo there would be called. A name that can't be used stays as it is, to be refused with a suggestion. */
export function nameOf(directory: string): string {
  return basename(resolve(directory)) || nameFrom("");
}

/** Refuses a directory that a repo should not be made in, or that some system could not hold. */
export function verifyDirectory(directory: string): void {
  const parts = directory.split("/").filter((part) => part !== "" && part !== ".");
  const fresh = (isAbsolute(directory) ? parts.slice(-1) : parts).join("/");
  const reason = parts.includes("..")
    ? "it leads upwards"
    : fresh === "" || existsSync(directory)
      ? null
      : (escapeReason(fresh) ?? unportableReason(fresh));
  if (reason === null) return;
  throw new Failure({
    code: "usage/directory",
    message: `"${printable(directory).slice(0, 80)}" can't be the directory: ${reason}.`,
    fix: `Try ${nameFrom(basename(directory))}, or change to the directory above it first.`,
  });
}

function namesIn(root: string): readonly string[] | null {
  try {
    return readdirSync(root);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw new Failure({
      code: "usage/directory",
      message:
        code === "ENOTDIR" ? `${root} is a file, or lies in one.` : `${root} can't be read: ${message}.`,
      fix: "Choose another directory.",
    });
  }
}

function nearestAbove(from: string, holds: (directory: string) => boolean): string | null {
  for (let at = from; ; at = dirname(at)) {
    if (holds(at)) return at;
    if (at === dirname(at)) return null;
  }
}

function isWorkTree(directory: string): boolean {
  const git = statSync(join(directory, ".git"), { throwIfNoEntry: false });
  return git !== undefined && (git.isFile() || existsSync(join(directory, ".git", "HEAD")));
}

function isWorkspace(directory: string): boolean {
  if (existsSync(join(directory, "pnpm-workspace.yaml"))) return true;
  const manifest = join(directory, "package.json");
  // Asked first, since most directories have none, and an error takes longer than all of this.
  if (!existsSync(manifest)) return false;
  try {
    return "workspaces" in JSON.parse(readFileSync(manifest, "utf8"));
  } catch {
    return false;
  }
}
