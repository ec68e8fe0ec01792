import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Conflict } from "../types.ts";
import { type DataFormat, DUPLICATE, mergeData, mergeUnread } from "./data.ts";
import { splitPending } from "./entries.ts";
import { withOuter } from "./flow.ts";
import { inFormOf, plainForm } from "./form.ts";
import type { Merged, MergeRequest } from "./light.ts";
import { eachSide, mergeOrder, type Sides } from "./order.ts";
import type { Collection, Item, Node, Scalar, Source } from "./tree.ts";

/** Merges by key path; the documents of a file by apiVersion, kind, namespace and name. */
export function mergeYaml(request: MergeRequest): Merged {
  const texts = {
    base: plainForm(request.base ?? ""),
    ours: plainForm(request.ours),
    theirs: plainForm(request.theirs),
  };
  const parts = eachSide(texts, splitDocuments);
  if (Math.max(parts.base.length, parts.ours.length, parts.theirs.length) <= 1) {
    return mergeData(request, YAML_FORMAT);
  }
  const documents = keyedDocuments(parts);
  if (documents === null) return mergeUnread(request, faultsOf);
  const { text, conflicts } = mergeDocuments(request.path, documents);
  return { text: inFormOf(request.ours, text), conflicts };
}

type Documents = Sides<ReadonlyMap<string, string>>;

function mergeDocuments(path: string, documents: Documents): Merged {
  const keys = eachSide(documents, (map) => [...map.keys()]);
  const all = new Set([...keys.ours, ...keys.theirs]);
  const conflicts: Conflict[] = [];
  const texts = mergeOrder(keys, all, true).keys.flatMap((key) => {
    const { base, ours, theirs } = eachSide(documents, (map) => map.get(key));
    if (ours !== undefined && theirs !== undefined) {
      const merged = mergeData({ path, base: base ?? null, ours, theirs }, YAML_FORMAT);
      const within = merged.conflicts.map((item) => ({ ...item, keyPath: [key, ...item.keyPath] }));
      conflicts.push(...within);
      return [merged.text];
    }
    const only = ours ?? theirs;
    if (only === undefined || base === undefined) return only ?? [];
    if (only === base) return [];
    const reason = `You ${ours ? "changed" : "removed"} what the template ${ours ? "removed" : "changed"}.`;
    conflicts.push({ path, keyPath: [key], reason, ours: ours ?? null, theirs: theirs ?? null });
    return ours ?? [];
  });
  const marked = texts.map((text, index) => (index > 0 && !/^---/m.test(text) ? `---\n${text}` : text));
  return { text: marked.join(""), conflicts };
}

/** One document, as a tree. Null where there are several, errors, or syntax that is not read here. */
function parseYaml(text: string): Source | null {
  const documents = parseAllDocuments(text, { keepSourceTokens: true, merge: false, uniqueKeys: true });
  if (!Array.isArray(documents) || documents.length > 1) return null;
  const [document] = documents;
  if (document?.errors.length) return null;
  const contents = document?.contents ?? null;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return { text, root: { kind: "scalar", value: "p:null", start: 0, end: text.length, inline: false } };
  }
  try {
    return { text, root: nodeOf(contents as ParsedNode, text, rootStart(text, contents.range?.[0] ?? 0)) };
  } catch (error) {
    if (error instanceof Unread) return null;
    throw error;
  }
}

const YAML_FORMAT: DataFormat = {
  parse: parseYaml,
  faults: faultsOf,
  style: { comments: "#", emptyBlock: { map: "{}", list: "[]" }, isIndented: true, toFlow },
};

function faultsOf(text: string): string[] {
  const codes = [...parseAllDocuments(text, { uniqueKeys: true })].flatMap(({ errors }) =>
    errors.map(({ code }) => code),
  );
  return codes.map((code) => (code === "DUPLICATE_KEY" ? DUPLICATE : code));
}

/** Syntax that is valid and rare, and that is left to the merge by line. */
class Unread extends Error {}

function nodeOf(node: ParsedNode, text: string, blockStart: number): Node {
  if (!isCollection(node)) return scalarOf(node, text);
  if (node.flow) return flowOf(node as YAMLMap.Parsed | YAMLSeq.Parsed, text);
  const items = isMap(node)
    ? pairsOf(node as YAMLMap.Parsed, text)
    : elementsOf(node as YAMLSeq.Parsed, text);
  const [first, last] = [items[0]?.lines, items.at(-1)?.lines];
  if (!first || !last) throw new Unread();
  const start = first.isCompact ? first.from : blockStart;
  const owned = items.map((item, index) => withLead(item, text, items[index - 1]?.lines?.to ?? start));
  return {
    kind: isMap(node) ? "map" : "list",
    style: "block",
    props: propsOf(node),
    items: owned,
    start,
    end: last.to,
  };
}

