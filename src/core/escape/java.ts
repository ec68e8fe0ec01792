import { hex, quoted } from "./quoted.ts";
import type { Scalar } from "./scalar.ts";

/** Octal for control characters: javac reads `\u000a` before it looks for strings, and sees a line end. */
export function escapeJava(value: Scalar): string {
  if (typeof value !== "string") return String(value);
  return quoted(value, {
    quote: '"',
    named: { "\n": "\\n", "\r": "\\r", "\t": "\\t" },
    numeric: (unit) => (unit < 256 ? `\\${unit.toString(8).padStart(3, "0")}` : `\\u${hex(unit, 4)}`),
  });
}
