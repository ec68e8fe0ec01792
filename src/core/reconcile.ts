import { plainForm } from "./merge/form.ts";
import { type Merged, mergeLight } from "./merge/light.ts";
import { isLineSet } from "./merge/lines.ts";
import type { Change, Conflict, FileContent, Reconciliation, Tree } from "./types.ts";

export type ReconcileOptions = {
  /** What the templates rendered last; empty for create and adopt. */
  readonly base: Tree;
  /** What the person has, of the paths that base and theirs name and of those that `sharesRole` finds. */
  readonly ours: Tree;
  /** What the templates render now. */
  readonly theirs: Tree;
  /** The answer for a file that both have and neither recorded; without one it is a conflict. */
  readonly policy?: (path: string) => Resolution | undefined;
  /** What the person had before the templates did, as the receipt has it: `<path>#<key>`. It stays when theirs drops it. */
  readonly kept?: readonly string[];
};
export type Resolution = "ours" | "theirs" | "merge";

type Verdict = {
  readonly change?: Change;
  readonly conflicts?: readonly Conflict[];
  readonly kept?: boolean;
  readonly found?: readonly string[];
  readonly released?: readonly string[];
};

/** With what changes in `kept`: keys that theirs adds and ours has already, and those that theirs has no more. */
export type KeyedReconciliation = Reconciliation & {
  readonly found: readonly string[];
  readonly released: readonly string[];
};

/** The changes that bring ours to theirs without undoing what the person did since base. Changes nothing itself. */
export async function reconcile(options: ReconcileOptions): Promise<KeyedReconciliation> {
  const { base, ours, theirs, policy } = options;
  if (base.size === 0 && ours.size === 0) return allNew(theirs);
  const changes: Change[] = [];
  const conflicts: Conflict[] = [];
  const identical: string[] = [];
  const kept: string[] = [];
  const found: string[] = [];
  const released: string[] = [];
  const keysOf = keptKeys(options.kept ?? []);
  for (const path of [...new Set([...base.keys(), ...theirs.keys()])].sort()) {
    const sides = { base: base.get(path), ours: ours.get(path), theirs: theirs.get(path) };
    const verdict = await decide(path, sides, { others: ours, policy, keys: keysOf.get(path) ?? noKeys });
    if (verdict.change) changes.push(verdict.change);
    found.push(...(verdict.found ?? []).map((key) => `${path}#${key}`));
    released.push(...(verdict.released ?? []).map((key) => `${path}#${key}`));
    if (verdict.kept) kept.push(path);
    conflicts.push(...(verdict.conflicts ?? []));
    if (!verdict.change && !verdict.kept && !verdict.conflicts?.length && sides.theirs && sides.ours)
      identical.push(path);
  }
  return { changes, conflicts, identical, kept, found, released };
}

const noKeys: ReadonlySet<string> = new Set();

function allNew(theirs: Tree): KeyedReconciliation {
  const changes = [...theirs].map(([path, after]): Change => ({ kind: "add", path, after }));
  changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { changes, conflicts: [], identical: [], kept: [], found: [], released: [] };
}

function keptKeys(kept: readonly string[]): ReadonlyMap<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const entry of kept) {
    const [path = "", key = ""] = splitKept(entry);
    if (key === "") continue;
    const known = keys.get(path) ?? new Set();
    keys.set(path, known.add(key));
  }
  return keys;
}

/** The path and the key of an entry of `kept`; no key where it is the whole file. */
export function splitKept(entry: string): readonly [path: string, key: string] {
  const at = entry.indexOf("#");
  return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
}

type FileSides = { readonly [side in "base" | "ours" | "theirs"]: FileContent | undefined };
type Surroundings = {
  readonly others: Tree;
  readonly policy: ReconcileOptions["policy"] | undefined;
  readonly keys: ReadonlySet<string>;
};

async function decide(
  path: string,
  sides: FileSides,
  { others, policy, keys }: Surroundings,
): Promise<Verdict> {
  const { base, ours, theirs } = sides;
  if (theirs === undefined) return removed(path, sides, keys);
  if (ours === undefined) {
    if (base !== undefined) return { kept: true };
    if (hasSameRole(path, others)) return { kept: true };
    return { change: { kind: "add", path, after: theirs } };
  }
  const executable = mergedMode(sides as Present);
  const asItIs = () => modified(path, ours, { content: ours.content, executable });
  if (base === undefined)
    return alike(ours.content, theirs.content) ? asItIs() : existing(path, ours, theirs, policy?.(path));
  if (same(base.content, theirs.content)) return asItIs();
  if (keys.size === 0 && same(base.content, ours.content))
    return modified(path, ours, { content: theirs.content, executable });
  return merged(path, { base, ours, theirs }, { executable, keys });
}

