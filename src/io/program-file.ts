import { readBytes } from "./read-bytes.ts";

/** The bytes of a part of the program by its name; throws where there is none. */
export type ReadPart = (name: string) => Buffer;

type Head = {
  /** Of each section, where it ends in the stream, and in what the stream unpacks to. */
  readonly ends: readonly (readonly [packed: number, whole: number])[];
  readonly parts: { readonly [name: string]: readonly [start: number, length: number] };
};

const lengthDigits = 8;

/**
 * The parts of the file that the build made, the chunks of the program and the catalogue. The file is read when the first
 * part is asked for, and unpacked as far as that needs.
 */
export function programFile(path: string): ReadPart {
  let file: { readonly head: Head; readonly packed: Buffer } | undefined;
  let whole: Buffer = Buffer.alloc(0);
  return (name) => {
    file ??= open(path);
    const [start, length] = file.head.parts[name] ?? [0, Number.NaN];
    const end = file.head.ends.find(([, whole]) => whole >= start + length);
    if (end === undefined) throw new Error(`${path} has no ${name}.`);
    if (whole.length < end[1]) whole = unpack(file.packed.subarray(0, end[0]));
    return whole.subarray(start, start + length);
  };
}

/** All parts, in order. */
export function partsOf(path: string): readonly (readonly [name: string, bytes: Buffer])[] {
  const read = programFile(path);
  return Object.entries(open(path).head.parts)
    .sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1])
    .map(([name]) => [name, read(name)]);
}

function open(path: string): { readonly head: Head; readonly packed: Buffer } {
  const { bytes } = readBytes(path);
  const start = lengthDigits + Number(bytes.toString("latin1", 0, lengthDigits));
  const head = JSON.parse(bytes.toString("latin1", lengthDigits, start)) as Head;
  return { head, packed: bytes.subarray(start) };
}

/** The stream up to the end of a section, at which it was flushed. */
function unpack(packed: Buffer): Buffer {
  const { brotliDecompressSync, constants } = process.getBuiltinModule("node:zlib");
  return brotliDecompressSync(packed, { finishFlush: constants.BROTLI_OPERATION_FLUSH });
}
