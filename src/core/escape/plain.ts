import type { Target } from "./format-of.ts";
import { HIDDEN } from "./quoted.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

/** One line of printable text. */
export function escapePlain(value: Scalar, target: Target): string {
  if (value === null) return refuse(target, value, "a value is needed here");
  const text = String(value);
  if (NOT_PRINTABLE.test(text))
    return refuse(target, value, "only one line of printable text can stand there");
  return text;
}

export const NOT_PRINTABLE = new RegExp(`[${HIDDEN}]`);
