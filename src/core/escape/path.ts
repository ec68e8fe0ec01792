import type { Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

/** One segment of an output path; a value never adds a `/`. */
export function escapePathSegment(value: Scalar, target: Target): string {
  if (String(value).includes("/")) return refuse(target, value, "it is one part of a path, without a `/`");
  return pathText(value, target);
}

/** A path of plain segments, absolute or relative, that stays where it points to. */
export function pathText(value: unknown, target: Target): string {
  const text = String(value);
  if (typeof value !== "string" || !/^\/?[^/]+(\/[^/]+)*$/.test(text))
    return refuse(target, value, "it is no path");
  for (const segment of text.replace(/^\//, "").split("/")) {
    if (!/^[A-Za-z0-9._@+][A-Za-z0-9._@+-]*$/.test(segment) || segment.endsWith(".")) {
      return refuse(
        target,
        value,
        "a part of a path has letters, digits and . _ @ + - and does not end with a dot",
      );
    }
    if (/^\.git$/i.test(segment) || /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i.test(segment)) {
      return refuse(target, value, `git or Windows keeps ${segment} for itself`);
    }
  }
  return text;
}
