import { type Merged, type MergeRequest, mergeLight } from "./light.ts";
import { mergeByLine } from "./text.ts";

/** Merges theirs into ours, whose form stays: comments, order, quotes, indentation, line ends. */
export function mergeText(request: MergeRequest): Merged {
  const { base, ours, theirs } = request;
  if (ours === theirs || theirs === base) return { text: ours, conflicts: [] };
  if (ours === base) return { text: theirs, conflicts: [] };
  return mergeLight(request) ?? mergeByLine(request);
}
