import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { Pack } from "../../core/pack/compose.ts";
import { integrityFrom, keepFiles, keptFiles, noteSource } from "./pack-cache.ts";
import { filesInGit, gitSource, printGitSource } from "./read-git.ts";
import { filesInNpm, npmSource } from "./read-npm.ts";
import { packOf, readPack } from "./read-pack.ts";
import { filesInTarball } from "./read-tarball.ts";

const read = new Map<string, Pack>();

/**
 * Reads a pack from a folder, a tarball, npm or git, as seen from `root`, and keeps it. What can't be fetched now comes from
 * the cache where it was fetched before. Throws a `Failure`.
 */
export function readSource(given: string, root: string = process.cwd()): Pack {
  const source = locate(given, root);
  const known = read.get(source);
  if (known !== undefined) return known;
  const pack = isRemote(source) ? fetched(source, given) : local(source);
  keepFiles(pack.integrity, pack.files);
  if (isRemote(source)) noteSource(source, pack.integrity);
  read.set(source, pack);
  return pack;
}

/** A source as it is recorded, but for paths, which are whole. A folder or file that is there is meant before a package. */
function locate(given: string, root: string): string {
  const git = gitSource(given);
  if (git !== null) return printGitSource(git);
  const path = resolve(root, given);
  const isPath =
    /^([./~]|[A-Za-z]:[\\/])/.test(given) || statSync(path, { throwIfNoEntry: false }) !== undefined;
  const spec = npmSource(given);
  return spec === null || (isPath && !given.startsWith("npm:")) ? path : `npm:${spec}`;
}

export function isRemote(source: string): boolean {
  return /^(npm:|git\+)/.test(source);
}

function local(path: string): Pack {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true || !/\.(tgz|tar\.gz)$/.test(path))
    return readPack(path);
  return packOf(filesInTarball(readFileSync(path), path), path);
}

function fetched(source: string, given: string): Pack {
  try {
    const git = gitSource(source);
    return packOf(git === null ? filesInNpm(source.slice("npm:".length)) : filesInGit(git, given), source);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "pack/fetch") throw error;
    const files = keptFiles(integrityFrom(source) ?? "");
    if (files === null) throw error;
    process.stderr.write(`! ${error.message} The copy that was fetched last is used.\n`);
    return packOf(files, source);
  }
}
