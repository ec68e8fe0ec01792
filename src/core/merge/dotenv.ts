import { type MergedEntries, mergeEntries, type Read, readEntries } from "./entries.ts";
import { eachSide, type Sides } from "./order.ts";

export function isDotenv(path: string): boolean {
  return /(^|\/)\.env(\.[\w.-]+)?$/.test(path);
}

/**
 * Merges by variable; the comments and decorators right above one belong to it. Null where a side has lines that
 * are no assignment, or a variable twice.
 */
export function mergeDotenv(texts: Sides<string>, kept?: ReadonlySet<string>): MergedEntries | null {
  const { base, ours, theirs } = eachSide(texts, (text) => readEntries(text, readAssignment));
  return base && ours && theirs && mergeEntries({ base, ours, theirs }, kept);
}

function readAssignment(lines: readonly string[]): Read | null {
  const [, key, value = ""] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/.exec(lines[0] ?? "") ?? [];
  if (key === undefined) return null;
  const quote = /^["'`]/.exec(value)?.[0];
  if (quote === undefined || closes(value.slice(1), quote)) return { key, length: 1 };
  const end = lines.findIndex((line, index) => index > 0 && closes(line, quote));
  return { key, length: Math.max(end, 0) + 1 };
}

function closes(text: string, quote: string): boolean {
  const ends = quote === '"' ? /^(?:[^"\\]|\\.)*"/s : quote === "'" ? /'/ : /`/;
  return ends.test(text);
}
