import type { Format, Target } from "../escape/format-of.ts";
import { Failure } from "../failure.ts";
import type { Program } from "../types.ts";
import { type Expression, isPath, type Path, SLOT_COUNT } from "./expression.ts";
import { lineOf } from "./lines.ts";
import type { Each, HelperName, If, Node, Statement } from "./nodes.ts";
import { merged, type Shape, withoutNull } from "./shape.ts";

/** The target of a template; `origin` is its source file, for messages. */
export type CheckedTarget = Target & { readonly origin?: string };

/**
 * Proves that a program can only read what a context of this shape has, and writes nothing raw but code.
 * Throws one Failure that lists every problem with its line.
 */
export function checkProgram(program: Program, shape: Shape, target: CheckedTarget): void {
  const problems: Problem[] = [];
  walk(program, { root: shape, slots: [], known: new Set(), target, problems });
  if (problems.length === 0) return;
  const origin = target.origin ?? target.path;
  throw new Failure({
    code: "template-check",
    message: problems.map(({ line, text }) => `${origin}:${line ?? "?"}: ${text}.`).join("\n"),
    fix: "Correct these places of the template.",
  });
}

type Problem = { readonly line: number | null; readonly text: string };
type Scope = {
  readonly root: Shape;
  readonly slots: readonly Shape[];
  /** Paths that an enclosing {{#if}} found to be true. */
  readonly known: ReadonlySet<string>;
  readonly target: CheckedTarget;
  readonly problems: Problem[];
};

function walk(program: Program, scope: Scope): void {
  for (const node of program as readonly Node[]) {
    if (typeof node === "string") continue;
    const problem = problemOf(node, scope);
    if (problem !== null) scope.problems.push({ line: lineOf(node), text: problem });
  }
}

function problemOf(node: Statement, scope: Scope): string | null {
  switch (node[0]) {
    case "if":
      return condition(node, scope);
    case "each":
      return loop(node, scope);
    case "block":
      walk(node[2], scope);
      return null;
    case "value":
      return valueProblem(node[1], scope);
    default:
      return helperProblem(node[0], node[1], scope);
  }
}

function condition([, path, then, otherwise]: If, scope: Scope): string | null {
  const found = find(path, scope);
  walk(then, { ...scope, known: new Set([...scope.known, JSON.stringify(path)]) });
  walk(otherwise, scope);
  if (found.shape === undefined) return found.problem;
  return isMap(found.shape) ? `{{#if ${named(path)}}} is always true, because it is a map` : null;
}

function loop([, path, depth, body, empty]: Each, scope: Scope): string | null {
  const found = find(path, scope);
  walk(empty, scope);
  if (found.shape === undefined) return found.problem;
  const shape = withoutNull(found.shape);
  if (!isMap(shape) && !isList(shape))
    return `{{#each ${named(path)}}} needs a list or a map, not ${kindOf(shape)}`;
  const item = itemOf(shape);
  if (item === null) return null;
  const slots: Shape[] = [...scope.slots.slice(0, depth * SLOT_COUNT), item];
  slots.push(keyOf(shape), "number", "boolean", "boolean");
  walk(body, { ...scope, slots });
  return null;
}

/** A record's keys are a template's own, a map's may be anyone's. */
function keyOf(shape: Shape): Shape {
  if (isList(shape)) return "number";
  return typeof shape === "object" && "record" in shape ? "code" : "string";
}

/** The shape of each item, or null where there is none at all. */
function itemOf(shape: Shape): Shape | null {
  if (typeof shape === "string" || "nullable" in shape) return null;
  if ("list" in shape) return shape.list;
  if ("map" in shape) return shape.map;
  const [first, ...others] = Object.values(shape.record);
  return first === undefined ? null : others.reduce(merged, first);
}

function valueProblem(expression: Expression, scope: Scope): string | null {
  if (!isPath(expression)) return piecesProblem(expression, scope);
  const found = find(expression, scope);
  if (found.shape === undefined) return found.problem;
  const shape = WITH_NULL.includes(scope.target.format) ? withoutNull(found.shape) : found.shape;
  return scalarProblem(expression, shape);
}

function piecesProblem(expression: Exclude<Expression, Path>, scope: Scope): string | null {
  if (typeof expression !== "object") return null;
  const pieces: readonly Expression[] = "join" in expression ? expression.join : expression.url;
  for (const piece of pieces) {
    const problem = isPath(piece) ? textProblem(piece, scope) : piecesProblem(piece, scope);
    if (problem !== null) return problem;
  }
  return null;
}

