import type { Data } from "./data.ts";

/** JSON; with comments and trailing commas too once `parseLoose` is given. */
export function parseJson(text: string, parseLoose?: (text: string) => unknown): Data | null {
  const value = jsonValue(text, parseLoose);
  return value === undefined ? null : { value, lineOf: (path) => lineOf(text, path) };
}

function jsonValue(text: string, parseLoose?: (text: string) => unknown): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return parseLoose?.(text);
  }
}

/** By looking for each key in turn, which finds the right one in all but contrived files. */
function lineOf(text: string, path: readonly (string | number)[]): number {
  let from = 0;
  for (const key of path) {
    if (typeof key === "number") continue;
    const found = text.indexOf(JSON.stringify(key), from);
    if (found < 0) break;
    from = found;
  }
  return text.slice(0, from).split("\n").length;
}
