import type { Stats } from "node:fs";

/**
 * A file whole, with what the system says of it. Through four functions of `fs` and no other: each function of Node's own
 * that a start calls first is compiled by it first.
 */
export function readBytes(path: string): { readonly bytes: Buffer; readonly stats: Stats } {
  const { closeSync, fstatSync, openSync, readSync } = process.getBuiltinModule("node:fs");
  const descriptor = openSync(path, "r");
  try {
    const stats = fstatSync(descriptor);
    const bytes = Buffer.allocUnsafeSlow(stats.size);
    let length = 0;
    for (let more = 1; more > 0 && length < stats.size; length += more) {
      more = readSync(descriptor, bytes, length, stats.size - length, null);
    }
    return { bytes: length === stats.size ? bytes : bytes.subarray(0, length), stats };
  } finally {
    closeSync(descriptor);
  }
}
