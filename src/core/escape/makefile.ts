import type { Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";
import { escapeSh } from "./sh.ts";

/** A shell word of a recipe line. */
export function escapeMakefile(value: Scalar, target: Target): string {
  if (/[\n\r\0]/.test(String(value))) return refuse(target, value, "a recipe line cannot hold a line break");
  return escapeSh(value, target).replaceAll("$", "$$$$");
}
