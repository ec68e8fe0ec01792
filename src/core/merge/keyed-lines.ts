import { type MergedEntries, mergeEntries, readEntries } from "./entries.ts";
import { eachSide, type Sides } from "./order.ts";

/** The syntax of one keyed line, for the files that are a list of such. */
const SYNTAX: readonly (readonly [path: RegExp, line: RegExp])[] = [
  [/(^|\/)Procfile(\.[\w-]+)?$/, /^([A-Za-z0-9_-]+):/],
  [/(^|\/)\.tool-versions$/, /^(\S+)\s+\S/],
  [/(^|\/)\.npmrc$/, /^([^=\s]+?(?:\[\])?)\s*=/],
];

export function isKeyedLines(path: string): boolean {
  return SYNTAX.some(([file]) => file.test(path));
}

/** Merges by the key of the line: a process of a Procfile, a tool, a setting. Null where a line has none or one occurs twice. */
export function mergeKeyedLines(
  path: string,
  texts: Sides<string>,
  kept?: ReadonlySet<string>,
): MergedEntries | null {
  const syntax = SYNTAX.find(([file]) => file.test(path))?.[1];
  const { base, ours, theirs } = eachSide(texts, (text) =>
    readEntries(text, ([line = ""]) => {
      const key = syntax?.exec(line)?.[1];
      return key === undefined ? null : { key, length: 1 };
    }),
  );
  return base && ours && theirs && mergeEntries({ base, ours, theirs }, kept);
}
