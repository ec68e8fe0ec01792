import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import { TemplateError } from "../template-error.ts";
import type { Json } from "../types.ts";

export type StrictYaml = {
  readonly data: Json;
  /** The line of what a path of keys leads to, or of the last of it that is there. */
  readonly lineAt: (path: readonly (string | number)[]) => number;
};

const most = 256 * 1024;

/**
 * Reads YAML that a stranger may have written: data alone, without tags, anchors, aliases, second documents or keys
 * that a language takes for its own. Throws a `TemplateError` with the line.
 */
export function strictYaml(text: string, origin: string): StrictYaml {
  const refuse = (line: number, what: string, fix: string): never => {
    throw new TemplateError(`${origin}:${line}`, what, fix);
  };
  if (text.length > most) refuse(1, "it is too large", `Write less than ${most / 1024} kB.`);
  const nested = text.split("\n").findIndex((line) => line.length > 4000 || depthOf(line) > 60);
  if (nested >= 0)
    refuse(nested + 1, "the line is too long, or nested too deeply", "Write it on several lines.");
  const lines = new LineCounter();
  const lineOf = (offset: number) => lines.linePos(offset).line || 1;
  const document = parsed(text, lines, (what) => refuse(1, what, "Nest it less."));
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) refuse(lineOf(fault.pos[0]), fault.message, "Mend the YAML.");
  visit(document, (key, node) => {
    if (node === null) return;
    const { tag, anchor, source, range } = node as Node & { anchor?: string; source?: string };
    const line = lineOf(range?.[0] ?? 0);
    if (tag !== undefined) refuse(line, `it has the tag ${tag}`, "Write the value without a tag.");
    if (anchor !== undefined)
      refuse(line, `it has the anchor &${anchor}`, "Write the value out in each place.");
    if (isScalar(node) && /[^\P{Cc}\n\t]|[\u2028-\u202E\u2066-\u2069]/u.test(String(node.value)))
      refuse(line, "it has a control character", "Write it without, or as text.");
    if (
      key === "key" &&
      isScalar(node) &&
      ["__proto__", "constructor", "prototype"].includes(String(node.value))
    )
      refuse(line, `it has a key "${node.value}"`, "Choose another name.");
    if (source !== undefined && !isScalar(node))
      refuse(line, `it has the alias *${source}`, "Write the value out.");
  });
  return {
    data: document.toJS() as Json,
    lineAt: (path) => lineOf(offsetOf(document.contents, path)),
  };
}

function parsed(text: string, lineCounter: LineCounter, refuse: (what: string) => never) {
  try {
    return parseDocument(text, {
      lineCounter,
      schema: "core",
      stringKeys: true,
      prettyErrors: false,
      logLevel: "error",
    });
  } catch (error) {
    if (error instanceof RangeError) return refuse("it is nested too deeply");
    throw error;
  }
}

/** Roughly: a parser takes seconds for what nobody would write. */
function depthOf(line: string): number {
  return (line.match(/[[{]|(?:^| )[-?](?= )/g) ?? []).length;
}

function offsetOf(root: unknown, path: readonly (string | number)[]): number {
  let [node, offset] = [root, 0];
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
