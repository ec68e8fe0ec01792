/**
 * What a placeholder is about, as JSON: text, a number, a path, or pieces that make one text.
 * A path begins with a name of the context, or with the slot of a loop that it reads from.
 */
export type Expression = string | number | Path | Call;
export type Path = readonly [root: string | number, ...keys: readonly string[]];
export type Call = { readonly join: readonly Expression[] } | { readonly url: readonly Expression[] };

/** Each loop, by its depth, has five slots: item, key, index, first and last. */
export const SLOTS = { item: 0, key: 1, index: 2, first: 3, last: 4 } as const;
export const SLOT_COUNT = 5;

export function isPath(expression: Expression): expression is Path {
  return Array.isArray(expression);
}
