import { readdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import {
  type Compiled,
  type Entry,
  type KeptChunk,
  type KeptProgram,
  lengthDigits,
  type UsedPart,
  unfinished,
} from "./kept-program.ts";
import { writeOwn } from "./write-own.ts";

const keptDays = 30;

type Run = {
  readonly compiled: ReadonlyMap<string, Compiled>;
  readonly used: ReadonlyMap<string, UsedPart>;
  readonly isOver: boolean;
};

/** Keeps what this run compiled and unpacked beside what an earlier one did. Never throws. */
export function keepProgram({ path, names, find }: KeptProgram, { compiled, used, isOver }: Run): void {
  if (path === null) return;
  try {
    const chunks: [string, KeptChunk][] = [];
    for (const name of names) {
      const isNew = compiled.has(name) || used.has(name) || name === unfinished;
      const chunk = isNew ? undefined : find(name);
      if (chunk !== undefined) chunks.push([name, chunk]);
    }
    for (const [name, { source, script }] of compiled)
      chunks.push([name, { source, code: script.createCachedData() }]);
    for (const [name, { bytes }] of used)
      chunks.push([name, { source: bytes.toString("latin1"), code: undefined }]);
    if (!isOver) chunks.push([unfinished, { source: "", code: undefined }]);
    write(path, chunks);
  } catch {
    // A cache that can't be written is none.
  }
}

function write(path: string, chunks: readonly (readonly [name: string, chunk: KeptChunk])[]): void {
  const entries = chunks.map(([name, { source, code }]): Entry => [name, source.length, code?.length ?? 0]);
  const parts = chunks.flatMap(([, { source, code }]) => [
    Buffer.from(source, "latin1"),
    code ?? Buffer.alloc(0),
  ]);
  const list = Buffer.from(JSON.stringify(entries));
  const head = Buffer.from(String(list.length).padStart(lengthDigits, "0"));
  writeOwn(path, Buffer.concat([head, list, ...parts]));
  removeOld(dirname(path));
}

/** What no run has kept anew for long, of releases that are gone. */
function removeOld(directory: string): void {
  const oldest = Date.now() - keptDays * 24 * 60 * 60 * 1000;
  for (const name of readdirSync(directory)) {
    const path = `${directory}/${name}`;
    if (statSync(path).mtimeMs < oldest) rmSync(path);
  }
}
