import { hex, quoted } from "./quoted.ts";
import type { Scalar } from "./scalar.ts";

/** Line ends by their names: javac reads `\u000a` before it looks for strings, and sees a line end there. */
export function escapeJava(value: Scalar): string {
  if (typeof value !== "string") return String(value);
  return quoted(value, {
    quote: '"',
    named: { "\n": "\\n", "\r": "\\r", "\t": "\\t" },
    numeric: (unit) => `\\u${hex(unit, 4)}`,
  });
}
