import type { Script } from "node:vm";
import { cacheFolder } from "./cache-folder.ts";
import { ownBytes } from "./own-bytes.ts";

/** A chunk of the program: its source as a function's, and the code that V8 has compiled of it. */
export type KeptChunk = { readonly source: string; readonly code: Uint8Array | undefined };

/** The file begins with the length of its list of entries, in so many digits. */
export const lengthDigits = 8;

/** An entry of this name says that the run that kept the others was not over. */
export const unfinished = "unfinished";

/** What an earlier run kept, and where it did; no path where nothing can be kept. */
export type KeptProgram = {
  readonly path: string | null;
  readonly names: readonly string[];
  readonly find: (name: string) => KeptChunk | undefined;
  /** A part that is no chunk. */
  readonly findBytes: (name: string) => Buffer | undefined;
};

export type Compiled = { readonly source: string; readonly script: Script; readonly isKept: boolean };

export type UsedPart = { readonly bytes: Buffer; readonly isKept: boolean };

export type Entry = readonly [name: string, sourceLength: number, codeLength: number];

/** Where nothing can be kept, or is to be. */
export const noProgram: KeptProgram = {
  path: null,
  names: [],
  find: () => undefined,
  findBytes: () => undefined,
};

// Builtin modules where they are used: this is part of the entry point, which says a sentence on a Node that lacks them.

/**
 * What an earlier run of this verb compiled, in one file of the user's own cache directory: without it, half of a start is
 * finding, unpacking and compiling chunks. It is taken only when nobody else can have written it, V8 itself refuses
 * what another version of it made, and `changed` says when the program's own files were written.
 */
export function keptProgram(key: string, changed: number): KeptProgram {
  const directory = cacheDirectory();
  if (directory === null) return noProgram;
  const path = `${directory}/${key}-${Math.trunc(changed).toString(36)}-${process.version}-${process.arch}`;
  const bytes = ownBytes(path);
  const head = lengthDigits + Number(bytes?.toString("latin1", 0, lengthDigits));
  const entries = bytes && entriesOf(bytes, head);
  if (!entries) return { ...noProgram, path };
  const place = (wanted: string): readonly [start: number, end: number, codeLength: number] | undefined => {
    let at = head;
    for (const [name, sourceLength, codeLength] of entries) {
      const end = at + sourceLength;
      if (name === wanted) return [at, end, codeLength];
      at = end + codeLength;
    }
  };
  return {
    path,
    names: entries.map(([name]) => name),
    find: (name) => {
      const [start, end, codeLength] = place(name) ?? [];
      if (end === undefined) return;
      const code = new Uint8Array(bytes.buffer, bytes.byteOffset + end, codeLength);
      return { source: bytes.toString("latin1", start, end), code };
    },
    findBytes: (name) => {
      const [start, end] = place(name) ?? [];
      return end === undefined ? undefined : bytes.subarray(start, end);
    },
  };
}

/** Null for bytes that are not a whole file of ours. */
function entriesOf(bytes: Buffer, head: number): readonly Entry[] | null {
  try {
    const entries = JSON.parse(bytes.toString("latin1", lengthDigits, head)) as Entry[];
    const length = entries.reduce((sum, [, source, code]) => sum + source + code, head);
    return length === bytes.length ? entries : null;
  } catch {
    return null;
  }
}

/** Nowhere where Node's own variable says that no code is to be kept. */
function cacheDirectory(): string | null {
  const folder = process.env.NODE_DISABLE_COMPILE_CACHE ? null : cacheFolder();
  return folder && `${folder}/create-twelve-factor`;
}
