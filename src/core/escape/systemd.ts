import type { Target } from "./format-of.ts";
import { escapePlain } from "./plain.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

/** The text of a setting such as `Description=`; commands are written with `words`. */
export function escapeSystemd(value: Scalar, target: Target): string {
  const text = escapePlain(value, target);
  if (/^\s|[\s\\]$/.test(text))
    return refuse(target, value, "systemd changes spaces and backslashes at its ends");
  return text.replaceAll("%", "%%");
}
