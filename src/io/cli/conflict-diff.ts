import { printable } from "../../core/printable.ts";
import type { Prepared } from "./prepare.ts";
import type { Style } from "./style.ts";

/** How the file that is there differs from ours, as a diff. */
export async function conflictDiff({ ours, tree }: Prepared, path: string): Promise<string> {
  const [before, after] = [ours.get(path)?.content, tree.get(path)?.content];
  if (typeof before !== "string" || typeof after !== "string")
    return `Binary files a/${path} and b/${path} differ\n`;
  const { unifiedDiff } = await import("../../core/diff.ts");
  return unifiedDiff(path, before, after);
}

/** The diff in colours, with control characters made visible; cut where it has more lines than `most`. */
export function paintDiff(diff: string, style: Style, most = Number.POSITIVE_INFINITY): string {
  const lines = diff.replace(/\n$/, "").split("\n");
  const shown = lines.slice(0, most).map((line) => `  ${paint(printable(line, "\t"), style)}\n`);
  const rest = lines.length - shown.length;
  return shown.join("") + (rest > 0 ? style.dim(`  … ${rest} more lines\n`) : "");
}

function paint(line: string, style: Style): string {
  if (line.startsWith("+")) return style.green(line);
  if (line.startsWith("-")) return style.red(line);
  return line.startsWith("@@") ? style.cyan(line) : line;
}
