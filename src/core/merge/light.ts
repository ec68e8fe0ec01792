import type { Conflict } from "../types.ts";
import { isDotenv, mergeDotenv } from "./dotenv.ts";
import type { EntryConflict } from "./entries.ts";
import { inFormOf, plainForm } from "./form.ts";
import { keyOf } from "./kept.ts";
import { isKeyedLines, mergeKeyedLines } from "./keyed-lines.ts";
import { isLineSet, mergeLines } from "./lines.ts";

export type MergeRequest = {
  readonly path: string;
  /** Null where there is no common ancestor: then both sides are additions. */
  readonly base: string | null;
  readonly ours: string;
  readonly theirs: string;
  /** Keys that were there before the template had them, in the form of `keyOf`: they stay when it drops them. */
  readonly kept?: ReadonlySet<string>;
};
export type Merged = {
  readonly text: string;
  readonly conflicts: readonly Conflict[];
  /** Keys that theirs adds to base and that ours has already. */
  readonly found?: readonly string[];
  /** Kept keys that theirs has no more: from now on they are the person's alone. */
  readonly released?: readonly string[];
};

/** Merges the formats that need no parser of others: lines, dotenv, Procfile. Null for all other files. */
export function mergeLight({ path, base, ours, theirs, kept }: MergeRequest): Merged | null {
  if (isLineSet(path)) {
    const { text, ...keys } = mergeLines(base, ours, theirs, kept);
    return { text: inFormOf(ours, text), conflicts: [], ...keys };
  }
  const texts = { base: plainForm(base ?? ""), ours: plainForm(ours), theirs: plainForm(theirs) };
  const merged = isDotenv(path)
    ? mergeDotenv(texts, kept)
    : isKeyedLines(path)
      ? mergeKeyedLines(path, texts, kept)
      : null;
  if (merged === null) return null;
  return {
    text: inFormOf(ours, merged.text),
    conflicts: merged.conflicts.map((item) => conflict(path, item)),
    found: base === null ? [] : merged.found.map((key) => keyOf([key])),
    released: merged.released.map((key) => keyOf([key])),
  };
}

/** Values of a `.env` are secrets, and are not shown; those of `.env.schema` and `.env.example` are not. */
function conflict(path: string, { key, ours, theirs }: EntryConflict): Conflict {
  const secret = isDotenv(path) && !/\.(schema|example|sample|template)$/.test(path);
  const shown = (text: string | null) => (secret ? null : (text?.replace(/\n$/, "") ?? null));
  const reason =
    theirs === null ? "You changed what the template removed." : "You and the template both changed this.";
  return {
    path,
    keyPath: [key],
    reason: ours === null ? "You removed what the template changed." : reason,
    ours: shown(ours),
    theirs: shown(theirs),
  };
}
