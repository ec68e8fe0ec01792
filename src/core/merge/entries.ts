import { keyOf } from "./kept.ts";
import { eachSide, mergeOrder, type Sides } from "./order.ts";

/**
 * One entry of a file that reads as entries, in whole lines: `gap` is what stands above it and is not its own
 * (blank lines and what they part), `lead` the comment lines right above it, `body` the entry itself.
 */
export type Entry = {
  readonly key: string;
  readonly gap: string;
  readonly lead: string;
  readonly body: string;
};
export type Entries = { readonly entries: readonly Entry[]; readonly tail: string };
export type EntryConflict = {
  readonly key: string;
  readonly ours: string | null;
  readonly theirs: string | null;
};

/** Splits lines into entries, or null where a line is none or a key occurs twice. */
export function readEntries(text: string, read: (lines: readonly string[]) => Read | null): Entries | null {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const entries: Entry[] = [];
  let pending: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string;
    if (line.trim() === "" || isComment(line)) {
      pending.push(line);
      at++;
      continue;
    }
    const found = read(lines.slice(at));
    if (found === null || entries.some((entry) => entry.key === found.key)) return null;
    const body = joined(lines.slice(at, at + found.length));
    entries.push({ key: found.key, ...splitPending(pending), body });
    pending = [];
    at += found.length;
  }
  return { entries, tail: joined(pending) };
}

/** The key of the entry that begins with the first line, and how many lines it takes. */
export type Read = { readonly key: string; readonly length: number };

