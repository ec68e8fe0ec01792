import { printable } from "../../core/printable.ts";
import { countFiles, fileReports } from "./file-report.ts";
import { print, resultStyle } from "./output.ts";
import type { Prepared } from "./prepare.ts";
import { skippedLine } from "./skipped-line.ts";
import { styleFor } from "./style.ts";
import { installCommand, type Outcome } from "./write.ts";

/** The last screen: what was done, what to do next, and how to have it again. */
export function reportClosing(prepared: Prepared, { git }: Outcome, replay: string): void {
  const { target } = prepared;
  const style = resultStyle();
  const next = [
    ...(target.root === process.cwd() ? [] : [`cd ${shellWord(target.directory)}`]),
    "bin/setup",
    "bin/dev",
  ];
  const lines = (texts: readonly string[]) => texts.map((text) => `    ${style.cyan(text)}\n`).join("");
  print(
    `${style.green("✔")} ${style.bold(target.directory)} is written: ${countFiles(fileReports(prepared))}${git?.kind === "committed" ? ", committed" : ""}.\n\n` +
      `  Next\n${lines(next)}\n  The same again\n${lines([replay])}`,
  );
}

/** What was left out or went wrong after the write, a line each, and the output of a failed install. */
export function reportNotes(prepared: Prepared, outcome: Outcome): void {
  const { target, skipped } = prepared;
  // Only where there is something to say: `process.stderr` loads the streams.
  const note = (text: string) => process.stderr.write(`${styleFor(process.stderr).yellow("!")} ${text}\n`);
  if (skipped.length > 0) note(skippedLine(prepared));
  for (const { path, keyPath, reason } of prepared.reconciliation.conflicts) {
    if (keyPath.length > 0) note(printable(`${path}: yours is kept at ${keyPath.join(".")}. ${reason}`));
  }
  const { git, install } = outcome;
  if (git?.kind === "staged")
    note(`Staged, not committed: ${git.reason}. Then: git commit -m "Create ${prepared.answers.name}"`);
  if (git?.kind === "none") note(`No git repository was made: ${git.reason}.`);
  if (install === null || install.ok) return;
  const style = styleFor(process.stderr);
  const command = installCommand(prepared)?.join(" ");
  process.stderr.write(`${printable(install.output, "\n\t")}\n`);
  process.stderr.write(
    `${style.red("✖")} The install failed: ${install.reason}.\n` +
      `  Run it again in ${target.directory}: ${command}\n` +
      `  ${style.dim("The repo is written and complete; only its dependencies are missing.")}\n`,
  );
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
