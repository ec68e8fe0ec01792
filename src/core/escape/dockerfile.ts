import type { Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

/** The value of an ENV, LABEL or ARG. Inside its quotes only `"`, `\` and `$` can be escaped. */
export function escapeDockerfileString(value: Scalar, target: Target): string {
  if (value === null) return refuse(target, value, "a value is needed here");
  const text = String(value);
  if (/[\0-\x1f\x7f-\x9f]/.test(text))
    return refuse(target, value, "a Dockerfile cannot hold a line break or control character");
  return `"${text.replace(/["\\$]/g, "\\$&")}"`;
}
