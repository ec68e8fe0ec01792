import type { Item } from "./tree.ts";

/** How the items of a bracketed collection are set: what stands around each besides its own text. */
export type Flow = {
  readonly pieces: readonly Piece[];
  readonly closing: string;
  readonly trailingComma: boolean;
};
export type Piece = {
  /** White space and comments before the item. */
  readonly lead: string;
  /** What stands between the item and its comma, and what follows that on the line. */
  readonly inner: string;
  readonly trail: string;
};
export type CommentSyntax = "#" | "//";
type Span = { readonly start: number; readonly end: number };

export function readFlow(
  text: string,
  collection: Span,
  items: readonly Span[],
  syntax: CommentSyntax,
): Flow {
  const pieces: Piece[] = [];
  let trailingComma = false;
  let at = collection.start + 1;
  let lead = "";
  for (const [index, item] of items.entries()) {
    if (index === 0) lead = text.slice(at, item.start);
    const next = items[index + 1]?.start ?? collection.end - 1;
    const between = text.slice(item.end, next);
    const comma = commaIn(between, syntax);
    const [inner, rest] = comma < 0 ? ["", between] : [between.slice(0, comma), between.slice(comma + 1)];
    const trail = COMMENT_TO_LINE_END[syntax].exec(rest)?.[0] ?? "";
    pieces.push({ lead, inner, trail });
    lead = rest.slice(trail.length);
    trailingComma = comma >= 0;
    at = next;
  }
  return { pieces, closing: items.length === 0 ? text.slice(at, collection.end - 1) : lead, trailingComma };
}

const COMMENT_TO_LINE_END = {
  "#": /^[ \t]*#[^\n]*/,
  "//": /^[ \t]*(?:\/\/[^\n]*|\/\*[^\n]*?\*\/[ \t]*(?=\n|$))/,
};
const COMMENT = { "#": /#[^\n]*/y, "//": /\/\/[^\n]*|\/\*[\s\S]*?\*\//y };

/** Items with the comments that are theirs. */
export function withOuter(
  text: string,
  collection: Span,
  items: readonly Item[],
  syntax: CommentSyntax,
): Item[] {
  const { pieces } = readFlow(text, collection, items, syntax);
  return items.map((item, index) => {
    const { lead, inner, trail } = pieces[index] as Piece;
    return { ...item, outer: [item.start - lead.length, item.end + inner.length + 1 + trail.length] };
  });
}

export type FlowItem = { readonly core: string; readonly ours: Piece | null; readonly theirs: Piece | null };
export type FlowSetting = {
  readonly brackets: string;
  readonly ours: Flow;
  readonly theirs: Flow | null;
  /** White space at the start of the line that holds the opening bracket, and of one level. */
  readonly indent: string;
  readonly unit: string;
};

/** Writes the items in the setting of ours, or of theirs where ours is empty. */
export function writeFlow(items: readonly FlowItem[], setting: FlowSetting): string {
  const { brackets, ours, theirs } = setting;
  const [open = "", close = ""] = brackets;
  if (items.length === 0) return open + (/\S/.test(ours.closing) ? ours.closing : "") + close;
  const indent = itemIndent(setting);
  const first = (ours.pieces[0] ?? theirs?.pieces[0])?.lead ?? "";
  const second = (ours.pieces[1] ?? theirs?.pieces[1])?.lead ?? " ";
  const next = /^[ \t]*$/.test(second) ? second : " ";
  const parts = items.map((item, index) => {
    const lead = leadOf(item, { index, indent, first, next, ours });
    const { inner, trail } = item.ours ?? { inner: "", trail: item.theirs?.trail ?? "" };
    const comma = index < items.length - 1 || ours.trailingComma ? "," : "";
    return lead + item.core + inner + comma + trail;
  });
  const isNew = ours.pieces.length === 0;
  const closing = isNew ? (indent === null ? (theirs?.closing ?? "") : `\n${setting.indent}`) : ours.closing;
  const commented = items.at(-1)?.ours === null && (items.at(-1)?.theirs?.trail ?? "") !== "";
  return (
    open + parts.join("") + (commented && !closing.includes("\n") ? `\n${setting.indent}` : closing) + close
  );
}

/** How far items are indented, where each has a line of its own; null where they share one. */
export function itemIndent({ ours, theirs, indent, unit }: FlowSetting): string | null {
  const own = ours.pieces.find(({ lead }) => lead.includes("\n"));
  if (own) return own.lead.slice(own.lead.lastIndexOf("\n") + 1);
  const multiline = ours.pieces.length === 0 && theirs?.pieces.some(({ lead }) => lead.includes("\n"));
  return multiline ? indent + unit : null;
}

type Place = {
  readonly index: number;
  readonly indent: string | null;
  /** White space before the first item and before any other, on one line. */
  readonly first: string;
  readonly next: string;
  readonly ours: Flow;
};

function leadOf(item: FlowItem, { index, indent, first, next, ours }: Place): string {
  if (item.ours) {
    if (item.ours.lead.includes("\n")) return item.ours.lead;
    const wasFirst = item.ours === ours.pieces[0];
    if (index === 0) return wasFirst || first.includes("\n") ? item.ours.lead : first;
    return wasFirst ? next : item.ours.lead;
  }
  if (indent === null) return index === 0 ? first : next;
  const lines = (item.theirs?.lead ?? "").split("\n").map((line) => line.trim());
  const comments = lines.filter((line) => line !== "").map((line) => `\n${indent}${line}`);
  const gap = index > 0 && lines.length > 2 && lines[1] === "" ? "\n" : "";
  return `${gap}${comments.join("")}\n${indent}`;
}

function commaIn(text: string, syntax: CommentSyntax): number {
  for (let at = 0; at < text.length; at++) {
    const comment = COMMENT[syntax];
    comment.lastIndex = at;
    const found = comment.exec(text)?.[0];
    if (found !== undefined) at += found.length - 1;
    else if (text[at] === ",") return at;
  }
  return -1;
}
