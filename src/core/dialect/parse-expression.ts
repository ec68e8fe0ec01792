import { type Call, type Expression, type Path, SLOT_COUNT, SLOTS } from "./expression.ts";
import { HELPERS, type HelperName, isHelper } from "./nodes.ts";
import { type Parser, reject } from "./parser.ts";

/** What a placeholder or a block is about. */
export function parseExpression(node: hbs.AST.Expression, parser: Parser): Expression {
  if (node.type === "PathExpression") return parsePath(node as hbs.AST.PathExpression, parser);
  if (node.type === "NumberLiteral") return (node as hbs.AST.NumberLiteral).value;
  if (node.type === "StringLiteral") {
    const { value } = node as hbs.AST.StringLiteral;
    if (!parser.aside.holdsMark(value)) return value;
    return reject(node, parser, "a GitHub expression cannot stand inside a placeholder", "Write it as text.");
  }
  if (node.type === "SubExpression") {
    const name = helperName(node as hbs.AST.SubExpression, parser);
    if (name === "join" || name === "url") return parseCall(name, node as hbs.AST.SubExpression, parser);
    return reject(node, parser, `(${name} …) cannot be nested`, "Only join and url give a value.");
  }
  return reject(node, parser, "only paths, texts and numbers are values", "Use a path.");
}

export function parseCall(
  name: "join" | "url",
  node: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
  parser: Parser,
): Call {
  const pieces = node.params.map((parameter) => parseExpression(parameter, parser));
  return name === "join" ? { join: pieces } : { url: pieces };
}

export function helperName(
  node: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
  parser: Parser,
): HelperName | "join" | "url" {
  const name = String((node.path as hbs.AST.PathExpression).original);
  if (node.hash) return reject(node, parser, "named arguments are not part of the dialect", "Remove them.");
  if (name === "join" || name === "url" || isHelper(name)) return name;
  const known = ["join", "url", ...HELPERS].join(", ");
  return reject(node, parser, `there is no helper "${name}"`, `Use one of ${known}.`);
}

function parsePath(node: hbs.AST.PathExpression, parser: Parser): Path {
  const { loops } = parser;
  if (node.depth > 0) {
    const fix = "Name what a loop is over: {{#each list as |item|}}.";
    return reject(node, parser, `${node.original} looks outward`, fix);
  }
  for (const key of node.parts) {
    if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) && key !== "__proto__") continue;
    const fix = "Use names with letters, digits, _ and -.";
    return reject(node, parser, `"${key}" cannot be a part of a path`, fix);
  }
  if (node.data) return loopData(node, parser);
  const [head, ...keys] = node.parts;
  const isThis = /^(this|\.)([./]|$)/.test(node.original);
  for (let depth = loops.length - 1; !isThis && depth >= 0; depth -= 1) {
    const position = loops[depth]?.params.indexOf(head as string) ?? -1;
    if (position >= 0) return [depth * SLOT_COUNT + position, ...keys];
  }
  const scope = isThis ? loops.length - 1 : loops.findLastIndex(({ params }) => params.length === 0);
  if (scope >= 0) return [scope * SLOT_COUNT, ...node.parts];
  if (head !== undefined) return [head, ...keys];
  return reject(node, parser, "this is nothing here", "Use it inside {{#each}}, or name a path.");
}

function loopData(node: hbs.AST.PathExpression, parser: Parser): Path {
  const [name = "", ...keys] = node.parts;
  if (parser.loops.length > 0 && keys.length === 0 && name !== "item" && Object.hasOwn(SLOTS, name)) {
    return [(parser.loops.length - 1) * SLOT_COUNT + SLOTS[name as keyof typeof SLOTS]];
  }
  const fix = "@index, @first, @last and @key exist inside {{#each}}.";
  return reject(node, parser, `there is no ${node.original}`, fix);
}
