import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { KeptFacts } from "../check/survey/kept-facts.ts";
import { cacheFolder } from "./cache-folder.ts";
import { ownBytes } from "./own-bytes.ts";
import { writeOwn } from "./write-own.ts";

/** A repo of more files is parsed anew each time: to keep what is in them takes longer than it saves. */
const mostFiles = 400;

type Kept = {
  readonly root: string;
  readonly files: ReadonlyMap<string, KeptFile>;
  readonly listing: string | null;
};
type KeptFile = readonly [text: string, facts: unknown];

export type FactsOfRepo = KeptFacts & {
  readonly isEmpty: boolean;
  /** The files that were there; null where none are known. */
  readonly listing: string | null;
  /** Keeps what this check read anew, beside what it found again. Never throws. */
  readonly write: (listing: string | null) => void;
};

/**
 * What earlier checks of this repo read from its files, in the user's own cache directory: to parse again what has not
 * changed takes a third of a check. Nothing is kept on CI, where no later check finds it.
 */
export function factsOf(root: string, build = import.meta.dirname): FactsOfRepo {
  const path = pathFor(root, build);
  const { files: old, listing } = (path && read(path, root)) || nothing;
  const seen = new Map<string, KeptFile>();
  let isNew = false;
  return {
    isEmpty: old.size === 0,
    listing,
    find: (file, text) => {
      const known = old.get(file);
      if (known === undefined || known[0] !== text) return undefined;
      seen.set(file, known);
      return known[1];
    },
    keep: (file, text, facts) => {
      isNew = true;
      seen.set(file, [text, facts]);
    },
    write: (now) => {
      if (path === null || !(isNew || now !== listing) || seen.size > mostFiles) return;
      try {
        writeOwn(path, serialize({ root, files: seen, listing: now } satisfies Kept));
      } catch {
        // A cache that can't be written is none.
      }
    },
  };
}

/** Of this build and this repo; null where nothing is to be kept. */
function pathFor(root: string, build: string): string | null {
  const folder = process.env.CI || process.env.NODE_DISABLE_COMPILE_CACHE ? null : cacheFolder();
  const program = join(build, "program.br");
  if (folder === null || !existsSync(program)) return null;
  const { mtimeMs, size } = statSync(program);
  const release = `${Math.trunc(mtimeMs).toString(36)}-${size.toString(36)}`;
  return `${folder}/create-twelve-factor/facts-${release}-${digestOf(root)}-${process.version}`;
}

const nothing = { files: new Map<string, KeptFile>(), listing: null };

function read(path: string, root: string): Kept | null {
  try {
    const bytes = ownBytes(path);
    const kept = bytes && (deserialize(bytes) as Kept);
    return kept?.root === root ? kept : null;
  } catch {
    // Not a whole file of ours.
    return null;
  }
}

/** Short, for a name; whether it is this directory's is written in the file. */
function digestOf(text: string): string {
  let [low, high] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at++) {
    low = Math.imul(low ^ text.charCodeAt(at), 2_654_435_761);
    high = Math.imul(high ^ text.charCodeAt(at), 1_597_334_677);
  }
  return `${(low >>> 0).toString(36)}${(high >>> 0).toString(36)}`;
}
