import { type Node as JsonNode, type ParseError, parseTree } from "jsonc-parser";
import { type DataFormat, DUPLICATE } from "./data.ts";
import { withOuter } from "./flow.ts";
import type { Item, Node, Source } from "./tree.ts";

/** JSON with comments and trailing commas. */
function parseJson(text: string): Source | null {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const root = tree === undefined || errors.length > 0 ? null : nodeOf(tree, text);
  return root && { text, root };
}

export const JSON_FORMAT: DataFormat = {
  parse: parseJson,
  faults: (text) => {
    const errors: ParseError[] = [];
    parseTree(text, errors, { allowTrailingComma: true });
    if (errors.length === 0) return parseJson(text) === null ? [DUPLICATE] : [];
    return errors.map(({ error }) => `${error}`);
  },
  style: {
    comments: "//",
    emptyBlock: null,
    isIndented: false,
    toFlow: (node, text) => text.slice(node.start, node.end),
  },
};

function nodeOf({ type, offset: start, length, value, children = [] }: JsonNode, text: string): Node | null {
  const end = start + length;
  if (type !== "object" && type !== "array") {
    const plain = text.slice(start, end);
    return {
      kind: "scalar",
      value: type === "string" ? `s:${value}` : `p:${plain}`,
      start,
      end,
      inline: true,
    };
  }
  const items = children.map((child) =>
    type === "object" ? propertyOf(child, text) : elementOf(child, text),
  );
  if (!items.every((item) => item !== null)) return null;
  if (type === "object" && new Set(items.map(({ key }) => key)).size < items.length) return null;
  const kind = type === "object" ? "map" : "list";
  return { kind, style: "flow", props: "", items: withOuter(text, { start, end }, items, "//"), start, end };
}

function propertyOf({ offset: start, length, children = [] }: JsonNode, text: string): Item | null {
  const [name, child] = children;
  const value = child ? nodeOf(child, text) : null;
  if (name === undefined || value === null) return null;
  const end = start + length;
  return {
    key: String(name.value),
    start,
    end,
    valueStart: value.start,
    value,
    lines: null,
    outer: [start, end],
  };
}

function elementOf(child: JsonNode, text: string): Item | null {
  const value = nodeOf(child, text);
  if (value === null) return null;
  const { start, end } = value;
  return { key: "", start, end, valueStart: start, value, lines: null, outer: [start, end] };
}
