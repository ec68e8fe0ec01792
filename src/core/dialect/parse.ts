import { parse as parseHandlebars } from "handlebars/dist/cjs/handlebars/compiler/base.js";
import { type Format, formatOf } from "../escape/format-of.ts";
import { Failure } from "../failure.ts";
import type { Program } from "../types.ts";
import { type Expression, isPath } from "./expression.ts";
import { recordLine } from "./lines.ts";
import { type HelperName, isHelper, type Node } from "./nodes.ts";
import { helperName, parseCall, parseExpression } from "./parse-expression.ts";
import { lineIn, type Parser, reject } from "./parser.ts";
import { placed } from "./place.ts";
import { setAside } from "./set-aside.ts";

/** What a source renders to, and where it comes from, for messages. */
export type TemplateTarget = { readonly path: string; readonly format?: Format; readonly origin?: string };

/** Parses one template. Throws a Failure that names the line for anything outside of the dialect. */
export function parseTemplate(
  source: string,
  { path, format = formatOf(path), origin = path }: TemplateTarget,
): Program {
  return placed(parseFragment(source, { path, origin }), { path, format, origin });
}

/** Parses what is to stand inside a template, and is looked at there. */
export function parseFragment(source: string, { path, origin = path }: TemplateTarget): Program {
  const parser: Parser = { aside: setAside(source), origin, loops: [] };
  return programOf(handlebarsTree(parser), parser);
}

function handlebarsTree({ aside, origin }: Parser): hbs.AST.Program {
  try {
    return parseHandlebars(aside.source);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = /line (\d+)/.exec(message)?.[1];
    const where = line === undefined ? origin : `${origin}:${aside.originalLine(Number(line))}`;
    const [, detail = ""] = /^(?:Parse error[^\n]*\n)?([\s\S]*)$/.exec(message) ?? [];
    throw new Failure({
      code: "template-syntax",
      message: `${where}: the template cannot be parsed.\n${aside.restore(detail)}`,
      fix: "Close every {{#block}} and {{placeholder}}, and put a space between a placeholder and a brace of the text.",
    });
  }
}

function programOf(program: hbs.AST.Program | undefined, parser: Parser): Program {
  const nodes: Node[] = [];
  for (const statement of program?.body ?? []) {
    const node = nodeOf(statement, parser);
    const last = nodes.at(-1);
    if (typeof node === "string" && typeof last === "string") nodes[nodes.length - 1] = last + node;
    else if (node !== "") nodes.push(node);
  }
  return nodes;
}

function nodeOf(statement: hbs.AST.Statement, parser: Parser): Node {
  switch (statement.type) {
    case "ContentStatement":
      return parser.aside.restore((statement as hbs.AST.ContentStatement).value);
    case "CommentStatement":
      return "";
    case "MustacheStatement":
      return mustache(statement as hbs.AST.MustacheStatement, parser);
    case "BlockStatement":
      return block(statement as hbs.AST.BlockStatement, parser);
    case "PartialBlockStatement":
      return namedBlock(statement as hbs.AST.PartialBlockStatement, parser);
    case "PartialStatement":
      return reject(
        statement,
        parser,
        "partials are not part of the dialect",
        "Write the text here, or use a block.",
      );
    default:
      return reject(statement, parser, "decorators are not part of the dialect", "Remove it.");
  }
}

function mustache(statement: hbs.AST.MustacheStatement, parser: Parser): Node {
  if (!statement.escaped) {
    return reject(
      statement,
      parser,
      "text is never written without escaping",
      "Use {{x}}, or {{code x}} for a fact.",
    );
  }
  const line = lineIn(statement, parser);
  if (statement.params.length === 0 && !statement.hash) {
    const name = (statement.path as hbs.AST.PathExpression).original;
    if (isHelper(String(name)) || name === "join" || name === "url") {
      return reject(statement, parser, `${name} needs something to write`, `Write {{${name} path}}.`);
    }
    return recordLine(["value", parseExpression(statement.path, parser)], line);
  }
  const name = helperName(statement, parser);
  if (name === "join" || name === "url")
    return recordLine(["value", parseCall(name, statement, parser)], line);
  return recordLine([name, onlyParameter(name, statement, parser)], line);
}

function onlyParameter(name: HelperName, node: hbs.AST.MustacheStatement, parser: Parser): Expression {
  const [parameter, ...more] = node.params;
  if (!parameter || more.length > 0) {
    return reject(
      node,
      parser,
      `${name} takes one thing`,
      `Write {{${name} path}} or {{${name} (join a "-" b)}}.`,
    );
  }
  const value = parseExpression(parameter, parser);
  const pathOnly = name === "code" || name === "words" || name === "json";
  if (pathOnly && !isPath(value)) {
    return reject(node, parser, `${name} takes a path`, `Write {{${name} path}}.`);
  }
  return value;
}

function block(statement: hbs.AST.BlockStatement, parser: Parser): Node {
  const name = statement.path.original;
  const [parameter, ...more] = statement.params;
  const raw = Object.keys(statement.openStrip).length === 0;
  if (raw || (name !== "if" && name !== "unless" && name !== "each")) {
    return reject(
      statement,
      parser,
      `{{#${name}}} is not a block of the dialect`,
      "Use if, unless, each, or {{#> name}}.",
    );
  }
  if (!statement.program)
    return reject(statement, parser, "a block cannot begin with ^", `Write {{#${name}}}.`);
  if (!parameter || more.length > 0 || statement.hash) {
    return reject(statement, parser, `{{#${name}}} takes one path`, `Write {{#${name} path}}.`);
  }
  const subject = parseExpression(parameter, parser);
  if (!isPath(subject))
    return reject(statement, parser, `{{#${name}}} takes a path`, `Write {{#${name} path}}.`);
  const line = lineIn(statement, parser);
  const otherwise = programOf(statement.inverse, parser);
  const params = statement.program.blockParams ?? [];
  if (name === "each") {
    const loop = { params: checkedParams(params, statement, parser) };
    const body = programOf(statement.program, { ...parser, loops: [...parser.loops, loop] });
    return recordLine(["each", subject, parser.loops.length, body, otherwise], line);
  }
  if (params.length > 0)
    return reject(statement, parser, `{{#${name}}} names nothing`, "Remove the |names|.");
  const then = programOf(statement.program, parser);
  return recordLine(
    name === "if" ? ["if", subject, then, otherwise] : ["if", subject, otherwise, then],
    line,
  );
}

function checkedParams(params: readonly string[], node: hbs.AST.Node, parser: Parser): readonly string[] {
  for (const name of params) {
    const taken =
      isHelper(name) ||
      ["join", "url", "this", "if", "each", "unless", "else", "project", "facts"].includes(name);
    if (taken)
      return reject(node, parser, `"${name}" has a meaning of its own`, "Take another name for the item.");
  }
  if (params.length > 2) return reject(node, parser, "a loop names an item and its key", "Write |item key|.");
  return params;
}

function namedBlock(statement: hbs.AST.PartialBlockStatement, parser: Parser): Node {
  const name = String((statement.name as hbs.AST.PathExpression).original ?? "");
  if (statement.name.type !== "PathExpression" || !/^[a-z][a-z0-9-]*$/.test(name)) {
    return reject(
      statement,
      parser,
      "a block's name is fixed",
      "Write {{#> some-name}} with lower-case letters.",
    );
  }
  if (statement.params.length > 0 || statement.hash) {
    return reject(statement, parser, "a named block takes nothing", `Write {{#> ${name}}}.`);
  }
  return recordLine(["block", name, programOf(statement.program, parser)], lineIn(statement, parser));
}