type Present = {
  readonly base: FileContent | undefined;
  readonly ours: FileContent;
  readonly theirs: FileContent;
};

function removed(path: string, { base, ours }: FileSides, keys: ReadonlySet<string>): Verdict {
  const released = [...keys];
  if (base === undefined || ours === undefined) return { released };
  if (keys.size === 0 && alike(base.content, ours.content))
    return { change: { kind: "delete", path, before: ours } };
  const reason = "The template no longer has this file, and you have changed it.";
  return { conflicts: [wholeFile(path, reason, ours, null)], released };
}

/** Both have the file and nothing says how it came about. */
async function existing(
  path: string,
  ours: FileContent,
  theirs: FileContent,
  resolution: Resolution | undefined,
): Promise<Verdict> {
  if (resolution === "ours" || (roleOf(path) !== null && resolution !== "merge")) return { kept: true };
  const executable = ours.executable || theirs.executable;
  if (isLineSet(path) || resolution === "merge")
    return merged(path, { base: undefined, ours, theirs }, { executable, keys: noKeys });
  if (resolution === "theirs") return modified(path, ours, { content: theirs.content, executable });
  return { conflicts: [wholeFile(path, "This file is there already, with other contents.", ours, theirs)] };
}

type Wanted = { readonly executable: boolean; readonly keys: ReadonlySet<string> };

async function merged(
  path: string,
  { base, ours, theirs }: Present,
  { executable, keys }: Wanted,
): Promise<Verdict> {
  const texts = [base?.content ?? null, ours.content, theirs.content].map(decoded);
  const [baseText, oursText, theirsText] = texts;
  if (typeof oursText !== "string" || typeof theirsText !== "string" || baseText === undefined) {
    if (same(ours.content, theirs.content))
      return modified(path, ours, { content: ours.content, executable });
    return {
      conflicts: [wholeFile(path, "You and the template both changed this binary file.", ours, theirs)],
    };
  }
  const request = { path, base: baseText, ours: oursText, theirs: theirsText, kept: keys };
  const result = mergeLight(request) ?? (await mergeHeavy(request));
  const { conflicts, found = [], released = [] } = result;
  return { ...modified(path, ours, { content: result.text, executable }), conflicts, found, released };
}

/** The parsers are loaded only where a file needs them, so that a create does not. */
async function mergeHeavy(request: Parameters<typeof mergeLight>[0]): Promise<Merged> {
  const { mergeText } = await import("./merge/merge.ts");
  return mergeText(request);
}

function modified(path: string, before: FileContent, after: FileContent): Verdict {
  if (before.executable === after.executable && same(before.content, after.content)) return {};
  return { change: { kind: "modify", path, before, after } };
}

/** A bit that the template changes is changed; what the person did to it stays otherwise. */
function mergedMode({ base, ours, theirs }: Present): boolean {
  if (base === undefined) return ours.executable || theirs.executable;
  return base.executable === theirs.executable ? ours.executable : theirs.executable;
}

/** Whether `path` does what a file of another name does, of which a repo has one: README.rst, COPYING. */
export function sharesRole(path: string, other: string): boolean {
  return roleOf(path) !== null && roleOf(path) === roleOf(other);
}

function hasSameRole(path: string, others: Tree): boolean {
  return [...others.keys()].some((other) => sharesRole(path, other));
}

function roleOf(path: string): string | null {
  const slash = path.lastIndexOf("/") + 1;
  const [, name] = /^(readme|licen[cs]e|copying|unlicense)([._-].*)?$/i.exec(path.slice(slash)) ?? [];
  if (name === undefined) return null;
  return path.slice(0, slash) + (/^readme$/i.test(name) ? "readme" : "license");
}

function wholeFile(
  path: string,
  reason: string,
  ours: FileContent | null,
  theirs: FileContent | null,
): Conflict {
  const text = (file: FileContent | null) => (file === null ? null : (decoded(file.content) ?? null));
  return { path, keyPath: [], reason, ours: text(ours), theirs: text(theirs) };
}

/** Text, null for no file, undefined for what is not text. */
function decoded(content: string | Uint8Array | null): string | null | undefined {
  if (content === null) return null;
  if (typeof content === "string") return content.includes("\0") ? undefined : content;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The same, apart from line ends, BOM and final newline of a text: those are the person's. */
function alike(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const [left, right] = [decoded(a), decoded(b)];
  return typeof left === "string" && typeof right === "string"
    ? plainForm(left) === plainForm(right)
    : same(a, b);
}

function same(a: string | Uint8Array, b: string | Uint8Array): boolean {
  if (typeof a === "string" && typeof b === "string") return a === b;
  const [left, right] = [bytes(a), bytes(b)];
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function bytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
