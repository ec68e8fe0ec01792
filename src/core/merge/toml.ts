import { type AST, parseTOML } from "toml-eslint-parser";
import type { DataFormat } from "./data.ts";
import { splitPending } from "./entries.ts";
import { withOuter } from "./flow.ts";
import type { Collection, Item, Node, Source } from "./tree.ts";

/** The entries of a table are keyed as they are written, so `a.b = 1` and `[a]` stay what they are. */
function parseToml(text: string): Source | null {
  let body: AST.TOMLTopLevelTable["body"];
  try {
    body = parseTOML(text, { tomlVersion: "1.0" }).body[0].body;
  } catch {
    return null;
  }
  const names = elementNames(body.filter((node) => node.type === "TOMLTable"));
  const items = body.map((node) =>
    node.type === "TOMLTable" ? tableOf(node, text, names) : entryOf(node, text),
  );
  return { text, root: blockOf(items, text, { props: "", start: 0 }) };
}

/** TOML 1.0, in which a key that is there twice is an error like any other. */
export const TOML_FORMAT: DataFormat = {
  parse: parseToml,
  faults: (text) => (parseToml(text) === null ? ["syntax"] : []),
  style: {
    comments: "#",
    emptyBlock: null,
    isIndented: false,
    toFlow: (node, text) => text.slice(node.start, node.end),
    // What follows a table header belongs to that table.
    arrange: (items) => [
      ...items.filter(({ key }) => !isHeader(key)),
      ...items.filter(({ key }) => isHeader(key)),
    ],
  },
};

function isHeader(key: string): boolean {
  return key.startsWith("[");
}

function blockOf(
  items: readonly Item[],
  text: string,
  { props, start }: { props: string; start: number },
): Collection {
  const owned = items.map((item, index): Item => {
    const { from, to } = item.lines as NonNullable<Item["lines"]>;
    const { lead } = splitPending(
      text
        .slice(items[index - 1]?.lines?.to ?? start, from)
        .split("\n")
        .slice(0, -1),
    );
    return { ...item, outer: [from - lead.length, to] };
  });
  return { kind: "map", style: "block", props, items: owned, start, end: items.at(-1)?.lines?.to ?? start };
}

function tableOf(table: AST.TOMLTable, text: string, names: Names): Item {
  const from = lineStart(text, table.range[0]);
  const start = lineEnd(text, table.key.range[1]);
  const entries = table.body.map((entry) => entryOf(entry, text));
  const value = blockOf(entries, text, { props: table.kind, start });
  const path = table.resolvedKey.map((part, index) =>
    typeof part === "number" ? names(table, index) : part,
  );
  const lines = { from, to: value.end, column: 0, isCompact: false };
  return {
    key: `[${JSON.stringify(path)}`,
    path,
    start: table.range[0],
    end: value.end,
    valueStart: start,
    value,
    lines,
    outer: [from, value.end],
  };
}

function entryOf({ key, value: content, range }: AST.TOMLKeyValue, text: string): Item {
  const value = nodeOf(content, text);
  const [from, to] = [lineStart(text, range[0]), lineEnd(text, value.end)];
  const lines = { from, to, column: 0, isCompact: false };
  return {
    key: nameOf(key),
    path: key.keys.map(keyName),
    start: range[0],
    end: value.end,
    valueStart: value.start,
    value,
    lines,
    outer: [from, to],
  };
}

function nodeOf(node: AST.TOMLContentNode, text: string): Node {
  const [start, end] = node.range;
  if (node.type === "TOMLValue") {
    const source = text.slice(start, end);
    const value = node.kind === "string" ? `s:${node.value}` : `p:${source}`;
    return { kind: "scalar", value, start, end, inline: !source.includes("\n") };
  }
  const isMap = node.type === "TOMLInlineTable";
  const items = isMap
    ? node.body.map((entry): Item => ({ ...entryOf(entry, text), lines: null }))
    : node.elements.map((element) => elementOf(element, text));
  const kind = isMap ? "map" : "list";
  return { kind, style: "flow", props: "", items: withOuter(text, { start, end }, items, "#"), start, end };
}

function elementOf(element: AST.TOMLContentNode, text: string): Item {
  const value = nodeOf(element, text);
  const { start, end } = value;
  return { key: "", start, end, valueStart: start, value, lines: null, outer: [start, end] };
}

function nameOf({ keys }: AST.TOMLKey): string {
  const names = keys.map(keyName);
  return names.length === 1 && !isHeader(names[0] ?? "")
    ? (names[0] ?? "")
    : JSON.stringify(names).slice(1, -1);
}

function keyName(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === "TOMLBare" ? key.name : key.value;
}

/** What an element of an array of tables is called, in the resolved key of it or of a table within. */
type Names = (table: AST.TOMLTable, index: number) => string;

function elementNames(tables: readonly AST.TOMLTable[]): Names {
  const elements = new Map<string, AST.TOMLTable[]>();
  for (const table of tables.filter(({ kind }) => kind === "array")) {
    const array = JSON.stringify(table.resolvedKey.slice(0, -1));
    elements.set(array, [...(elements.get(array) ?? []), table]);
  }
  return ({ resolvedKey }, index) => {
    const list = elements.get(JSON.stringify(resolvedKey.slice(0, index))) ?? [];
    const at = Number(resolvedKey[index]);
    for (const field of ["name", "id", "key", "source"]) {
      const values = list.map(({ body }) => textOf(body.find(({ key }) => nameOf(key) === field)?.value));
      if (values.every((value) => value !== null) && new Set(values).size === values.length)
        return `${field}=${values[at]}`;
    }
    return `${at + 1}/${list.length}`;
  };
}

function textOf(node: AST.TOMLContentNode | undefined): string | null {
  return node?.type === "TOMLValue" && node.kind === "string" ? node.value : null;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}
