import { differences } from "./diff3.ts";
import { keyOf, partsOf } from "./kept.ts";
import type { Sides } from "./order.ts";

type Lines = readonly string[];
type Block = { readonly lines: Lines; readonly heading: string | null };

/**
 * The key in the receipt of `length` lines at `place`: each with its end, which no key of data has, and below the line
 * that they belong to where they stand elsewhere too.
 */
export function keyOfLines(all: Lines, place: number, length: number): string {
  const lines = all.slice(place, place + length);
  const heading = placesOf(all, lines).length > 1 ? headingOf(all, place) : null;
  return keyOf([...(heading === null ? [] : [heading]), lines.map((line) => `${line}\n`).join("")]);
}

/**
 * The base as if the template had never had the lines that are kept and that theirs drops: they are the person's alone
 * from then on, and `released`.
 */
export function withoutKeptLines(
  { base, theirs }: Sides<Lines>,
  kept: ReadonlySet<string>,
): { readonly base: Lines; readonly released: readonly string[] } {
  const released: string[] = [];
  let rest = base;
  for (const key of [...kept].filter((each) => each.endsWith("\n"))) {
    const block = readKey(key);
    const without = withoutBlock(rest, theirs, block);
    rest = without ?? rest;
    if (without !== null || placesOf(theirs, block.lines).length === 0) released.push(key);
  }
  return { base: rest, released };
}

function readKey(key: string): Block {
  const [last = "", heading = null] = partsOf(key).toReversed();
  return { lines: last.split("\n").slice(0, -1), heading };
}

/** What theirs has instead of the lines takes their place; null where theirs drops them nowhere. */
function withoutBlock(base: Lines, theirs: Lines, { lines, heading }: Block): Lines | null {
  const edits = differences(base, theirs);
  const size = sizeOf(edits);
  const isBelow = (place: number) => headingOf(base, place) === heading;
  const places = placesOf(base, lines);
  for (const place of [...places.filter(isBelow), ...places.filter((each) => !isBelow(each))]) {
    const end = place + lines.length;
    const edit = edits.find(({ ours }) => ours[0] === place && ours[1] === end);
    const rest = base.toSpliced(place, lines.length, ...(edit ? theirs.slice(...edit.theirs) : []));
    if (edit !== undefined || sizeOf(differences(rest, theirs)) === size - lines.length) return rest;
  }
  return null;
}

/** The nearest line above that is indented less; of what isn't indented, the nearest that isn't blank. */
function headingOf(all: Lines, place: number): string {
  const depth = indentOf(all.slice(place).find((line) => line.trim() !== "") ?? "");
  const above = all.slice(0, place).filter((line) => line.trim() !== "");
  return (above.findLast((line) => depth === 0 || indentOf(line) < depth) ?? "").trim();
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function sizeOf(edits: ReturnType<typeof differences>): number {
  return edits.reduce((sum, { ours, theirs }) => sum + ours[1] - ours[0] + theirs[1] - theirs[0], 0);
}

function placesOf(among: Lines, lines: Lines): readonly number[] {
  return among.flatMap((_, place) => (isAt(among, lines, place) ? [place] : []));
}

function isAt(among: Lines, lines: Lines, place: number): boolean {
  return lines.every((line, index) => among[place + index] === line);
}
