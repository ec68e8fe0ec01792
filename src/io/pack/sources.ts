import { statSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { Pack } from "../../core/pack/compose.ts";
import { isSource } from "../../core/pack/manifest.ts";
import { withoutSecret } from "../../core/without-secret.ts";
import { integrityFrom, keepFiles, keptFiles, noteSource } from "./pack-cache.ts";
import { filesInGit, gitSource, printGitSource } from "./read-git.ts";
import { filesInNpm, npmSource } from "./read-npm.ts";
import { packOf, readPack, refuse } from "./read-pack.ts";
import { filesInTarballAt } from "./read-tarball.ts";

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
  if (/^[a-z][a-z+.-]+:\/\//i.test(given) || /^git\+/i.test(given))
    refuse(
      withoutSecret(given),
      "it isn't a source of packs",
      "Give git+https://…, git+ssh://…, npm:NAME, a folder or a .tgz file.",
    );
  const path = resolve(root, given);
  const isPath =
    /^([./~]|[A-Za-z]:[\\/])/.test(given) || statSync(path, { throwIfNoEntry: false }) !== undefined;
  const spec = npmSource(given);
  return spec === null || (isPath && !given.startsWith("npm:")) ? path : `npm:${spec}`;
}

const mostPacks = 40;

/** Packs, and before each those that it extends by their source, unless they are among them. */
export function withExtended(packs: readonly Pack[]): readonly Pack[] {
  const all: Pack[] = [];
  const isThere = (among: readonly Pack[], name: string) =>
    among.some(({ manifest }) => manifest.name === name);
  const addUnder = (pack: Pack, above: readonly string[]) => {
    for (const entry of pack.manifest.extends.filter(isSource)) {
      const source = locate(extendedFrom(pack, entry), process.cwd());
      if (above.includes(source) || above.length > mostPacks)
        refuse(
          pack.manifest.name,
          `it extends ${withoutSecret(entry)}, which extends it`,
          "Let one of them stand below.",
        );
      if ([...packs, ...all].some((known) => known.source === source)) continue;
      const under = readSource(source);
      if (isThere([...packs, ...all], under.manifest.name)) continue;
      addUnder(under, [...above, source]);
      all.push(under);
    }
  };
  for (const pack of packs) {
    addUnder(pack, [pack.source]);
    const isSame = all.some(({ integrity }) => integrity === pack.integrity);
    if (!isSame || packs.filter(({ integrity }) => integrity === pack.integrity).length > 1) all.push(pack);
  }
  return all;
}

/** A path is as the pack's own place has it: beside a folder or a tarball, or in the same repository. */
function extendedFrom({ source, manifest: { name } }: Pack, entry: string): string {
  const said = `it extends ${withoutSecret(entry)}`;
  if (isRemote(source) && entry.startsWith("git+file:"))
    refuse(name, `${said}, which is on this machine`, "Name it by https, ssh or npm.");
  if (!/^\.\.?\//.test(entry)) return entry;
  const git = gitSource(source);
  if (git !== null) {
    const folder = posix.join(git.folder, entry);
    if (folder.startsWith("..")) refuse(name, `${said}, which is outside of its repository`, "Name its URL.");
    return printGitSource({ ...git, folder: folder === "." ? "" : folder });
  }
  if (isRemote(source)) refuse(name, `${said}, which a package can't`, "Name it by npm: or git+.");
  return resolve(source.endsWith("gz") ? dirname(source) : source, entry);
}

export function isRemote(source: string): boolean {
  return /^(npm:|git\+)/.test(source);
}

function local(path: string): Pack {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true || !/\.(tgz|tar\.gz)$/.test(path))
    return readPack(path);
  return packOf(filesInTarballAt(path, path), path);
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
