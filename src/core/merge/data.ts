import type { Conflict } from "../types.ts";
import { emit, type Style } from "./emit.ts";
import { inFormOf, plainForm } from "./form.ts";
import { isSet } from "./identity.ts";
import type { Merged, MergeRequest } from "./light.ts";
import { cleanByLine, mergeByLine } from "./text.ts";
import { type Clash, canonicalResult, type MaybeBase, threeWay } from "./three-way.ts";
import { canonical, type Source } from "./tree.ts";

export type DataFormat = { readonly parse: (text: string) => Source | null; readonly style: Style };

/**
 * Merges a data file by key path. The result always parses to the merged value: it is checked, and where it can't be
 * written, the person's file stays and the conflict says so. Only a file that was broken before gets markers.
 */
export function mergeData(request: MergeRequest, { parse, style }: DataFormat): Merged {
  const { path } = request;
  const texts = {
    base: plainForm(request.base ?? ""),
    ours: plainForm(request.ours),
    theirs: plainForm(request.theirs),
  };
  const [base, ours, theirs] = [parse(texts.base), parse(texts.ours), parse(texts.theirs)];
  const done = (text: string, conflicts: readonly Conflict[]) => ({
    text: inFormOf(request.ours, text),
    conflicts,
  });
  if (ours === null) return mergeByLine(request);
  const byLine = request.base === null ? null : cleanByLine(texts);
  if (theirs === null || (base === null && texts.base.trim() !== "")) {
    return byLine !== null && parse(byLine) ? done(byLine, []) : done(texts.ours, [unmerged(request)]);
  }
  const sources = { base, ours, theirs };
  const { result, clashes } = threeWay(sources);
  const wanted = canonicalResult(result);
  const isRight = (text: string | null) => {
    const parsed = text === null ? null : parse(text);
    return parsed !== null && canonical(parsed.root, isSet) === wanted;
  };
  if (byLine !== null && clashes.length === 0 && isRight(byLine)) return done(byLine, []);
  const text = emit(sources, result, style);
  if (!isRight(text)) return done(texts.ours, [unmerged(request)]);
  return done(text, [
    ...clashes.map((clash) => conflictOf(clash, path, sources)),
    ...lostComments(path, texts, text),
  ]);
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
  const reason = "The template changed a comment only, and your file differs there.";
  return lost.length === 0 ? [] : [{ path, keyPath: [], reason, ours: null, theirs: lost.join("\n") }];
}

function commentsIn(text: string): string[] {
  return text.match(/(?<=^|\s)(?:#|\/\/|\/\*).*/gm) ?? [];
}
