import { comment } from "../escape/comment.ts";
import { escapeValue } from "../escape/escape-value.ts";
import type { Target } from "../escape/format-of.ts";
import { envName, ident } from "../escape/ident.ts";
import { jsonLiteral } from "../escape/json-literal.ts";
import { markdownCode } from "../escape/markdown.ts";
import { pathText } from "../escape/path.ts";
import { percentEncoded } from "../escape/url.ts";
import { shWord, words } from "../escape/words.ts";
import { Failure } from "../failure.ts";
import type { Context, Program } from "../types.ts";
import { type Expression, isPath, type Path, SLOT_COUNT } from "./expression.ts";
import type { Each, Helper, HelperName, Node, Statement, Value } from "./nodes.ts";

export type Evaluation = {
  readonly context: Context;
  readonly target: Target;
  /** Programs for the named blocks; one that is not named here renders its default. */
  readonly blocks?: { readonly [name: string]: Program };
};

/**
 * Renders a program that was parsed and checked. Only own keys of data are seen.
 * Throws a Failure for a value of the user's that cannot be written at its place, and an Error for a
 * value that is missing.
 */
export function evaluate(program: Program, evaluation: Evaluation): string {
  return run(program, evaluation, []);
}

function run(program: Program, evaluation: Evaluation, slots: readonly unknown[]): string {
  let output = "";
  for (const node of program as readonly Node[]) {
    output += typeof node === "string" ? node : runNode(node, evaluation, slots);
  }
  return output;
}

function runNode(node: Statement, evaluation: Evaluation, slots: readonly unknown[]): string {
  switch (node[0]) {
    case "if":
      return run(isTrue(lookup(node[1], evaluation, slots)) ? node[2] : node[3], evaluation, slots);
    case "each":
      return each(node, evaluation, slots);
    case "block": {
      const { blocks } = evaluation;
      const filled = blocks && Object.hasOwn(blocks, node[1]) ? blocks[node[1]] : undefined;
      return filled ? run(filled, evaluation, []) : run(node[2], evaluation, slots);
    }
    default:
      return placeholder(node, evaluation, slots);
  }
}

function each([, path, depth, body, empty]: Each, evaluation: Evaluation, slots: readonly unknown[]): string {
  const subject = lookup(path, evaluation, slots);
  if (subject === undefined)
    throw new Error(`${evaluation.target.path}: there is no ${named(path)} to loop over`);
  const keys = Array.isArray(subject) || subject === null ? null : Object.keys(subject as object);
  const items = Array.isArray(subject) ? subject : (keys?.map((key) => ownValue(subject, key)) ?? []);
  if (items.length === 0) return run(empty, evaluation, slots);
  const first = depth * SLOT_COUNT;
  const inner = slots.slice(0, first);
  let output = "";
  for (let index = 0; index < items.length; index++) {
    inner[first] = items[index];
    inner[first + 1] = keys?.[index] ?? index;
    inner[first + 2] = index;
    inner[first + 3] = index === 0;
    inner[first + 4] = index === items.length - 1;
    output += run(body, evaluation, inner);
  }
  return output;
}

/** Handlebars' truth: false, null, 0, "" and the empty list are false, and so is what is missing. */
export function isTrue(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function placeholder(node: Value | Helper, evaluation: Evaluation, slots: readonly unknown[]): string {
  const { target } = evaluation;
  const value = read(node[1], evaluation, slots);
  if (value === undefined) throw new Error(`${target.path}: ${named(node[1])} has no value`);
  try {
    if (node[0] !== "value") return HELPERS[node[0]](value, target);
    const [, , format] = node;
    return escapeValue(format === undefined ? target : { ...target, format }, value);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure({ ...error, message: `${named(node[1])}: ${error.message}` });
  }
}

function read(expression: Expression, evaluation: Evaluation, slots: readonly unknown[]): unknown {
  if (isPath(expression)) return lookup(expression, evaluation, slots);
  if (typeof expression !== "object") return expression;
  if ("join" in expression) {
    return expression.join.map((piece) => textOf(piece, evaluation, slots)).join("");
  }
  return expression.url
    .map((piece) => {
      const text = textOf(piece, evaluation, slots);
      return isPath(piece) ? percentEncoded(text) : text;
    })
    .join("");
}

function textOf(piece: Expression, evaluation: Evaluation, slots: readonly unknown[]): string {
  const value = read(piece, evaluation, slots);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  throw new Error(`${evaluation.target.path}: ${named(piece)} is no text that can be joined`);
}

export function lookup(
  path: Path,
  { context }: Pick<Evaluation, "context">,
  slots: readonly unknown[],
): unknown {
  const root = path[0];
  let value: unknown = typeof root === "number" ? slots[root] : ownValue(context, root);
  for (let index = 1; index < path.length; index++) value = ownValue(value, path[index] as string);
  return value;
}

function ownValue(data: unknown, key: string): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return undefined;
  return Object.hasOwn(data, key) ? (data as { readonly [key: string]: unknown })[key] : undefined;
}

const HELPERS: { readonly [name in HelperName]: (value: unknown, target: Target) => string } = {
  code,
  words,
  json: jsonLiteral,
  comment,
  ident,
  path: pathText,
  shWord,
  envName,
  mdCode,
};

function code(value: unknown, target: Target): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  throw new Error(`${target.path}: code must be text`);
}

function mdCode(value: unknown, target: Target): string {
  return markdownCode(Array.isArray(value) ? words(value, target) : code(value, target), target);
}

/** A path as its template wrote it, more or less; a loop's item has lost its name. */
function named(expression: Expression): string {
  if (!isPath(expression)) return "a joined text";
  const [root, ...keys] = expression;
  return [typeof root === "number" ? "item" : root, ...keys].join(".");
}
