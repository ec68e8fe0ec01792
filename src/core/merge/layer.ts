import { layerBlocks } from "./block-layer.ts";
import { layerJson } from "./json-layer.ts";
import { type Merged, mergeLight } from "./light.ts";

/**
 * Lays the fragments of one data file over one another, the first at the bottom. Loads no parser, and so
 * answers null for formats that need one, lists of requirements aside: those go through `mergeText`, with base null.
 */
export function layerText(path: string, texts: readonly [string, ...string[]]): Merged | null {
  if (path.endsWith(".json")) return layerJson(path, texts);
  if (/(\.toml|\.mod)$/.test(path)) {
    const text = layerBlocks(texts);
    return text === null ? null : { text, conflicts: [] };
  }
  const [first, ...others] = texts;
  return others.reduce<Merged | null>(
    (under, theirs) => {
      const over = under && mergeLight({ path, base: null, ours: under.text, theirs });
      return under && over && { text: over.text, conflicts: [...under.conflicts, ...over.conflicts] };
    },
    { text: first, conflicts: [] },
  );
}
