import type { Statement } from "./nodes.ts";

/** Source lines of parsed nodes, for messages. They are not a part of the program and not shipped. */
const lines = new WeakMap<object, number>();

export function recordLine(node: Statement, line: number): Statement {
  lines.set(node, line);
  return node;
}

export function lineOf(node: Statement): number | null {
  return lines.get(node) ?? null;
}
