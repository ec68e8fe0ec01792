import { diffArrays } from "diff";
import type { Conflict } from "../types.ts";
import { inFormOf, plainForm } from "./form.ts";
import type { Merged, MergeRequest } from "./light.ts";
import type { Sides } from "./order.ts";

/** Three-way merge by line, with git's markers where both sides changed the same lines. */
export function mergeByLine({ path, base, ours, theirs }: MergeRequest): Merged {
  const texts = { base: plainForm(base ?? ""), ours: plainForm(ours), theirs: plainForm(theirs) };
  const pieces = diff3(texts);
  const conflicts = pieces.flatMap((piece): Conflict[] => {
    if ("lines" in piece) return [];
    const reason = "You and the template both changed these lines.";
    return [{ path, keyPath: [], reason, ours: piece.ours.join("\n"), theirs: piece.theirs.join("\n") }];
  });
  const lines = pieces.flatMap((piece) => ("lines" in piece ? piece.lines : marked(piece)));
  return { text: inFormOf(ours, lines.length === 0 ? "" : `${lines.join("\n")}\n`), conflicts };
}

/** The merge by line if no lines conflict, else null. Texts are in plain form. */
export function cleanByLine(texts: Sides<string>): string | null {
  const pieces = diff3(texts);
  if (!pieces.every((piece) => "lines" in piece)) return null;
  const lines = pieces.flatMap(({ lines }) => lines);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** Whether a file still holds markers of an earlier merge. */
export function hasConflictMarkers(text: string): boolean {
  return /^<{7} /m.test(text) && /^={7}\r?$/m.test(text) && /^>{7} /m.test(text);
}

type Clean = { readonly lines: readonly string[] };
type Clash = { readonly ours: readonly string[]; readonly theirs: readonly string[] };
type Edit = { readonly start: number; readonly end: number; readonly lines: readonly string[] };

/** As git: edits that overlap or touch are one clash, unless both sides say the same. */
function diff3(texts: Sides<string>): (Clean | Clash)[] {
  const base = linesOf(texts.base);
  const sides = { ours: edits(base, linesOf(texts.ours)), theirs: edits(base, linesOf(texts.theirs)) };
  const pieces: (Clean | Clash)[] = [];
  let at = 0;
  while (sides.ours.length > 0 || sides.theirs.length > 0) {
    const region = nextRegion(sides.ours, sides.theirs);
    pieces.push({ lines: base.slice(at, region.start) });
    const ours = applied(base, region, region.ours);
    const theirs = applied(base, region, region.theirs);
    pieces.push(...settled(region, ours, theirs));
    at = region.end;
  }
  pieces.push({ lines: base.slice(at) });
  return pieces;
}

type Region = { start: number; end: number; ours: Edit[]; theirs: Edit[] };

/** Takes the next edit off the lists, with all that it touches. */
function nextRegion(ours: Edit[], theirs: Edit[]): Region {
  const start = Math.min(ours[0]?.start ?? Infinity, theirs[0]?.start ?? Infinity);
  const region: Region = { start, end: start, ours: [], theirs: [] };
  for (let grown = true; grown; ) {
    grown = false;
    for (const [list, taken] of [
      [ours, region.ours],
      [theirs, region.theirs],
    ] as const) {
      while (list[0] !== undefined && list[0].start <= region.end) {
        const edit = list.shift() as Edit;
        taken.push(edit);
        region.end = Math.max(region.end, edit.end);
        grown = true;
      }
    }
  }
  return region;
}

function applied(base: readonly string[], region: Region, list: readonly Edit[]): string[] {
  const lines: string[] = [];
  let at = region.start;
  for (const edit of list) {
    lines.push(...base.slice(at, edit.start), ...edit.lines);
    at = edit.end;
  }
  return [...lines, ...base.slice(at, region.end)];
}

function settled(region: Region, ours: readonly string[], theirs: readonly string[]): (Clean | Clash)[] {
  if (region.theirs.length === 0) return [{ lines: ours }];
  if (region.ours.length === 0) return [{ lines: theirs }];
  if (ours.join("\n") === theirs.join("\n") && ours.length === theirs.length) return [{ lines: ours }];
  const head = commonLength(ours, theirs);
  const rest = Math.min(ours.length, theirs.length) - head;
  const foot = Math.min(rest, commonLength(ours.toReversed(), theirs.toReversed()));
  return [
    { lines: ours.slice(0, head) },
    { ours: ours.slice(head, ours.length - foot), theirs: theirs.slice(head, theirs.length - foot) },
    { lines: ours.slice(ours.length - foot) },
  ];
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((line, index) => line !== b[index]);
  return at === -1 ? a.length : at;
}

/** What turns `from` into `to`; one edit for all of it where they have too little in common to search. */
function edits(from: readonly string[], to: readonly string[]): Edit[] {
  const parts = diffArrays([...from], [...to], { maxEditLength: MAX_EDIT_LENGTH });
  if (parts === undefined) return [{ start: 0, end: from.length, lines: to }];
  const result: Edit[] = [];
  let at = 0;
  for (const { added, removed, value } of parts) {
    const last = result.at(-1);
    const continues = last !== undefined && last.end === at;
    if (added) {
      if (continues) result[result.length - 1] = { ...last, lines: [...last.lines, ...value] };
      else result.push({ start: at, end: at, lines: value });
    } else if (removed) {
      if (continues) result[result.length - 1] = { ...last, end: at + value.length };
      else result.push({ start: at, end: at + value.length, lines: [] });
      at += value.length;
    } else {
      at += value.length;
    }
  }
  return result;
}

const MAX_EDIT_LENGTH = 8_000;

function marked({ ours, theirs }: Clash): string[] {
  return ["<<<<<<< yours", ...ours, "=======", ...theirs, ">>>>>>> template"];
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