/** What of `pending`, the lines above an entry, is a gap and what leads the entry. */
export function splitPending(pending: readonly string[]): { gap: string; lead: string } {
  const head = pending.findLastIndex((line) => line.trim() === "") + 1;
  const divided = pending.findLastIndex((line) => /^\s*#\s*-{3,}\s*$/.test(line)) + 1;
  const at = Math.max(head, divided);
  return { gap: joined(pending.slice(0, at)), lead: joined(pending.slice(at)) };
}

export type MergedEntries = {
  readonly text: string;
  readonly conflicts: EntryConflict[];
  readonly found: readonly string[];
  readonly released: readonly string[];
};

/** Merges entries by key; the person's stays where both changed one. `kept` are keys that theirs may not remove. */
export function mergeEntries(all: Sides<Entries>, kept: ReadonlySet<string> = new Set()): MergedEntries {
  const [known, mine, wanted] = [all.base, all.ours, all.theirs].map(
    ({ entries }) => new Set(entries.map(({ key }) => key)),
  ) as [Set<string>, Set<string>, Set<string>];
  const released = [...known].filter((key) => !wanted.has(key) && kept.has(keyOf([key])));
  const found = [...wanted].filter((key) => !known.has(key) && mine.has(key));
  const base = { ...all.base, entries: all.base.entries.filter(({ key }) => !released.includes(key)) };
  return { ...merge({ ...all, base }), found, released };
}

function merge(sides: Sides<Entries>): { text: string; conflicts: EntryConflict[] } {
  const maps = eachSide(sides, ({ entries }) => new Map(entries.map((entry) => [entry.key, entry])));
  const merged = mergeKeyed(eachSide(maps, (map) => mapValues(map, (entry) => entry.body)));
  const conflicts = [...merged.conflicts];
  for (const [key, entry] of maps.ours) {
    const had = maps.base.get(key);
    // A removal would take comments along that the person wrote on the entry.
    if (merged.values.has(key) || had === undefined || isWithin(entry.lead, had.lead)) continue;
    merged.values.set(key, entry.body);
    conflicts.push({ key, ours: entry.lead + entry.body, theirs: null });
  }
  const text = joinEntries(sides, merged.values);
  return { text, conflicts: [...conflicts, ...leadConflicts(maps, merged.values)] };
}

/** Writes the entries that remain, whose bodies are given, in the order of the merge. */
export function joinEntries(
  sides: Sides<Entries>,
  bodies: ReadonlyMap<string, string>,
  order?: readonly string[],
): string {
  const maps = eachSide(sides, ({ entries }) => new Map(entries.map((entry) => [entry.key, entry])));
  const keys =
    order ??
    mergeOrder(
      eachSide(maps, (map) => [...map.keys()]),
      new Set(bodies.keys()),
    ).keys;
  const known = new Set([...comments(sides.base), ...comments(sides.ours)]);
  const inBase = new Set(comments(sides.base));
  const orphans = new Map<string, string>();
  let orphan = "";
  for (const entry of sides.ours.entries) {
    if (!bodies.has(entry.key))
      orphan += joined(linesOf(entry.gap).filter((line) => isOwnComment(line, inBase)));
    else if (orphan !== "") {
      orphans.set(entry.key, orphan);
      orphan = "";
    }
  }
  const parts = keys.map((key, index) => {
    const [base, ours, theirs] = [maps.base.get(key), maps.ours.get(key), maps.theirs.get(key)];
    const shift = { isFirst: index === 0, wasFirst: ours !== undefined && sides.ours.entries[0] === ours };
    const gap = ours
      ? keptGap(base, ours, theirs, shift)
      : insertedGap(sides.theirs, theirs as Entry, known, index === 0);
    const lead = ours ? mergedLead(base, ours, theirs).lead : (theirs as Entry).lead;
    return (orphans.get(key) ?? "") + gap + lead + bodies.get(key);
  });
  const tail = pick(sides.base.tail, sides.ours.tail, sides.theirs.tail) ?? sides.ours.tail;
  return parts.join("") + orphan + (parts.length === 0 ? tail.replace(/^\n+/, "") : tail);
}

/** Three-way over a flat map of strings. */
export function mergeKeyed(sides: Sides<ReadonlyMap<string, string>>): {
  values: Map<string, string>;
  conflicts: EntryConflict[];
} {
  const values = new Map<string, string>();
  const conflicts: EntryConflict[] = [];
  for (const key of new Set([...sides.ours.keys(), ...sides.theirs.keys()])) {
    const { base, ours, theirs } = eachSide(sides, (map) => map.get(key));
    const picked = ours === theirs || theirs === base ? ours : ours === base ? theirs : CONFLICT;
    const value = picked === CONFLICT ? ours : picked;
    if (picked === CONFLICT) conflicts.push({ key, ours: ours ?? null, theirs: theirs ?? null });
    if (value !== undefined) values.set(key, value);
  }
  return { values, conflicts };
}

const CONFLICT = Symbol("conflict");

type Shift = { readonly isFirst: boolean; readonly wasFirst: boolean };

function keptGap(base: Entry | undefined, ours: Entry, theirs: Entry | undefined, shift: Shift): string {
  const gap = (base && theirs && pick(base.gap, ours.gap, theirs.gap)) ?? ours.gap;
  if (shift.isFirst) return shift.wasFirst ? gap : gap.replace(/^(\s*\n)+/, "");
  return shift.wasFirst && gap === "" && theirs
    ? joined(linesOf(theirs.gap).filter((line) => line === ""))
    : gap;
}

function insertedGap(theirs: Entries, entry: Entry, known: ReadonlySet<string>, isFirst: boolean): string {
  const index = theirs.entries.indexOf(entry);
  const lines = linesOf(entry.gap).filter((line) => !isComment(line) || !known.has(line));
  const squeezed = joined(
    lines.filter((line, at) => line !== "" || (at > 0 && lines[at - 1] !== "") || at === 0),
  );
  if (isFirst) return squeezed.replace(/^\n+/, "");
  if (index > 0 || squeezed.startsWith("\n")) return squeezed;
  const spaced = theirs.entries[1]?.gap.startsWith("\n") ?? entry.lead !== "";
  return spaced ? `\n${squeezed}` : squeezed;
}

/** Comment lines above an entry; decorators (`# @type=port`) and lists (`# Used by: web`) by their name, others as they are. */
function mergedLead(
  base: Entry | undefined,
  ours: Entry,
  theirs: Entry | undefined,
): { lead: string; conflicts: EntryConflict[] } {
  if (theirs === undefined) return { lead: ours.lead, conflicts: [] };
  const picked = pick(base?.lead ?? "", ours.lead, theirs.lead);
  if (picked !== null) return { lead: picked, conflicts: [] };
  const keyed = eachSide({ base: base?.lead ?? "", ours: ours.lead, theirs: theirs.lead }, keyedComments);
  const { values, conflicts } = mergeKeyed(keyed);
  const { keys } = mergeOrder(
    eachSide(keyed, (map) => [...map.keys()]),
    new Set(values.keys()),
  );
  return { lead: joined(keys.map((key) => values.get(key) as string)), conflicts };
}

function keyedComments(lead: string): Map<string, string> {
  const lines = linesOf(lead).map(
    (line) => [/^\s*#\s*(@[\w-]+|[A-Z][\w ]*:(?= ))/.exec(line)?.[1] ?? line, line] as const,
  );
  return new Map(
    lines.map(([key, line], at) => [
      lines.findIndex(([k]) => k === key) === at ? key : `${key}\0${at}`,
      line,
    ]),
  );
}

function leadConflicts(
  maps: Sides<ReadonlyMap<string, Entry>>,
  kept: ReadonlyMap<string, string>,
): EntryConflict[] {
  return [...maps.ours.values()]
    .filter((ours) => kept.has(ours.key))
    .flatMap((ours) =>
      mergedLead(maps.base.get(ours.key), ours, maps.theirs.get(ours.key)).conflicts.map((conflict) => ({
        ...conflict,
        key: ours.key,
      })),
    );
}

function pick(base: string, ours: string, theirs: string): string | null {
  return ours === theirs || theirs === base ? ours : ours === base ? theirs : null;
}

function isOwnComment(line: string, inBase: ReadonlySet<string>): boolean {
  return isComment(line) && !inBase.has(line);
}

function isWithin(lines: string, others: string): boolean {
  const known = new Set(linesOf(others));
  return linesOf(lines).every((line) => known.has(line));
}

function comments({ entries, tail }: Entries): string[] {
  return linesOf(entries.map(({ gap, lead }) => gap + lead).join("") + tail).filter(isComment);
}

function isComment(line: string): boolean {
  return /^\s*[#;]/.test(line);
}

function linesOf(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function mapValues<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Map<string, U> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
