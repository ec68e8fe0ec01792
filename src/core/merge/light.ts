import type { Conflict } from "../types.ts";
import { isDotenv, mergeDotenv } from "./dotenv.ts";
import type { EntryConflict } from "./entries.ts";
import { inFormOf, plainForm } from "./form.ts";
import { isKeyedLines, mergeKeyedLines } from "./keyed-lines.ts";
import { isLineSet, mergeLines } from "./lines.ts";

export type MergeRequest = {
  readonly path: string;
  /** Null where there is no common ancestor: then both sides are additions. */
  readonly base: string | null;
  readonly ours: string;
  readonly theirs: string;
};
export type Merged = { readonly text: string; readonly conflicts: readonly Conflict[] };

/** Merges the formats that need no parser of others: lines, dotenv, Procfile. Null for all other files. */
export function mergeLight({ path, base, ours, theirs }: MergeRequest): Merged | null {
  if (isLineSet(path)) return { text: inFormOf(ours, mergeLines(base, ours, theirs)), conflicts: [] };
  const texts = { base: plainForm(base ?? ""), ours: plainForm(ours), theirs: plainForm(theirs) };
  const merged = isDotenv(path)
    ? mergeDotenv(texts)
    : isKeyedLines(path)
      ? mergeKeyedLines(path, texts)
      : null;
  if (merged === null) return null;
  return {
    text: inFormOf(ours, merged.text),
    conflicts: merged.conflicts.map((item) => conflict(path, item)),
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
