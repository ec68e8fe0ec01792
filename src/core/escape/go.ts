import { hex, quoted } from "./quoted.ts";
import type { Scalar } from "./scalar.ts";

export function escapeGo(value: Scalar): string {
  if (value === null) return "nil";
  if (typeof value !== "string") return String(value);
  return quoted(value, {
    quote: '"',
    named: { "\n": "\\n", "\r": "\\r", "\t": "\\t" },
    numeric: (unit) => `\\u${hex(unit, 4)}`,
  });
}
