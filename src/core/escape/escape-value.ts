import { escapeDockerfileString } from "./dockerfile.ts";
import type { Format, Target } from "./format-of.ts";
import { escapeGo } from "./go.ts";
import { escapeHcl } from "./hcl.ts";
import { escapeJava } from "./java.ts";
import { escapeJavascript } from "./javascript.ts";
import { escapeJson } from "./json.ts";
import { escapeMakefile } from "./makefile.ts";
import { escapeMarkdown } from "./markdown.ts";
import { escapePathSegment } from "./path.ts";
import { escapePlain } from "./plain.ts";
import { escapePython } from "./python.ts";
import { refuse } from "./refuse.ts";
import { escapeRust } from "./rust.ts";
import type { Scalar } from "./scalar.ts";
import { protect } from "./second-interpreter.ts";
import { escapeSh } from "./sh.ts";
import { escapeSql } from "./sql.ts";
import { escapeSystemd } from "./systemd.ts";
import { escapeToken } from "./token.ts";
import { escapeToml } from "./toml.ts";
import { escapeXml } from "./xml.ts";
import { escapeYaml } from "./yaml.ts";

/**
 * The whole literal of a value in the target's format, with its quotes.
 * Throws a Failure for a value that has no safe spelling there, and an Error for what no template may ask.
 */
export function escapeValue(target: Target, value: unknown): string {
  const scalar = scalarOf(value, target);
  const literal = ESCAPERS[target.format];
  if (!literal) throw new Error(`${target.path} has no known format, so nothing can be interpolated there`);
  return literal(typeof scalar === "string" ? protect(scalar, target) : scalar, target);
}

function scalarOf(value: unknown, target: Target): Scalar {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (/^-?\d+(\.\d+)?$/.test(String(value))) return Object.is(value, -0) ? 0 : value;
    return refuse(target, String(value), "formats disagree about how to write such a number");
  }
  if (typeof value !== "string")
    throw new Error(`${target.path}: ${kindOf(value)} is not a value that can be written`);
  if (!value.isWellFormed())
    return refuse(target, value, "it holds half of a surrogate pair, which is no character");
  return value;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : `something ${typeof value}`;
}

const ESCAPERS: { readonly [format in Format]: ((value: Scalar, target: Target) => string) | null } = {
  json: escapeJson,
  yaml: escapeYaml,
  toml: escapeToml,
  dotenv: escapeToken,
  sh: escapeSh,
  makefile: escapeMakefile,
  procfile: escapeToken,
  dockerfile: escapeToken,
  "dockerfile-string": escapeDockerfileString,
  sql: escapeSql,
  javascript: escapeJavascript,
  java: escapeJava,
  go: escapeGo,
  python: escapePython,
  rust: escapeRust,
  hcl: escapeHcl,
  systemd: escapeSystemd,
  markdown: escapeMarkdown,
  xml: escapeXml,
  lines: escapeToken,
  plain: escapePlain,
  path: escapePathSegment,
  unknown: null,
};
