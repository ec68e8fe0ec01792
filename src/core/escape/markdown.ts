import { anyOf } from "../printable.ts";
import type { Target } from "./format-of.ts";
import { HIDDEN } from "./quoted.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

/**
 * Inline text that CommonMark and GitHub show as it is. Prose stays readable: punctuation is escaped only
 * where it could mean something, at the start or the end of the text included.
 */
export function escapeMarkdown(value: Scalar, target: Target): string {
  if (value === null) return refuse(target, value, "a value is needed here");
  const text = String(value);
  if (PROSE.test(text)) return text;
  if (/[\0\x80-\x9f]/.test(text)) return refuse(target, value, "Markdown cannot hold this control character");
  if (PLAIN_PROSE.test(text)) return text;
  return withUnderscores(text.replace(/[\\`*[\]<|~]/g, "\\$&"))
    .replace(/&(?=#|\w+;)/g, "\\&")
    .replace(/\$(?=.*\$)|(?<=\$.*)\$/gsu, "\\$")
    .replace(/^(?=[-+=>#])/, "\\")
    .replace(/^(\d{1,9})([.)])/, "$1\\$2")
    .replace(/(?<!\\)(#+)$/, (run) => run.replaceAll("#", "\\#"))
    .replace(/!$/, "\\!")
    .replace(/^\s+|\s+$/g, (spaces) => spaces.replace(/\s/g, entity))
    .replace(NOT_RAW, entity);
}

/** Nothing in it can mean something to Markdown, and most texts are so. */
const PLAIN_PROSE = /^[A-Za-z](?:[A-Za-z0-9 ,.;:()'/-]*[A-Za-z0-9,.;:()'/-])?$/;

/** An underscore between letters means nothing. The test for letters is built only where there is one. */
function withUnderscores(text: string): string {
  if (!text.includes("_")) return text;
  const letter = anyOf("L", "N").source;
  return text.replace(new RegExp(`(?<!${letter})_|_(?!${letter})`, "gu"), "\\_");
}

/** A code span; with a `|`, which would end a table's cell, an element. */
export function markdownCode(text: string, target: Target): string {
  if (PLAIN_CODE.test(text)) return `\`${text}\``;
  if (text === "" || NOT_PRINTABLE.test(text))
    return refuse(target, text, "code is one line of printable text");
  if (text.includes("|")) return `<code>${text.replace(/[^\w /.,:=-]/gu, entity)}</code>`;
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = /^`|`$|^ .*[^ ].* $/.test(text) ? " " : "";
  return fence + pad + text + pad + fence;
}

/** What most code is: words that need neither a longer fence nor a look for what can't be printed. */
const PLAIN_CODE = /^[\w./:=@,-]+(?: [\w./:=@,-]+)*$/;

/** What most texts are, and none of which means anything. */
const PROSE = /^[A-Za-z][A-Za-z0-9 ,.:;'()/-]*[A-Za-z0-9.)]$/;

function entity(char: string): string {
  return `&#${char.codePointAt(0)};`;
}

const NOT_RAW = new RegExp(`[${HIDDEN}]`, "g");
const NOT_PRINTABLE = new RegExp(`[${HIDDEN}]`);
