import type { Target } from "./format-of.ts";
import { quoted } from "./quoted.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

export function escapeRust(value: Scalar, target: Target): string {
  if (value === null) return refuse(target, value, "Rust has no null");
  if (typeof value !== "string") return String(value);
  return quoted(value, {
    quote: '"',
    named: { "\n": "\\n", "\r": "\\r", "\t": "\\t" },
    numeric: (unit) => `\\u{${unit.toString(16)}}`,
  });
}
