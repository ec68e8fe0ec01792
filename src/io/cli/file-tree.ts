import type { FileAction, FileReport } from "./file-report.ts";
import type { Style } from "./style.ts";

/** The files, a line or a few for each directory, with a mark on each that isn't simply new. */
export function fileTree(reports: readonly FileReport[], style: Style, columns: number): string {
  const directories = new Map<string, FileReport[]>();
  for (const report of reports) {
    const directory = report.path.slice(0, report.path.lastIndexOf("/") + 1);
    const files = directories.get(directory);
    if (files === undefined) directories.set(directory, [report]);
    else files.push(report);
  }
  const indent = Math.min(30, Math.max(...[...directories.keys()].map((name) => name.length)) + 2);
  const width = Math.max(40, Math.min(columns, 100)) - indent - 3;
  return [...directories]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, files]) => directoryLines(name, files, { style, indent, width }))
    .join("");
}

type Layout = { readonly style: Style; readonly indent: number; readonly width: number };

function directoryLines(
  name: string,
  files: readonly FileReport[],
  { style, indent, width }: Layout,
): string {
  const lines: string[][] = [[]];
  let used = 0;
  for (const file of files) {
    const base = file.path.slice(name.length);
    const mark = marks[file.action];
    const length = mark.length + base.length + 2;
    if (used > 0 && used + length > width) {
      lines.push([]);
      used = 0;
    }
    used += length;
    lines.at(-1)?.push(paint(file, `${mark}${base}`, style));
  }
  const heads = lines.map((_, index) => (index === 0 ? name || "./" : "").padEnd(indent));
  const tooLong = name.length >= indent ? `${" ".repeat(2)}${style.cyan(name)}\n` : "";
  return (
    tooLong +
    lines
      .map(
        (words, index) =>
          `  ${style.cyan(tooLong ? " ".repeat(indent) : (heads[index] ?? ""))}${words.join("  ")}\n`,
      )
      .join("")
  );
}

const marks: { readonly [action in FileAction]: string } = {
  add: "",
  merge: "~",
  overwrite: "!",
  identical: "=",
  keep: "=",
  conflict: "?",
  skip: "-",
};

function paint({ action, executable }: FileReport, text: string, style: Style): string {
  if (action === "identical" || action === "keep" || action === "skip") return style.dim(text);
  if (action === "conflict" || action === "overwrite") return style.red(text);
  if (action === "merge") return style.yellow(text);
  return executable ? style.green(text) : text;
}
