import type { Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

/** A backslash is text to PostgreSQL and an escape to MySQL, so it is refused. */
export function escapeSql(value: Scalar, target: Target): string {
  if (value === null) return "NULL";
  if (typeof value !== "string") return String(value).toUpperCase();
  if (/[\\\0]/.test(value)) return refuse(target, value, "databases disagree about a backslash or NUL");
  return `'${value.replaceAll("'", "''")}'`;
}
