import type { Position } from "./scan-code.ts";

/** A scanner for formats whose lines decide: the block that a line is in, and the line so far. */
export type LineScan = { readonly line: string; readonly block: Block | null };
type Block =
  | { readonly kind: "scalar"; readonly column: number }
  | { readonly kind: "fence"; readonly mark: string };

export const START_OF_LINES: LineScan = { line: "", block: null };

export function scanLines(format: "yaml" | "markdown", from: LineScan, text: string): LineScan {
  let { line, block } = from;
  const [first = "", ...others] = text.split("\n");
  line += first;
  for (const next of others) {
    block = format === "yaml" ? blockAfter(line, block) : fenceAfter(line, block);
    line = next;
  }
  return { line, block };
}

export function positionInYaml({ line, block }: LineScan): Position {
  if (block?.kind === "scalar" && isInside(line, block.column)) return "text";
  let quote: string | null = null;
  for (let index = 0; index < line.length; index += 1) {
    const char = line[index] as string;
    const before = line.slice(0, index);
    if (quote !== null) {
      if (quote === '"' && char === "\\") index += 1;
      else if (char === quote) quote = null;
    } else if ((char === '"' || char === "'") && /(^|[\s[{,])$/.test(before)) quote = char;
    else if (char === "#" && /(^|\s)$/.test(before)) return "comment";
  }
  return quote === null ? "value" : "string";
}

export function positionInMarkdown({ line, block }: LineScan): Position {
  if (block?.kind === "fence") return "text";
  const comment = line.lastIndexOf("<!--");
  if (comment >= 0 && !line.includes("-->", comment)) return "comment";
  const ticks = line.replace(/\\./g, "").match(/`+/g) ?? [];
  return ticks.length % 2 === 0 ? "value" : "string";
}

/** A block scalar holds all lines that are indented deeper than the key it is the value of. */
function blockAfter(line: string, block: Block | null): Block | null {
  if (block?.kind === "scalar" && isInside(line, block.column)) return block;
  if (!/(^|[:\-?]\s+)(![\w!/-]+\s+)?[|>][+-]?\d?[+-]?\s*(#.*)?$/.test(line)) return null;
  return { kind: "scalar", column: /^\s*(- +)*/.exec(line)?.[0].length ?? 0 };
}

function isInside(line: string, column: number): boolean {
  const indentation = /^\s*/.exec(line)?.[0].length ?? 0;
  return line.trim() === "" || indentation > column;
}

function fenceAfter(line: string, block: Block | null): Block | null {
  const [, mark] = /^\s*(?:[-*>\d.]+\s+)*(`{3,}|~{3,})/.exec(line) ?? [];
  if (block?.kind === "fence") return mark?.startsWith(block.mark) ? null : block;
  return mark === undefined ? null : { kind: "fence", mark };
}
