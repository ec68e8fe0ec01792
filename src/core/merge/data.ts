import type { Conflict } from "../types.ts";
import { emit, type Style } from "./emit.ts";
import { inFormOf, plainForm } from "./form.ts";
import { isSet } from "./identity.ts";
import type { Merged, MergeRequest } from "./light.ts";
import { cleanByLine, mergeByLine } from "./text.ts";
import { type Clash, canonicalResult, type MaybeBase, threeWay } from "./three-way.ts";
import { canonical, commentsIn, type Source } from "./tree.ts";

export type DataFormat = {
  /** Null where the text is broken, has a key twice, or uses syntax that is not read. */
  readonly parse: (text: string) => Source | null;
  /** What is wrong with a text; `DUPLICATE` for a key that is there twice. */
  readonly faults: (text: string) => readonly string[];
  readonly style: Style;
};

export const DUPLICATE = "duplicate";

/**
 * Merges a data file by key path. The result always parses to the merged value: it is checked, and where it can't be
 * written, the person's file stays and the conflict says so. Only a file that was broken before gets markers.
 */
export function mergeData(request: MergeRequest, format: DataFormat): Merged {
  const { parse, style } = format;
  const texts = {
    base: plainForm(request.base ?? ""),
    ours: plainForm(request.ours),
    theirs: plainForm(request.theirs),
  };
  const base = request.base === null ? null : parse(texts.base);
  const [ours, theirs] = [parse(texts.ours), parse(texts.theirs)];
  if (!ours || !theirs || (!base && texts.base.trim() !== "")) return mergeUnread(request, format.faults);
  const done = (text: string, conflicts: readonly Conflict[]) => ({
    text: inFormOf(request.ours, text),
    conflicts,
    ...keys,
  });
  const byLine = request.base === null ? null : cleanByLine(texts);
  const sources = { base, ours, theirs };
  const { result, clashes, ...keys } = threeWay(sources, request.kept);
  const wanted = canonicalResult(result);
  const isRight = (text: string | null) => {
    const parsed = text === null ? null : parse(text);
    return parsed !== null && canonical(parsed.root, isSet) === wanted;
  };
  if (byLine !== null && clashes.length === 0 && isRight(byLine)) return done(byLine, []);
  const text = emit(sources, result, style).find(isRight);
  if (text === undefined) return { text: request.ours, conflicts: [unmerged(request)] };
  return done(text, [
    ...clashes.map((clash) => conflictOf(clash, request.path, sources)),
    ...lostComments(request.path, texts, text),
  ]);
}

/**
 * Merges by line what can't be read as a tree, if that is clean and adds no fault. Else the person's file stays; only
 * one that is broken as it is gets markers.
 */
export function mergeUnread(request: MergeRequest, faults: DataFormat["faults"]): Merged {
  const merged = mergeByLine(request);
  const before = faults(plainForm(request.ours));
  if (before.some((fault) => fault !== DUPLICATE)) return merged;
  const isFine = faults(plainForm(merged.text)).length <= before.length;
  return merged.conflicts.length === 0 && isFine
    ? merged
    : { text: request.ours, conflicts: [unmerged(request)] };
}

function unmerged({ path, ours, theirs }: MergeRequest): Conflict {
  const reason = "This file can't be merged key by key, so it stays as it is.";
  return { path, keyPath: [], reason, ours, theirs };
}

function conflictOf(
  { keyPath, reason, ours, theirs }: Clash,
  path: string,
  sources: MaybeBase<Source>,
): Conflict {
  return {
    path,
    keyPath,
    reason,
    ours: ours && sources.ours.text.slice(ours.start, ours.end),
    theirs: theirs && sources.theirs.text.slice(theirs.start, theirs.end),
  };
}

/** Comments that the template wrote since base and that have no place in the result. */
function lostComments(
  path: string,
  texts: { base: string; ours: string; theirs: string },
  text: string,
): Conflict[] {
  if (texts.base === "") return [];
  const known = new Set([...commentsIn(texts.base), ...commentsIn(text)]);
  const lost = commentsIn(texts.theirs).filter((comment) => !known.has(comment));
  const reason = "The template changed a comment where your file differs.";
  return lost.length === 0 ? [] : [{ path, keyPath: [], reason, ours: null, theirs: lost.join("\n") }];
}
