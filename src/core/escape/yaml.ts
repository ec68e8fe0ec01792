import { hex, quoted } from "./quoted.ts";
import type { Scalar } from "./scalar.ts";

/** A double-quoted scalar on one line: the only style that YAML 1.1 and 1.2 read alike for every text. */
export function escapeYaml(value: Scalar): string {
  if (typeof value !== "string") return String(value);
  return quoted(value, {
    quote: '"',
    named: { "\n": "\\n", "\r": "\\r", "\t": "\\t" },
    numeric: (unit) => (unit < 256 ? `\\x${hex(unit, 2)}` : `\\u${hex(unit, 4)}`),
  });
}
