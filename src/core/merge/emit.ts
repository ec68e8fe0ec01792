import { type Entries, type Entry, joinEntries, splitPending } from "./entries.ts";
import {
  type CommentSyntax,
  type FlowItem,
  type FlowSetting,
  itemIndent,
  readFlow,
  writeFlow,
} from "./flow.ts";
import type { MaybeBase, Result, ResultItem } from "./three-way.ts";
import type { Collection, Item, Node, Source } from "./tree.ts";

export type Style = {
  readonly comments: CommentSyntax;
  /** What a block without items is written as, or null where nothing is needed. */
  readonly emptyBlock: { readonly map: string; readonly list: string } | null;
  /** A block value written between brackets. */
  readonly toFlow: (node: Node, text: string) => string;
  /** Whether indentation has levels, which the person may have made of another width. */
  readonly isIndented: boolean;
  /** Keeps an order that the syntax asks for. */
  readonly arrange?: (items: readonly ResultItem[]) => readonly ResultItem[];
};

type Merge = Extract<Result, { from: "merge" }>;

/**
 * Writes a result into the text of ours: what is unchanged stays byte for byte. Gives the ways to write it, the best
 * first: levels as wide as the person's may not suit what the template indents otherwise.
 */
export function emit(sources: MaybeBase<Source>, result: Result, style: Style): string[] {
  const [ours, theirs] = [unitOf(sources.ours.text).length, unitOf(sources.theirs.text).length];
  const widths = style.isIndented && ours !== theirs ? [ours / theirs, 1] : [1];
  return widths.map((width) => emitWith(width, sources, { result, style }));
}

type Work = { readonly result: Result; readonly style: Style };