function withLead(item: Item, text: string, after: number): Item {
  const { from = after, to = after, isCompact = true } = item.lines ?? {};
  const { lead } = splitPending(
    text
      .slice(after, isCompact ? after : from)
      .split("\n")
      .slice(0, -1),
  );
  return { ...item, outer: [isCompact ? from : from - lead.length, to] };
}

function scalarOf(node: ParsedNode, text: string): Scalar {
  const [start, end] = node.range;
  const source = text.slice(start, end);
  const inline = !source.includes("\n") && start < end;
  return { kind: "scalar", value: scalarValue(node, source) + propsOf(node), start, end, inline };
}

/** A plain string equals a quoted one; what YAML 1.1 or 1.2 reads as anything else keeps its source (`0755`, `yes`). */
function scalarValue(node: ParsedNode, source: string): string {
  if (!isScalar(node)) return `p:${source}`;
  if (node.value === null) return "p:null";
  if (node.type !== "PLAIN") return `s:${node.value}`;
  if (typeof node.value !== "string") return `p:${source}`;
  return `${AMBIGUOUS.some((pattern) => pattern.test(source)) ? "p" : "s"}:${node.value}`;
}

/** Strings of YAML 1.2 that YAML 1.1 reads as booleans, numbers or dates. */
const AMBIGUOUS = [
  /^(y|n|yes|no|on|off|true|false|null|~|=|<<)$/i,
  /^[-+]?(0b[01_]+|0x[\da-f_]+|\d[\d_]*(:[0-5]?\d)*(\.[\d_]*)?(e[-+]\d+)?)$/i,
  /^\d{4}-\d\d?-\d\d?/,
];

function propsOf(node: ParsedNode): string {
  if (isAlias(node)) return "";
  return (node.anchor ? `\0&${node.anchor}` : "") + (node.tag ? `\0${node.tag}` : "");
}

function pairsOf(map: YAMLMap.Parsed, text: string): Item[] {
  const tokens =
    map.srcToken?.type === "block-map" ? map.srcToken.items.filter(({ key, sep }) => key || sep) : [];
  if (tokens.length !== map.items.length) throw new Unread();
  return map.items.map((pair, index) => {
    const token = tokens[index];
    const colon = token?.sep?.find(({ type }) => type === "map-value-ind");
    if (
      !token?.key ||
      !colon ||
      token.start.some(({ type }) => /^(explicit-key-ind|anchor|tag)$/.test(type))
    ) {
      throw new Unread();
    }
    const key = keyOf(pair);
    return itemOf({ key, start: token.key.offset, indicatorEnd: colon.offset + 1, value: pair.value }, text);
  });
}

function elementsOf(seq: YAMLSeq.Parsed, text: string): Item[] {
  const tokens = seq.srcToken?.type === "block-seq" ? seq.srcToken.items : [];
  const dashes = tokens.flatMap(({ start }) => start.filter(({ type }) => type === "seq-item-ind"));
  if (dashes.length !== seq.items.length) throw new Unread();
  return seq.items.map((value, index) => {
    const start = dashes[index]?.offset ?? 0;
    return itemOf({ key: "", start, indicatorEnd: start + 1, value: value as ParsedNode | null }, text);
  });
}

type Raw = {
  readonly key: string;
  readonly start: number;
  readonly indicatorEnd: number;
  readonly value: ParsedNode | null;
};

function itemOf({ key, start, indicatorEnd, value: node }: Raw, text: string): Item {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const prefix = text.slice(lineStart, start);
  if (!/^ *(- +)*$/.test(prefix)) throw new Unread();
  const isCompact = prefix.trim() !== "";
  const nextLine = lineEnd(text, indicatorEnd);
  const isNull = node === null || node.range[0] === node.range[1];
  const read = isNull ? null : nodeOf(node, text, nextLine);
  const value: Node = read ?? {
    kind: "scalar",
    value: `p:null${node ? propsOf(node) : ""}`,
    start: indicatorEnd,
    end: indicatorEnd,
    inline: false,
  };
  const isBlock = value.kind !== "scalar" && value.style === "block";
  const between = text.slice(indicatorEnd, value.start);
  const valueStart =
    isBlock || isNull ? indicatorEnd : indicatorEnd + (/^\s*/.exec(between)?.[0].length ?? 0);
  const onLine = value.kind !== "scalar" || !between.includes("\n") ? value : { ...value, inline: false };
  const to = isBlock
    ? value.end
    : lineEnd(text, Math.max(value.end - (text[value.end - 1] === "\n" ? 1 : 0), indicatorEnd));
  const from = isCompact ? start : lineStart;
  const lines = { from, to, column: start - lineStart, isCompact };
  return { key, start, end: value.end, valueStart, value: onLine, lines, outer: [from, to] };
}

