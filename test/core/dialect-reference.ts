import Handlebars from "handlebars";
import { setAside } from "../../src/core/dialect/set-aside.ts";
import { comment } from "../../src/core/escape/comment.ts";
import { escapeValue } from "../../src/core/escape/escape-value.ts";
import { targetOf } from "../../src/core/escape/format-of.ts";
import { envName, ident } from "../../src/core/escape/ident.ts";
import { jsonLiteral } from "../../src/core/escape/json-literal.ts";
import { percentEncoded } from "../../src/core/escape/url.ts";
import { shWord, words } from "../../src/core/escape/words.ts";
import type { Json } from "../../src/core/types.ts";

/** Renders with Handlebars itself: its parser, its compiler and its runtime, with our escapers as helpers. */
export function renderWithHandlebars(source: string, path: string, context: Json): string {
  const aside = setAside(source);
  const tree = Handlebars.parse(aside.source);
  new Rewrite(aside.restore).accept(tree);
  const target = targetOf(path);
  const reference = Handlebars.create();
  const helpers = {
    literal: (value: unknown) => escapeValue(target, value),
    encoded: (value: unknown) => percentEncoded(String(value)),
    join: (...pieces: unknown[]) => pieces.slice(0, -1).join(""),
    url: (...pieces: unknown[]) => pieces.slice(0, -1).join(""),
    code: String,
    words: (value: unknown) => words(value, target),
    json: (value: unknown) => jsonLiteral(value, target),
    comment: (value: unknown) => comment(value, target),
    ident: (value: unknown) => ident(value, target),
    shWord: (value: unknown) => shWord(value, target),
    envName: (value: unknown) => envName(value, target),
  };
  for (const [name, helper] of Object.entries(helpers)) reference.registerHelper(name, helper);
  return reference.compile(tree, { compat: true, noEscape: true })(context);
}

/** Wraps each bare placeholder in the helper that writes a literal, and each path of a `url` in the encoder. */
class Rewrite extends Handlebars.Visitor {
  readonly restore: (text: string) => string;

  constructor(restore: (text: string) => string) {
    super();
    this.restore = restore;
  }

  override ContentStatement(node: hbs.AST.ContentStatement): void {
    node.value = this.restore(node.value);
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    const path = node.path as hbs.AST.PathExpression;
    encodePaths(path, node.params);
    for (const parameter of node.params) this.accept(parameter);
    const isText = path.original === "join" || path.original === "url";
    if (node.params.length > 0 && !isText) return;
    const inner = isText ? call(path, node.params) : path;
    Object.assign(node, call(named("literal", node), [inner]), { type: "MustacheStatement" });
  }

  override SubExpression(node: hbs.AST.SubExpression): void {
    encodePaths(node.path, node.params);
    for (const parameter of node.params) this.accept(parameter);
  }
}

function encodePaths(path: hbs.AST.PathExpression, params: hbs.AST.Expression[]): void {
  if (path.original !== "url") return;
  params.forEach((parameter, index) => {
    if (parameter.type === "PathExpression") params[index] = call(named("encoded", parameter), [parameter]);
  });
}

function call(path: hbs.AST.PathExpression, params: hbs.AST.Expression[]): hbs.AST.SubExpression {
  return { type: "SubExpression", path, params, loc: path.loc } as unknown as hbs.AST.SubExpression;
}

function named(name: string, { loc }: hbs.AST.Node): hbs.AST.PathExpression {
  return { type: "PathExpression", data: false, depth: 0, parts: [name], original: name, loc };
}