function textProblem(path: Path, scope: Scope): string | null {
  const found = find(path, scope);
  return found.shape === undefined ? found.problem : scalarProblem(path, found.shape);
}

function scalarProblem(path: Path, shape: Shape): string | null {
  if (typeof shape === "string") return null;
  if ("nullable" in shape) return `${named(path)} may be missing: ask {{#if ${named(path)}}} first`;
  return `${named(path)} is ${kindOf(shape)}: use {{#each}}, {{words}} or {{json}}`;
}

function helperProblem(name: HelperName, expression: Expression, scope: Scope): string | null {
  if (!isPath(expression)) return piecesProblem(expression, scope);
  const found = find(expression, scope);
  if (found.shape === undefined) return found.problem;
  const wanted = WANTED[name];
  if (wanted.some((kind) => kind === kindOf(found.shape))) return null;
  if (typeof found.shape === "object" && "nullable" in found.shape)
    return scalarProblem(expression, found.shape);
  return `{{${name} ${named(expression)}}} needs ${wanted.join(" or ")}, not ${kindOf(found.shape)}`;
}

type Found = { readonly shape: Shape } | { readonly shape?: undefined; readonly problem: string };

function find(path: Path, { root, slots, known }: Scope): Found {
  const [head, ...keys] = path;
  const trail: (string | number)[] = [head];
  let shape: Shape | undefined = typeof head === "number" ? slots[head] : field(root, head);
  if (shape === undefined) return { problem: `there is no ${named(path)}${among(root)}` };
  for (const key of keys) {
    const within = known.has(JSON.stringify(trail)) ? withoutNull(shape) : shape;
    if (typeof within === "object" && "nullable" in within) {
      return { problem: `${named(trail)} may be missing: ask {{#if ${named(trail)}}} first` };
    }
    shape = field(within, key);
    if (shape === undefined) return { problem: `${named(trail)} has no "${key}"${among(within)}` };
    trail.push(key);
  }
  return { shape: known.has(JSON.stringify(path)) ? withoutNull(shape) : shape };
}

function field(shape: Shape, key: string): Shape | undefined {
  if (typeof shape === "string") return undefined;
  if ("record" in shape) return Object.hasOwn(shape.record, key) ? shape.record[key] : undefined;
  return "map" in shape ? { nullable: withoutNull(shape.map) } : undefined;
}

function among(shape: Shape): string {
  if (typeof shape === "string" || !("record" in shape)) return "";
  const keys = Object.keys(shape.record);
  return keys.length === 0 ? "" : `; there are ${keys.join(", ")}`;
}

function isList(shape: Shape): boolean {
  return typeof shape === "object" && "list" in shape;
}

function isMap(shape: Shape): boolean {
  return typeof shape === "object" && ("map" in shape || "record" in shape);
}

function kindOf(shape: Shape): Kind {
  if (shape === "string") return "a text of the answers";
  if (shape === "code") return "a text of a template";
  if (typeof shape === "string") return shape === "number" ? "a number" : "a boolean";
  if (isMap(shape)) return "a map";
  if ("nullable" in shape) return "something that may be missing";
  const item = "list" in shape ? shape.list : null;
  return item === null || item === "string" || item === "code" ? "a list of texts" : "a list";
}

type Kind =
  | "a text of the answers"
  | "a text of a template"
  | "a number"
  | "a boolean"
  | "a map"
  | "a list of texts"
  | "a list"
  | "something that may be missing";

const TEXTS: readonly Kind[] = ["a text of the answers", "a text of a template"];
const WANTED: { readonly [name in HelperName]: readonly Kind[] } = {
  code: ["a text of a template", "a number", "a boolean"],
  words: ["a list of texts"],
  json: ["a list of texts", "a list", "a map"],
  comment: [...TEXTS, "a number"],
  ident: TEXTS,
  path: TEXTS,
  shWord: [...TEXTS, "a number"],
  envName: TEXTS,
  mdCode: [...TEXTS, "a number", "a list of texts"],
};
const WITH_NULL: readonly Format[] = ["json", "yaml", "javascript", "python", "hcl", "sql"];

/** A path as its template wrote it, more or less; a loop's item has lost its name. */
function named([root, ...keys]: readonly (string | number)[]): string {
  return [typeof root === "number" ? "item" : root, ...keys].join(".");
}