function flowOf(node: YAMLMap.Parsed | YAMLSeq.Parsed, text: string): Collection {
  const [start, end] = node.range;
  if (!"[{".includes(text[start] ?? "-")) throw new Unread();
  const items = isSeq(node)
    ? node.items.map((item) => flowElement(item as ParsedNode, text))
    : flowPairs(node as YAMLMap.Parsed, text);
  const kind = isMap(node) ? "map" : "list";
  return {
    kind,
    style: "flow",
    props: propsOf(node),
    items: withOuter(text, { start, end }, items, "#"),
    start,
    end,
  };
}

function flowElement(node: ParsedNode, text: string): Item {
  if (propsOf(node) !== "") throw new Unread();
  const value = nodeOf(node, text, 0);
  return {
    key: "",
    start: value.start,
    end: value.end,
    valueStart: value.start,
    value,
    lines: null,
    outer: [0, 0],
  };
}

function flowPairs(map: YAMLMap.Parsed, text: string): Item[] {
  return map.items.map((pair) => {
    const key = keyOf(pair);
    const [start, keyEnd] = (pair.key as ParsedNode).range;
    if (text[start - 1] === "&" || !pair.value || pair.value.range[0] === pair.value.range[1])
      throw new Unread();
    const value = nodeOf(pair.value, text, 0);
    const colon = /^\s*:\s*/.exec(text.slice(keyEnd, value.start));
    if (colon === null) throw new Unread();
    return {
      key,
      start,
      end: value.end,
      valueStart: keyEnd + colon[0].length,
      value,
      lines: null,
      outer: [start, value.end],
    };
  });
}

function keyOf({ key }: Pair<unknown, unknown>): string {
  if (!isScalar(key) || key.anchor || typeof key.value === "object") throw new Unread();
  return String(key.source ?? key.value);
}

/** After the line that begins the document, if one does. */
function rootStart(text: string, contents: number): number {
  const marker = /^---[^\n]*\n/gm;
  let start = 0;
  for (const found of text.slice(0, contents).matchAll(marker)) start = found.index + found[0].length;
  return start;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}

function toFlow(node: Node, text: string): string {
  if (node.kind === "scalar") {
    const source = text.slice(node.start, node.end);
    const isSafe = node.inline && (/^["'*]/.test(source) || !/[,[\]{}]|: |:$/.test(source));
    return isSafe ? source : JSON.stringify(node.value.slice(2));
  }
  const items = node.items.map(
    ({ key, value }) => (node.kind === "map" ? `${plainKey(key)}: ` : "") + toFlow(value, text),
  );
  return node.kind === "map" ? `{ ${items.join(", ")} }` : `[${items.join(", ")}]`;
}

function plainKey(key: string): string {
  return /^[\w.-]+$/.test(key) ? key : JSON.stringify(key);
}

/** At the lines that begin a document; comments above the first belong to it. */
function splitDocuments(text: string): string[] {
  if (text.trim() === "") return [];
  const starts = [...text.matchAll(/^---(?=\s)/gm)].map(({ index }) => index);
  const [first = 0] = starts;
  const from = isBlank(text.slice(0, first)) ? [0, ...starts.slice(1)] : [0, ...starts];
  return from.map((start, index) => text.slice(start, from[index + 1]));
}

function isBlank(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(#.*)?$/.test(line));
}

/** Documents by what names them, else by their place where all sides have as many; null where neither tells. */
function keyedDocuments(parts: Sides<readonly string[]>): Documents | null {
  if (!Object.values(parts).every((list) => list.every((part) => parseYaml(part) !== null))) return null;
  const names = eachSide(parts, (list) => list.map(documentName));
  const isNamed = Object.values(names).every(
    (list) => !list.includes(null) && new Set(list).size === list.length,
  );
  if (!isNamed && new Set(Object.values(parts).map((list) => list.length)).size > 1) return null;
  const keyed = (side: keyof Documents) =>
    new Map(parts[side].map((part, index) => [isNamed ? (names[side][index] ?? "") : `${index + 1}`, part]));
  return { base: keyed("base"), ours: keyed("ours"), theirs: keyed("theirs") };
}

function documentName(text: string): string | null {
  const root = parseYaml(text)?.root;
  if (root?.kind !== "map") return null;
  const find = (node: Node | undefined, key: string) =>
    node?.kind === "map" ? node.items.find((item) => item.key === key)?.value : undefined;
  const metadata = find(root, "metadata");
  const parts = [
    find(root, "apiVersion"),
    find(root, "kind"),
    find(metadata, "namespace"),
    find(metadata, "name"),
  ];
  const names = parts.map((node) => (node?.kind === "scalar" ? node.value.slice(2) : ""));
  return names[1] === "" || names[3] === "" ? null : names.filter((name) => name !== "").join(" ");
}
