import type { Script } from "node:vm";
import { readBytes } from "./read-bytes.ts";

export type CachedScript = {
  readonly script: Script;
  /** Keeps the code that V8 has compiled by now, where none was kept before. Never throws. */
  readonly keep: () => void;
};

const keptDays = 30;

// Builtin modules where they are used: this is part of the entry point, which says a sentence on a Node that lacks them.

/**
 * Compiles a file of ASCII, from what V8 made of it in an earlier run where that was kept: without, half of
 * a start is compiling. It is kept by `key` in the user's own cache directory, and only taken from there when nobody
 * else can have written it. V8 itself refuses what another version of it made.
 */
export function cachedScript(file: string, key: string): CachedScript {
  const { mkdirSync, renameSync, writeFileSync } = process.getBuiltinModule("node:fs");
  const { Script } = process.getBuiltinModule("node:vm");
  const { bytes, stats } = readBytes(file);
  const directory = cacheDirectory();
  // V8 looks at the length of the source only, and a file that was patched may have that of the original.
  const changed = Math.trunc(stats.mtimeMs).toString(36);
  const path =
    directory === null ? null : `${directory}/${key}-${changed}-${process.version}-${process.arch}`;
  const data = path === null ? null : ownBytes(path);
  const script = new Script(bytes.toString("latin1"), { filename: file, ...(data && { cachedData: data }) });
  const isKept = data !== null && script.cachedDataRejected === false;
  return {
    script,
    keep: () => {
      if (directory === null || path === null || isKept) return;
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        removeOld(directory);
        const temporary = `${path}.${process.pid}`;
        writeFileSync(temporary, script.createCachedData(), { mode: 0o600 });
        renameSync(temporary, path);
      } catch {
        // A cache that can't be written is none.
      }
    },
  };
}

/** Where the user's caches are on this system, unless Node's own variable says that there are none. */
function cacheDirectory(): string | null {
  const { NODE_DISABLE_COMPILE_CACHE, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
  if (NODE_DISABLE_COMPILE_CACHE) return null;
  const inHome = (path: string) => (HOME ? `${HOME}/${path}` : undefined);
  const standard =
    process.platform === "win32"
      ? LOCALAPPDATA
      : process.platform === "darwin"
        ? inHome("Library/Caches")
        : XDG_CACHE_HOME || inHome(".cache");
  return standard ? `${standard}/create-twelve-factor` : null;
}

/** The bytes of a file that is this user's, and that no other may write; null for any other. */
function ownBytes(path: string): Buffer | null {
  try {
    const { bytes, stats } = readBytes(path);
    const isOwn =
      process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0);
    return isOwn ? bytes : null;
  } catch {
    return null;
  }
}

/** What no run has kept anew for long, of releases that are gone. */
function removeOld(directory: string): void {
  const { readdirSync, rmSync, statSync } = process.getBuiltinModule("node:fs");
  const oldest = Date.now() - keptDays * 24 * 60 * 60 * 1000;
  for (const name of readdirSync(directory)) {
    const path = `${directory}/${name}`;
    if (statSync(path).mtimeMs < oldest) rmSync(path);
  }
}
