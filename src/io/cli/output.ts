import { fstatSync, writeSync } from "node:fs";
import { anyOf } from "../../core/printable.ts";
import { type Style, styleFor } from "./style.ts";

/**
 * Writes a result to stdout. Straight to the descriptor where that is a file or a pipe: the streams that
 * `process.stdout` loads take longer than a whole plan.
 */
export function print(text: string): void {
  if (isTerminal()) process.stdout.write(text);
  else writeWhole(Buffer.from(text));
}

/** Writes data as JSON, with escapes for what a terminal may act upon. */
export function printData(data: unknown, space?: number): void {
  const text = JSON.stringify(data, null, space);
  print(`${text.replace(anyOf("Cc", "Cf"), (found) => (found === "\n" ? found : escaped(found)))}\n`);
}

function escaped(found: string): string {
  const units = found.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return units.map((unit) => `\\u${unit}`).join("");
}

/** The style of what goes to stdout. */
export function resultStyle(): Style {
  return styleFor(isTerminal() ? process.stdout : { isTTY: false });
}

export function resultColumns(): number {
  return (isTerminal() ? process.stdout.columns : undefined) ?? 80;
}

/** A character device that isn't a terminal goes the slow way and comes out right; /dev/null is known. */
function isTerminal(): boolean {
  const stat = fstatSync(1);
  return stat.isCharacterDevice() && stat.rdev !== nullDevice;
}

/** What Linux numbers /dev/null: 1, 3. */
const nullDevice = 0x103;

function writeWhole(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The reader has seen enough.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
