import { diffArrays } from "diff";
import type { Sides } from "./order.ts";

export type Range = readonly [start: number, end: number];
/** A stretch that one side, both alike, or both differently (`clash`) changed; `same` is unchanged. */
export type Region = Sides<Range> & { readonly changed: "same" | "ours" | "theirs" | "alike" | "clash" };

type Edit = { readonly start: number; readonly end: number; readonly to: Range };

/** Aligns three sequences, as git does: edits that overlap or touch are one region. */
export function diff3({ base, ours, theirs }: Sides<readonly string[]>): Region[] {
  const pending = { ours: edits(base, ours), theirs: edits(base, theirs) };
  const regions: Region[] = [];
  const at = { base: 0, ours: 0, theirs: 0 };
  const push = (changed: Region["changed"], length: Sides<number>) => {
    const range = (side: keyof Sides<number>): Range => [at[side], at[side] + length[side]];
    const region = { changed, base: range("base"), ours: range("ours"), theirs: range("theirs") };
    for (const side of ["base", "ours", "theirs"] as const) at[side] += length[side];
    if (length.base + length.ours + length.theirs > 0) regions.push(region);
  };
  while (pending.ours.length + pending.theirs.length > 0) {
    const taken = takeNext(pending);
    const unchanged = taken.start - at.base;
    push("same", { base: unchanged, ours: unchanged, theirs: unchanged });
    const length = taken.end - taken.start;
    const lengths = {
      base: length,
      ours: length + growth(taken.ours),
      theirs: length + growth(taken.theirs),
    };
    const sides = {
      ours: ours.slice(at.ours, at.ours + lengths.ours),
      theirs: theirs.slice(at.theirs, at.theirs + lengths.theirs),
    };
    push(kindOf(taken, sides), lengths);
  }
  const rest = base.length - at.base;
  push("same", { base: rest, ours: rest, theirs: rest });
  return regions;
}

type Pending = { readonly ours: Edit[]; readonly theirs: Edit[] };
type Taken = { readonly start: number; end: number; readonly ours: Edit[]; readonly theirs: Edit[] };

/** Takes the next edit off the lists, with all that it touches. */
function takeNext(pending: Pending): Taken {
  const start = Math.min(...[pending.ours[0], pending.theirs[0]].map((edit) => edit?.start ?? Infinity));
  const taken: Taken = { start, end: start, ours: [], theirs: [] };
  for (let grown = true; grown; ) {
    grown = false;
    for (const side of ["ours", "theirs"] as const) {
      for (
        let edit = pending[side][0];
        edit !== undefined && edit.start <= taken.end;
        edit = pending[side][0]
      ) {
        pending[side].shift();
        taken[side].push(edit);
        taken.end = Math.max(taken.end, edit.end);
        grown = true;
      }
    }
  }
  return taken;
}

function growth(list: readonly Edit[]): number {
  return list.reduce((sum, { start, end, to }) => sum + (to[1] - to[0]) - (end - start), 0);
}

function kindOf(
  taken: Taken,
  { ours, theirs }: { ours: readonly string[]; theirs: readonly string[] },
): Region["changed"] {
  if (taken.theirs.length === 0) return "ours";
  if (taken.ours.length === 0) return "theirs";
  return ours.length === theirs.length && ours.every((item, index) => item === theirs[index])
    ? "alike"
    : "clash";
}

/** Where two sequences differ. */
export function differences(
  ours: readonly string[],
  theirs: readonly string[],
): { ours: Range; theirs: Range }[] {
  return edits(ours, theirs).map(({ start, end, to }) => ({ ours: [start, end], theirs: to }));
}

/** What turns `from` into `to`; one edit for all of it where they have too little in common to search. */
function edits(from: readonly string[], to: readonly string[]): Edit[] {
  const parts = diffArrays([...from], [...to], { maxEditLength: MAX_EDIT_LENGTH });
  if (parts === undefined) return [{ start: 0, end: from.length, to: [0, to.length] }];
  const result: Edit[] = [];
  const at = { from: 0, to: 0 };
  for (const { added, removed, value } of parts) {
    const next = { from: at.from + (added ? 0 : value.length), to: at.to + (removed ? 0 : value.length) };
    const last = result.at(-1);
    if (added || removed) {
      const joins = last?.end === at.from && last.to[1] === at.to;
      if (joins) result[result.length - 1] = { ...last, end: next.from, to: [last.to[0], next.to] };
      else result.push({ start: at.from, end: next.from, to: [at.to, next.to] });
    }
    Object.assign(at, next);
  }
  return result;
}

const MAX_EDIT_LENGTH = 1_000;
