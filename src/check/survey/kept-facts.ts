import type { Data } from "../parsers/data.ts";

/** What an earlier check read from a file, for as long as the file's text is the same. Plain data, maps and sets. */
export type KeptFacts = {
  readonly find: (path: string, text: string) => unknown;
  readonly keep: (path: string, text: string, facts: unknown) => void;
};

type KeptDocument = { readonly value: unknown; readonly lines: ReadonlyMap<string, number> };

/** A file with more paths than this is parsed anew. */
const mostPaths = 5_000;

/** Documents with the line of each of their paths; null for those that are too large. */
export function documentsToKeep(documents: readonly Data[]): readonly KeptDocument[] | null {
  let count = 0;
  const kept = documents.map(({ value, lineOf }) => {
    const lines = new Map<string, number>();
    const visit = (found: unknown, path: readonly string[]): void => {
      count += 1;
      if (count > mostPaths) return;
      lines.set(path.join("\0"), lineOf(path));
      if (typeof found !== "object" || found === null) return;
      for (const [key, inner] of Object.entries(found)) visit(inner, [...path, key]);
    };
    visit(value, []);
    return { value, lines };
  });
  return count > mostPaths ? null : kept;
}

export function keptDocuments(facts: unknown): readonly Data[] {
  return (facts as readonly KeptDocument[]).map(({ value, lines }) => ({
    value,
    lineOf: (path) => {
      for (let length = path.length; length >= 0; length--) {
        const line = lines.get(path.slice(0, length).join("\0"));
        if (line !== undefined) return line;
      }
      return 1;
    },
  }));
}
