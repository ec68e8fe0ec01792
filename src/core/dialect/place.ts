import type { Format } from "../escape/format-of.ts";
import { isWorkflow } from "../escape/second-interpreter.ts";
import { Failure } from "../failure.ts";
import type { Program } from "../types.ts";
import { lineOf, recordLine } from "./lines.ts";
import type { Helper, Node, Statement, Value } from "./nodes.ts";
import { type Position, type Scan, START, scanCode } from "./scan-code.ts";
import {
  type LineScan,
  positionInMarkdown,
  positionInYaml,
  START_OF_LINES,
  scanLines,
} from "./scan-lines.ts";

export type Place = { readonly path: string; readonly format: Format; readonly origin: string };

/**
 * Checks that each placeholder stands where its kind of text is safe: a literal where the format takes a
 * value, a comment inside a comment. Returns the program with the literals that another form is due.
 */
export function placed(program: Program, place: Place): Program {
  return visit(program, { place, scan: START, lines: START_OF_LINES, line: "", literal: null });
}

/** How far the walk is. `literal` is one that was just written and needs a look at what follows. */
type Cursor = {
  readonly place: Place;
  scan: Scan;
  lines: LineScan;
  line: string;
  literal: Statement | null;
};

function visit(program: Program, cursor: Cursor): Program {
  return (program as readonly Node[]).map((node) => {
    if (typeof node === "string") {
      move(cursor, node);
      return node;
    }
    return recordLine(statement(node, cursor), lineOf(node) ?? 0);
  });
}

function statement(node: Statement, cursor: Cursor): Statement {
  switch (node[0]) {
    case "if": {
      const other = { ...cursor };
      const then = visit(node[2], cursor);
      const otherwise = visit(node[3], other);
      if (node[2].length === 0) Object.assign(cursor, other);
      return ["if", node[1], then, otherwise];
    }
    case "each": {
      const other = { ...cursor };
      return ["each", node[1], node[2], visit(node[3], cursor), visit(node[4], other)];
    }
    case "block":
      return ["block", node[1], visit(node[2], cursor)];
    default:
      return placeholder(node, cursor);
  }
}

function placeholder(node: Value | Helper, cursor: Cursor): Statement {
  const problem = problemOf(node, cursor);
  if (problem !== null) return reject(node, cursor, problem);
  const { format } = cursor.place;
  const isSetting = format === "dockerfile" && /^\s*(ENV|LABEL|ARG)\s.*=$/is.test(cursor.line);
  const isLiteral = (node[0] === "value" || node[0] === "json") && QUOTED.includes(format);
  move(cursor, isLiteral ? WRITTEN : "x");
  cursor.literal = isLiteral ? node : null;
  return node[0] === "value" && isSetting ? ["value", node[1], "dockerfile-string"] : node;
}

type Problem = { readonly text: string; readonly fix: string };

function problemOf(node: Value | Helper, cursor: Cursor): Problem | null {
  const { format, path } = cursor.place;
  if (format === "unknown") {
    return {
      text: `${path} has no format that values can be written into`,
      fix: "Write a file of a known format.",
    };
  }
  switch (node[0]) {
    case "value":
      return literalProblem(cursor);
    case "json":
      if (!LISTS.includes(format))
        return { text: `a list has no literal in ${path}`, fix: "Use words or a loop." };
      return literalProblem(cursor);
    case "mdCode":
      if (format !== "markdown")
        return { text: `mdCode is for Markdown, not for ${path}`, fix: "Use code or words." };
      return literalProblem(cursor);
    case "comment":
      return commentProblem(cursor);
    default:
      return null;
  }
}