/** `width`: how wide a level of the person's is to one of the template's. */
function emitWith(width: number, sources: MaybeBase<Source>, { result, style }: Work): string {
  const texts = { base: sources.base?.text ?? "", ours: sources.ours.text, theirs: sources.theirs.text };
  if (result.from !== "merge") return texts[result.from];
  const { ours } = result.sides;
  if (ours.style === "flow")
    return texts.ours.slice(0, ours.start) + flow(result) + texts.ours.slice(ours.end);
  const lines = block(result, true);
  return (
    texts.ours.slice(0, ours.start) +
    (lines === "" && style.emptyBlock ? `${style.emptyBlock[ours.kind]}\n` : lines)
  );

  function block(merge: Merge, isRoot = false): string {
    const column = columnOf(merge.sides.ours) ?? 0;
    const entries = (side: "base" | "ours" | "theirs"): Entries => {
      const node = merge.sides[side];
      if (node === null) return { entries: [], tail: "" };
      const list = readBlock(texts[side], node, [...merge.keyed[side]], {
        column,
        width: side === "ours" ? 1 : width,
      });
      return { entries: list, tail: isRoot ? texts[side].slice(node.end) : "" };
    };
    const items = style.arrange?.(merge.items) ?? merge.items;
    const bodies = new Map(items.map((item) => [item.key, body(merge, item, column)]));
    const sides = { base: entries("base"), ours: entries("ours"), theirs: entries("theirs") };
    return joinEntries(sides, bodies, [...bodies.keys()]);
  }

  function body(merge: Merge, { key, value }: ResultItem, column: number): string {
    const [ours, theirs] = [merge.keyed.ours.get(key), merge.keyed.theirs.get(key)];
    const theirKind = merge.sides.theirs.kind;
    if (ours?.lines == null) return theirs ? inserted(theirs, theirKind, column) : "";
    if (value.from === "ours" && !isInline(ours)) return paddedLines(texts.ours, ours);
    if (value.from === "merge") return mergedBody(ours, value, rest(merge, key));
    if (value.from === "ours")
      return spliced(ours, texts.ours.slice(ours.valueStart, ours.end), rest(merge, key));
    if (theirs === undefined) return "";
    if (!isInline(ours) || !isInline(theirs)) return inserted(theirs, theirKind, column);
    const [first = "", ...others] = texts.theirs.slice(theirs.valueStart, theirs.end).split("\n");
    const lines = others.map((line) => `\n${moved(line, theirs, { column, width })}`);
    return spliced(ours, first + lines.join(""), rest(merge, key));
  }

  /** What follows a value on its line: the template's comment, where the person touched neither. */
  function rest({ keyed }: Merge, key: string): string {
    const part = (side: "base" | "ours" | "theirs", of: "value" | "rest") => {
      const item = keyed[side].get(key);
      if (!item?.lines || !isInline(item)) return null;
      return of === "value"
        ? texts[side].slice(item.valueStart, item.end)
        : texts[side].slice(item.end, item.lines.to);
    };
    const [base, ours, theirs] = [part("base", "rest"), part("ours", "rest") ?? "\n", part("theirs", "rest")];
    const isMine =
      part("ours", "value") !== part("base", "value") && part("theirs", "value") !== part("base", "value");
    return theirs !== null && ours === base && !isMine ? theirs : ours;
  }

  function mergedBody(item: Item, merge: Merge, after: string): string {
    const { ours } = merge.sides;
    if (ours.style === "flow") {
      return spliced(item, texts.ours.slice(item.valueStart, ours.start) + flow(merge), after);
    }
    const lines = item.lines as NonNullable<Item["lines"]>;
    const header = texts.ours.slice(lines.from, ours.start);
    const nested = block(merge);
    const padding = " ".repeat(lines.isCompact ? lines.column : 0);
    if (nested === "" && style.emptyBlock) {
      const indicator = texts.ours.slice(lines.from, item.valueStart);
      const comment = texts.ours.slice(item.valueStart, ours.start);
      return `${padding}${indicator} ${style.emptyBlock[ours.kind]}${comment.includes("\n") ? comment : "\n"}`;
    }
    return padding + header + (header.endsWith("\n") ? nested : nested.slice(columnOf(ours) ?? 0));
  }

  function spliced(item: Item, value: string, after: string): string {
    const { from, column, isCompact } = item.lines as NonNullable<Item["lines"]>;
    return " ".repeat(isCompact ? column : 0) + texts.ours.slice(from, item.valueStart) + value + after;
  }

  function inserted(item: Item, kind: Collection["kind"], column: number): string {
    if (item.lines) return moved(paddedLines(texts.theirs, item), item, { column, width });
    const text = texts.theirs.slice(item.start, item.end);
    return `${" ".repeat(column)}${kind === "list" ? "- " : ""}${text}\n`;
  }

  function flow(merge: Merge): string {
    const { ours, theirs } = merge.sides;
    const read = (text: string, node: Collection) => readFlow(text, node, node.items, style.comments);
    const setting: FlowSetting = {
      brackets: texts.ours[ours.start] === "{" ? "{}" : "[]",
      ours: read(texts.ours, ours),
      theirs: theirs.style === "flow" ? read(texts.theirs, theirs) : null,
      indent: indentAt(texts.ours, ours.start),
      unit: unitOf(texts.ours),
    };
    const indent = itemIndent(setting) ?? setting.indent;
    const items = merge.items.map(({ key, value }): FlowItem => {
      const [own, other] = [merge.keyed.ours.get(key), merge.keyed.theirs.get(key)];
      return {
        core: own ? keptCore(own, other, value, indent) : insertedCore(other as Item, theirs.kind, indent),
        ours: (own && setting.ours.pieces[ours.items.indexOf(own)]) ?? null,
        theirs: (other && setting.theirs?.pieces[theirs.items.indexOf(other)]) ?? null,
      };
    });
    return writeFlow(items, setting);
  }

  function keptCore(own: Item, other: Item | undefined, value: Result, indent: string): string {
    const until = (end: number) => texts.ours.slice(own.start, end);
    if (value.from === "merge") return until(value.sides.ours.start) + flow(value);
    return value.from === "ours" || !other ? until(own.end) : until(own.valueStart) + inFlow(other, indent);
  }

  function insertedCore(item: Item, kind: Collection["kind"], indent: string): string {
    return (
      (kind === "map" ? texts.theirs.slice(item.start, item.valueStart).trimEnd() : "").replace(
        /(.)$/,
        "$1 ",
      ) + inFlow(item, indent)
    );
  }

  function inFlow(item: Item, indent: string): string {
    if (!isInline(item)) return style.toFlow(item.value, texts.theirs);
    const text = texts.theirs.slice(item.valueStart, item.end);
    if (/"""|'''/.test(text)) return text;
    const from = { indent: indentAt(texts.theirs, item.start), unit: unitOf(texts.theirs) };
    return reindented(text, from, { indent, unit: unitOf(texts.ours) });
  }
}

type Indentation = { readonly indent: string; readonly unit: string };

/** The lines after the first, moved from one indentation to another, level by level. */
function reindented(text: string, from: Indentation, to: Indentation): string {
  return text.replace(/\n([ \t]*)(?=\S)/g, (_, space: string) => {
    const deeper = space.startsWith(from.indent) ? space.slice(from.indent.length) : "";
    const levels = deeper.length / from.unit.length;
    return `\n${to.indent}${Number.isInteger(levels) ? to.unit.repeat(levels) : deeper}`;
  });
}

/** Items as entries whose lines are moved to `column`. */
function readBlock(
  text: string,
  node: Collection,
  items: readonly (readonly [string, Item])[],
  place: Place,
): Entry[] {
  let at = node.start;
  return items.map(([key, item]) => {
    if (item.lines === null) return { key, gap: "", lead: "", body: text.slice(item.start, item.end) };
    const pending = text.slice(at, item.lines.isCompact ? at : item.lines.from);
    const { gap, lead } = splitPending(pending.split("\n").slice(0, -1));
    at = item.lines.to;
    const move = (lines: string) => moved(lines, item, place);
    return { key, gap: move(gap), lead: move(lead), body: move(paddedLines(text, item)) };
  });
}

function paddedLines(text: string, { lines }: Item): string {
  if (lines === null) return "";
  const body = " ".repeat(lines.isCompact ? lines.column : 0) + text.slice(lines.from, lines.to);
  return body.endsWith("\n") ? body : `${body}\n`;
}

type Place = { readonly column: number; readonly width: number };

/** Moves the lines of an item, blank ones aside, from its column to another. */
function moved(text: string, { lines }: Item, { column, width }: Place): string {
  if (lines === null || (lines.column === column && width === 1)) return text;
  return text.replace(/^( *)(?=[^ \n])/gm, (space) => {
    const deeper = space.length - lines.column;
    return " ".repeat(Math.max(0, column + (deeper > 0 ? deeper * width : deeper)));
  });
}

function columnOf(node: Collection): number | null {
  return node.items.find((item) => item.lines)?.lines?.column ?? null;
}

function isInline({ value }: Item): boolean {
  return value.kind === "scalar" ? value.inline : value.style === "flow";
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1))?.[0] ?? "";
}

function unitOf(text: string): string {
  return /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
}
