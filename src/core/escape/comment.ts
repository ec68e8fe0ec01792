import type { Target } from "./format-of.ts";
import { NOT_PRINTABLE } from "./plain.ts";
import { refuse } from "./refuse.ts";

/** Free text inside a comment: one line that cannot end the comment or be taken for a directive. */
export function comment(value: unknown, target: Target): string {
  if (typeof value !== "string" && typeof value !== "number")
    throw new Error(`${target.path}: a comment must be text`);
  const text = String(value);
  if (!text.isWellFormed() || NOT_PRINTABLE.test(text)) {
    return refuse(target, value, "a comment is one line of printable text");
  }
  const problem = PROBLEMS.find(
    ([formats, pattern]) => (formats === "" || formats.includes(` ${target.format} `)) && pattern.test(text),
  );
  if (problem) return refuse(target, value, problem[2]);
  return text;
}

const PROBLEMS: readonly (readonly [formats: string, pattern: RegExp, reason: string])[] = [
  ["", /\*\/|-->|--!>/, "it would end the comment"],
  [" rust ", /\/\*/, "it would open a comment inside the comment"],
  ["", /\$\{\{/, "GitHub expands a `${{` in a script's comments too"],
  [" markdown xml ", /--|^-?>|-$/, "XML allows no `--` in a comment"],
  [" makefile ", /\$/, "make expands a `$` in comments of a recipe"],
  [" makefile dockerfile ", /\\$/, "a backslash at the end of a line would join the next one"],
  [" dockerfile ", /^\s*\w+\s*=/, "Docker would read it as a directive"],
  [" dotenv ", /^\s*@|^\s*[-=*#]{3}/, "readers of `.env.schema` take it for a decorator or a divider"],
  [" python ", /coding[:=]/, "Python would read it as the file's encoding"],
  [" java ", /\\u/, "javac reads `\\u` in comments too"],
  [" go ", /^\s*(\+build|go:)/, "Go would read it as a directive"],
  [" javascript ", /^\s*@ts-/, "TypeScript would read it as a directive"],
];
