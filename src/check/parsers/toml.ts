import { type AST, getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import type { Data } from "./data.ts";

export function parseToml(text: string): Data | null {
  try {
    const program = parseTOML(text);
    const value: unknown = getStaticTOMLValue(program);
    const lines = linesIn(program);
    return {
      value,
      lineOf: (path) => lines.get(path.join("\0")) ?? lines.get(path.slice(0, -1).join("\0")) ?? 1,
    };
  } catch {
    return null;
  }
}

/** The line of each key, by its path. */
function linesIn(program: AST.TOMLProgram): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const [top] = program.body;
  const note = (path: readonly (string | number)[], node: AST.TOMLNode) => {
    const key = path.join("\0");
    if (!lines.has(key)) lines.set(key, node.loc.start.line);
  };
  const visit = (entry: AST.TOMLKeyValue | AST.TOMLTable, above: readonly (string | number)[]) => {
    if (entry.type === "TOMLTable") {
      note(entry.resolvedKey, entry);
      for (const pair of entry.body) visit(pair, entry.resolvedKey);
      return;
    }
    const path = [...above, ...entry.key.keys.map((key) => (key.type === "TOMLBare" ? key.name : key.value))];
    note(path, entry);
    if (entry.value.type === "TOMLInlineTable") for (const pair of entry.value.body) visit(pair, path);
  };
  for (const entry of top?.body ?? []) visit(entry, []);
  return lines;
}
