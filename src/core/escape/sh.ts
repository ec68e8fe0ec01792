import type { Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

export function escapeSh(value: Scalar, target: Target): string {
  if (value === null) return refuse(target, value, "a value is needed here");
  if (typeof value !== "string") return String(value);
  if (value.includes("\0")) return refuse(target, value, "a shell word cannot hold NUL");
  return `'${value.replaceAll("'", "'\\''")}'`;
}
