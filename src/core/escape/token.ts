import type { Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

/** A value that needs no quoting in any of these formats, as it is; all others are refused. */
export function escapeToken(value: Scalar, target: Target): string {
  const text = String(value);
  if (value === null) return refuse(target, value, "a value is needed here");
  if (text === "" && target.format !== "dotenv") return refuse(target, value, "it is empty");
  if (!TOKEN.test(text))
    return refuse(target, value, "only A-Z a-z 0-9 and _ . : / @ % + , = - are safe there");
  return text;
}

export const TOKEN = /^[A-Za-z0-9_.:/@%+,=-]*$/;
