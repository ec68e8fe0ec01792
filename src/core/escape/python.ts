import { hex, preferredQuote, quoted } from "./quoted.ts";
import type { Scalar } from "./scalar.ts";

export function escapePython(value: Scalar): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  return quoted(value, {
    quote: preferredQuote(value),
    named: { "\n": "\\n", "\r": "\\r", "\t": "\\t" },
    numeric: (unit) => (unit < 256 ? `\\x${hex(unit, 2)}` : `\\u${hex(unit, 4)}`),
  });
}