function literalProblem(cursor: Cursor): Problem | null {
  const { place, line } = cursor;
  if (!QUOTED.includes(place.format)) return tokenProblem(cursor);
  const position = positionOf(cursor);
  if (position === "comment") return { text: "a literal stands in a comment", fix: "Use {{comment x}}." };
  if (position === "string") {
    return {
      text: "a literal stands inside quotes, and brings its own",
      fix: 'Use {{join "text" x}} for all of it.',
    };
  }
  if (position === "text") {
    return {
      text: "a literal stands in a text for another program",
      fix: "Use words, shWord, ident, path or code.",
    };
  }
  if (place.format === "makefile" && !line.startsWith("\t")) {
    return { text: "a literal stands outside of a recipe", fix: "Use words, ident or code." };
  }
  if (place.format === "yaml" && !/(^\s*|[:\-?,]\s+|[[{]\s*)$/.test(line)) {
    return { text: "a literal must be a whole value", fix: 'Use {{join "text" x}} for all of it.' };
  }
  if (isWorkflow(place.path) && /(^|[\s-])(run|if)\s*:\s*$/.test(line)) {
    return { text: "this is a program, and a literal would be run", fix: "Use words, shWord or code." };
  }
  const touches = ADJOINING.includes(place.format) ? false : /[\w"'`\uFFFC]$/.test(line);
  return touches
    ? { text: "a literal touches what is before it", fix: 'Use {{join "text" x}} for all of it.' }
    : null;
}

/** A token needs no quotes, and a Dockerfile's quotes would turn it into another. */
function tokenProblem({ place, scan }: Cursor): Problem | null {
  if (place.format !== "dockerfile" || scan.position !== "string") return null;
  return {
    text: "a value stands inside quotes, and may bring its own",
    fix: 'Use {{join "text" x}} for all of it.',
  };
}

function commentProblem(cursor: Cursor): Problem | null {
  const { format } = cursor.place;
  const position = positionOf(cursor);
  const marked = /(^|\s)(#|\/\/|--|;)/.test(cursor.line);
  if (format === "plain" || position === "comment" || (position === "text" && marked)) return null;
  if (!QUOTED.includes(format) && marked) return null;
  return { text: "comment is for comments, and here is none", fix: "Use {{x}} for a value." };
}

function move(cursor: Cursor, text: string): void {
  const { format } = cursor.place;
  if (cursor.literal !== null && text !== "") {
    const follows =
      format === "yaml" ? !/^(\s*($|\n|\r\n|[,\]}])|:(\s|$)|\s+#)/.test(text) : /^[\w"'`\uFFFC]/.test(text);
    if (follows && !ADJOINING.includes(format)) {
      reject(cursor.literal, cursor, {
        text: "a literal touches what is after it",
        fix: 'Use {{join x "text"}} for all of it.',
      });
    }
    cursor.literal = null;
  }
  if (format === "yaml" || format === "markdown") cursor.lines = scanLines(format, cursor.lines, text);
  else cursor.scan = scanCode(format, cursor.scan, text);
  const continued = format === "dockerfile" ? text.replace(/\\\r?\n/g, " ") : text;
  const newline = continued.lastIndexOf("\n");
  cursor.line = newline < 0 ? cursor.line + continued : continued.slice(newline + 1);
}

function positionOf({ place, scan, lines }: Cursor): Position {
  if (place.format === "yaml") return positionInYaml(lines);
  return place.format === "markdown" ? positionInMarkdown(lines) : scan.position;
}

function reject(node: Statement, { place }: Cursor, { text, fix }: Problem): never {
  throw new Failure({
    code: "template-place",
    message: `${place.origin}:${lineOf(node) ?? "?"}: ${text}.`,
    fix,
  });
}

const WRITTEN = "\uFFFC";

/** Formats whose literals have quotes or escapes that another place would read otherwise. */
const QUOTED: readonly Format[] = [
  ...(["json", "yaml", "toml", "sh", "makefile", "javascript", "java", "go", "python", "rust"] as const),
  ...(["sql", "hcl", "xml", "markdown"] as const),
];
/** Formats in which a literal and the text beside it are one word or sentence. */
const ADJOINING: readonly Format[] = ["sh", "makefile", "xml", "markdown"];
const LISTS: readonly Format[] = ["json", "yaml", "toml", "javascript", "python", "dockerfile"];
