import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { composeCatalogue, type Pack } from "../../core/pack/compose.ts";
import type { Catalogue, Receipt } from "../../core/types.ts";
import { keptFiles } from "./pack-cache.ts";
import { verifyFlags } from "./pack-flags.ts";
import { packOf } from "./read-pack.ts";
import { isRemote, readSource, withExtended } from "./sources.ts";

export { verifyConsent, verifyPlopfileConsent } from "./consent.ts";

/** The catalogues that the receipts of a repo are rendered from. */
export type Catalogues = {
  /** The names of the packs whose sources were given. */
  readonly given: readonly string[];
  /** With the packs as they were when the receipt was written; null where one can't be had any more. */
  readonly recorded: (receipt: Receipt) => Catalogue | null;
  /**
   * With the packs as they are now, but for versions that were rejected, and those that were given besides. Throws where
   * one isn't at hand.
   */
  readonly current: (receipt: Receipt) => Catalogue;
  /** The packs as they were when the receipt was written, in order; null for one that can't be had. */
  readonly packs: (receipt: Receipt) => readonly (Pack | null)[];
  /** Writes the packs of a receipt into a folder, for another release to read; null where one can't be had. */
  readonly unpack: (receipt: Receipt, into: string) => readonly string[] | null;
};

type Recorded = Receipt["packs"][number];

/** The built-in templates with the packs of these sources over them; of folders and files the paths are whole. */
export function withPacks(built: Catalogue, sources: readonly string[]): Catalogue {
  const packs = withExtended(sources.map((source) => readSource(source)));
  verifyFlags(packs);
  return composeCatalogue(built, packs);
}

/** The same, with sources as a repo reaches them. */
export function seenFrom(root: string, catalogue: Catalogue): Catalogue {
  const packs = (catalogue.packs ?? []).map((pack) => ({ ...pack, source: sourceFrom(root, pack.source) }));
  return { ...catalogue, packs };
}

/** `given` are sources of packs that the receipt names, wherever they lie now, or of others that come over them. */
export function openCatalogues(built: Catalogue, root: string, given: readonly string[]): Catalogues {
  const atHand = new Map(given.map((source) => readSource(source)).map((pack) => [pack.manifest.name, pack]));
  const openly = new Set(atHand.keys());
  const find = (recorded: Recorded): Pack | null => {
    const known = atHand.get(recorded.name);
    if (known !== undefined) return known;
    const { source } = recorded;
    if (!isRemote(source) && (!/^\.\.?\//.test(source) || !existsSync(resolve(root, source)))) return null;
    const read = readSource(source, root);
    if (read.manifest.name !== recorded.name) return null;
    atHand.set(recorded.name, read);
    return read;
  };
  const asRecorded = (recorded: Recorded): Pack | null => {
    const files = keptFiles(recorded.integrity);
    if (files !== null) {
      const { source } = recorded;
      return packOf(files, isRemote(source) ? source : resolve(root, source));
    }
    const isIt = (pack: Pack | null) => pack?.integrity === recorded.integrity;
    const earlier = earlierSource(recorded);
    const known = earlier === null ? null : orNull(() => readSource(earlier));
    if (known !== null && isIt(known)) return { ...known, source: recorded.source };
    const found = orNull(() => find(recorded));
    return isIt(found) ? found : null;
  };
  const compose = (packs: readonly Pack[]) => {
    verifyFlags(packs);
    return seenFrom(root, composeCatalogue(built, packs));
  };
  const composed = new Map<string, Catalogue | null>();
  return {
    given: [...atHand.keys()],
    recorded: ({ packs }) => {
      const key = packs.map(({ integrity }) => integrity).join();
      if (!composed.has(key)) {
        const found = packs.map(asRecorded);
        const known = found.filter((pack) => pack !== null);
        composed.set(key, known.length < found.length ? null : compose(known));
      }
      return composed.get(key) as Catalogue | null;
    },
    current: ({ packs, rejected = [] }) => {
      const recorded = packs.map((pack) => {
        const now = find(pack);
        const isRejected =
          !openly.has(pack.name) &&
          rejected.some(({ name, integrity }) => name === pack.name && integrity === now?.integrity);
        return (isRejected ? null : now) ?? asRecorded(pack) ?? missing(pack);
      });
      const names = packs.map(({ name }) => name);
      const others = [...atHand.values()].filter(({ manifest }) => !names.includes(manifest.name));
      return compose(withExtended([...recorded, ...others]));
    },
    packs: ({ packs }) => packs.map(asRecorded),
    unpack: ({ packs }, into) => {
      const found = packs.map(asRecorded);
      return found.some((pack) => pack === null)
        ? null
        : found.map((pack, at) => unpacked(pack as Pack, `${into}-${at}`));
    },
  };
}

/** What is wrong with a pack now is of no interest to what it was. */
function orNull(read: () => Pack | null): Pack | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/** Where a version was fetched from, of which the source names another one by now; null where it isn't named by versions. */
function earlierSource({ source, version }: Recorded): string | null {
  const [, name] = /^npm:(@?[^@]+)/.exec(source) ?? [];
  if (name !== undefined) return `npm:${name}@${version}`;
  const [, before, after = ""] =
    /^(git\+[^#]+#(?:[^:]*?[^\d:])?)\d+\.\d+\.\d+[^:]*(:.*)?$/.exec(source) ?? [];
  return before === undefined ? null : `${before}${version}${after}`;
}

/** What is to be done where the packs of a receipt can't be had as they were. */
export function missing({ name, version, source }: Recorded): never {
  throw new Failure({
    code: "pack/missing",
    message: `The repo is made from the pack ${name} ${version}, which isn't at ${source} as it was.`,
    fix: `Say where it is, with --pack SOURCE: a folder, a tarball, an npm name or a git URL; of a pack under version control, check out ${version} first.`,
  });
}

function sourceFrom(root: string, source: string): string {
  if (!isAbsolute(source)) return source;
  const path = relative(root, source).replaceAll("\\", "/");
  return path.startsWith("../") ? path : `./${path}`;
}

/** Writes a pack that was read into a folder of our own. */
export function unpacked({ files }: Pack, folder: string): string {
  for (const { path, content, executable } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: executable ? 0o755 : 0o644 });
  }
  return folder;
}
