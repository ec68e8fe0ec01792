import { plainForm } from "./form.ts";
import { keyOf } from "./kept.ts";

/** Files that are a set of lines: ignore files and .gitattributes. */
export function isLineSet(path: string): boolean {
  return /(^|\/)\.([a-z]+ignore|gitattributes)$/.test(path);
}

/**
 * Ours, with the lines that theirs added since base and without those that it removed. A new line goes where
 * theirs' order puts it, since a negation works only after what it negates. Comments and blank lines
 * come along with the new line that they head.
 */
export function mergeLines(
  base: string | null,
  ours: string,
  theirs: string,
  keptKeys: ReadonlySet<string> = new Set(),
): { text: string; found: string[]; released: string[] } {
  const wanted = patterns(paragraphs(theirs));
  const wantedSet = new Set(wanted);
  const known = patterns(paragraphs(base ?? ""));
  const released = known.filter((line) => !wantedSet.has(line) && keptKeys.has(keyOf([line])));
  const before = new Set(known.filter((line) => !released.includes(line)));
  const lines = plainForm(ours).split("\n").slice(0, -1);
  const found = base === null ? [] : wanted.filter((line) => !before.has(line) && lines.includes(line));
  const kept = lines.filter((line) => !before.has(line) || wantedSet.has(line) || !isPattern(line));
  const result = withoutEmptySections(
    lines,
    kept,
    new Set(theirComments(theirs)),
    new Set(theirComments(base ?? "")),
  );
  for (const entry of paragraphs(theirs)) {
    if (before.has(entry.line) || result.includes(entry.line)) continue;
    insert(result, entry, wanted);
  }
  const text = result.length === 0 ? "" : `${result.join("\n")}\n`;
  const keys = (list: readonly string[]) => list.map((line) => keyOf([line]));
  return { text, found: keys(found), released: keys(released) };
}

type Entry = { readonly line: string; readonly head: readonly string[]; readonly gap: boolean };

/** The patterns of a file, each with the comments right above it and whether a blank line precedes those. */
function paragraphs(text: string): Entry[] {
  const entries: Entry[] = [];
  let head: string[] = [];
  let gap = false;
  for (const line of plainForm(text).split("\n").slice(0, -1)) {
    if (line.trim() === "") {
      head = [];
      gap = true;
    } else if (!isPattern(line)) {
      head.push(line);
    } else {
      entries.push({ line, head, gap });
      head = [];
      gap = false;
    }
  }
  return entries;
}

function patterns(entries: readonly Entry[]): string[] {
  return entries.map((entry) => entry.line);
}

function isPattern(line: string): boolean {
  return line.trim() !== "" && !line.startsWith("#");
}

function theirComments(text: string): string[] {
  return plainForm(text)
    .split("\n")
    .filter((line) => line.startsWith("#"));
}

/** Drops a comment of the base that theirs dropped too, and a blank line that a removal left doubled. */
function withoutEmptySections(
  before: readonly string[],
  kept: readonly string[],
  wanted: ReadonlySet<string>,
  known: ReadonlySet<string>,
): string[] {
  if (kept.length === before.length) return [...kept];
  const result: string[] = [];
  for (const line of kept) {
    if (line.startsWith("#") && known.has(line) && !wanted.has(line)) continue;
    if (line.trim() === "" && (result.length === 0 || result.at(-1)?.trim() === "")) continue;
    result.push(line);
  }
  while (result.at(-1)?.trim() === "") result.pop();
  return result;
}

function insert(lines: string[], entry: Entry, wanted: readonly string[]): void {
  const index = wanted.indexOf(entry.line);
  const earlier = wanted.slice(0, index).map((line) => lines.lastIndexOf(line));
  const isNegation = entry.line.startsWith("!");
  const previous = isNegation ? Math.max(-1, ...earlier) : (earlier.findLast((at) => at >= 0) ?? -1);
  const negations = wanted
    .slice(index + 1)
    .filter((line) => line.startsWith("!"))
    .map((line) => lines.indexOf(line))
    .filter((at) => at >= 0);
  const atStart = previous < 0 && wanted.slice(index + 1).some((line) => lines.includes(line));
  const after = previous >= 0 ? previous + 1 : atStart ? firstPattern(lines) : lines.length;
  const at = isNegation ? after : Math.min(after, ...negations);
  const head = entry.head.filter((line) => !lines.includes(line));
  const spaced = entry.gap && at > 0 && lines[at - 1]?.trim() !== "";
  lines.splice(at, 0, ...(spaced ? [""] : []), ...head, entry.line);
}

/** Before the first pattern and the comments that head it. */
function firstPattern(lines: readonly string[]): number {
  let at = lines.findIndex(isPattern);
  while (at > 0 && lines[at - 1]?.startsWith("#")) at--;
  return Math.max(at, 0);
}
