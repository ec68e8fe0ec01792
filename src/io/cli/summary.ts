import { countFiles, fileReports } from "./file-report.ts";
import { fileTree } from "./file-tree.ts";
import type { Prepared } from "./prepare.ts";
import { skippedLine } from "./skipped-line.ts";
import type { Style } from "./style.ts";

/** What would be written, and where: the files by directory, their count, and what is left out. */
export function summary(prepared: Prepared, style: Style, columns: number): string {
  const { answers, target, skipped } = prepared;
  const reports = fileReports(prepared);
  const choices = [
    answers.stack,
    ...answers.services,
    answers.processes.map(({ name }) => name).join(" "),
    ...answers.platforms,
    ...(answers.ci === null ? [] : [answers.ci]),
    answers.packageManager,
  ];
  return [
    `\n  ${style.bold(target.directory)}  ${style.dim(choices.join(" · "))}\n\n`,
    fileTree(reports, style, columns),
    `\n  ${countFiles(reports)}\n`,
    ...(skipped.length === 0 ? [] : [`  ${skippedLine(prepared)}\n`]),
  ].join("");
}
