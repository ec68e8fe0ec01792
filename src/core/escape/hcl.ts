import type { Target } from "./format-of.ts";
import { hex, quoted } from "./quoted.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

export function escapeHcl(value: Scalar, target: Target): string {
  if (typeof value !== "string") return String(value);
  if (/\$\$\{|%%\{/.test(value)) return refuse(target, value, "Terraform reads it as an escape");
  const literal = quoted(value, {
    quote: '"',
    named: { "\n": "\\n", "\r": "\\r", "\t": "\\t" },
    numeric: (unit) => `\\u${hex(unit, 4)}`,
  });
  return literal.replaceAll("${", "$$${").replaceAll("%{", "%%{");
}
