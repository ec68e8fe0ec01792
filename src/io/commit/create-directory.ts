import {
  chmodSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { Tree } from "../../core/types.ts";
import { errorCode, ignoring, statOf } from "./files.ts";
import { holdSignals } from "./hold-signals.ts";
import { ownerInName, ownerState, thisProcess } from "./owner.ts";
import { numberSteps, type OnStep, type Step } from "./steps.ts";
import { verifyNewPaths } from "./verify-contained.ts";
import { writeFailure } from "./write-failure.ts";

export type CreateRequest = {
  /** Must not exist, or be an empty directory. Parents that are missing are made. */
  readonly root: string;
  readonly tree: Tree;
  readonly onProgress?: (written: number, total: number) => void;
  readonly onStep?: OnStep;
};

/**
 * Writes a whole tree beside its place and moves it there by one rename, so that it is either all there or not
 * at all. Nothing of the tree is run in the staging directory: an install and `git init` come after the rename,
 * as they write absolute paths and take long, and a repo without them is complete. Gives false, with nothing written,
 * for an empty directory that can't be replaced: it is for `fillDirectory`, which few need and so is loaded by itself.
 */
export function createDirectory(request: CreateRequest): boolean {
  return holdSignals(() => {
    try {
      return create(request);
    } catch (error) {
      throw writeFailure(error);
    }
  });
}

function create({ root: given, tree, onProgress, onStep }: CreateRequest): boolean {
  const step = numberSteps(onStep);
  const root = statOf(given) === undefined ? resolve(given) : realRoot(given);
  const existing = statOf(root);
  if (existing !== undefined) verifyEmpty(root, existing);
  verifyNewPaths(root, [...tree.keys()]);
  if (existing !== undefined && mustStay(root, existing)) return false;
  return stageAndMove({ root, existing, tree, onProgress, step });
}

type Creation = {
  readonly root: string;
  readonly tree: Tree;
  readonly existing: Stats | undefined;
  readonly onProgress: CreateRequest["onProgress"];
  readonly step: Step | undefined;
};

function stageAndMove({ root, existing, tree, onProgress, step }: Creation): boolean {
  const top = existing === undefined ? outermostMissing(root) : root;
  const parent = dirname(top);
  verifyParent(parent);
  removeStale(parent);
  const staging = join(parent, `.twelve-factor-${thisProcess().nonce}`);
  try {
    try {
      mkdirSync(staging);
      step?.("staging-made");
      writeTree({ directory: join(staging, relative(top, root)), tree, onProgress, step });
      if (existing !== undefined) chmodSync(staging, existing.mode & 0o7777);
      step?.("tree-written");
      moveInto({ staging, top, replaces: existing !== undefined });
      step?.("moved");
      return true;
    } catch (error) {
      rmSync(staging, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    if (existing === undefined || !unmovable.has(errorCode(error))) throw error;
    return false;
  }
}

/** A mount point, or a directory in one that may not be written, cannot be replaced, only filled. */
const unmovable = new Set(["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV"]);

/** The directory where a shell or this process stands must not be swapped for another of the same name. */
function mustStay(root: string, existing: Stats): boolean {
  const here = process.cwd();
  return (
    here === root || here.startsWith(root + sep) || existing.uid !== (process.getuid?.() ?? existing.uid)
  );
}

type Writing = {
  readonly directory: string;
  readonly tree: Tree;
  readonly onProgress: CreateRequest["onProgress"];
  readonly step: Step | undefined;
};

function writeTree({ directory, tree, onProgress, step }: Writing): void {
  mkdirSync(directory, { recursive: true });
  const made = new Set([""]);
  let written = 0;
  for (const [path, { content, executable }] of tree) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (!made.has(parent)) {
      mkdirSync(join(directory, parent), { recursive: true });
      made.add(parent);
      step?.("directory-made");
    }
    const mode = executable ? 0o777 : 0o666;
    // By one call into the system's part of Node, where the text needs no buffer of its own.
    writeFileSync(`${directory}${sep}${path}`, content, { flag: "wx", mode });
    onProgress?.(++written, tree.size);
    step?.("file-written");
  }
}

function moveInto({ staging, top, replaces }: { staging: string; top: string; replaces: boolean }): void {
  try {
    if (process.platform === "win32" && replaces) rmdirSync(top);
    renameSync(staging, top);
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(errorCode(error))) throw notEmpty(top);
    throw error;
  }
}

/** Removes what runs that were killed left beside the new directory, as far as one may. */
function removeStale(parent: string): void {
  ignoring(["EACCES", "EPERM", "EROFS", "EBUSY", "ENOTEMPTY"], () => {
    for (const name of readdirSync(parent)) {
      if (!name.startsWith(".twelve-factor-")) continue;
      const owner = ownerInName(name);
      if (owner !== undefined && ownerState(owner) === "dead") {
        rmSync(join(parent, name), { recursive: true, force: true });
      }
    }
  });
}

function realRoot(given: string): string {
  try {
    return realpathSync(given);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new Failure({
      code: "path-refused",
      message: `${given} is a symbolic link that leads nowhere.`,
      fix: "Remove the link, or choose another directory.",
    });
  }
}

function verifyEmpty(root: string, existing: Stats): void {
  if (!existing.isDirectory()) {
    throw new Failure({
      code: "path-refused",
      message: `${root} is there already, and is not a directory.`,
      fix: "Choose another directory.",
    });
  }
  if (readdirSync(root).length > 0) throw notEmpty(root);
}

function verifyParent(parent: string): void {
  if (statOf(realpathSync(parent))?.isDirectory()) return;
  throw new Failure({
    code: "path-refused",
    message: `${parent} is not a directory, so nothing can be created in it.`,
    fix: "Choose another directory.",
  });
}

function outermostMissing(root: string): string {
  let top = root;
  while (statOf(dirname(top)) === undefined) top = dirname(top);
  return top;
}

function notEmpty(root: string): Failure {
  return new Failure({
    code: "directory-not-empty",
    message: `${basename(root)} has files in it already.`,
    fix: "Choose a directory that is empty or does not exist yet.",
  });
}
