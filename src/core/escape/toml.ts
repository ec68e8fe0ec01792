import type { Target } from "./format-of.ts";
import { hex, quoted } from "./quoted.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

export function escapeToml(value: Scalar, target: Target): string {
  if (value === null) return refuse(target, value, "TOML has no null");
  if (typeof value !== "string") return String(value);
  return quoted(value, {
    quote: '"',
    named: { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" },
    numeric: (unit) => `\\u${hex(unit, 4)}`,
  });
}
