import { Failure } from "../../../core/failure.ts";
import { lockfiles } from "../../../core/lockfile/lockfile.ts";
import { printable } from "../../../core/printable.ts";
import type { Answers, Change, Conflict } from "../../../core/types.ts";
import { commitChanges } from "../../commit/commit-changes.ts";
import { amendUndo } from "../../commit/undo-record.ts";
import { type Installed, install } from "../../install.ts";
import { Cancelled } from "../../prompt/cancelled.ts";
import type { Invocation } from "../argv.ts";
import { type Interruption, yieldToSignals } from "../interruption.ts";
import { print, printData, resultStyle } from "../output.ts";
import { styleFor } from "../style.ts";
import {
  changeEntries,
  changePreview,
  conflictLines,
  countChanges,
  fileList,
  noteLine,
} from "./change-report.ts";

/** A change that is worked out, and how to speak of it. */
export type Proposal = {
  /** As it was asked for: `add redis`. */
  readonly title: string;
  readonly root: string;
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
  readonly notes: readonly string[];
  readonly install: readonly string[] | null;
  readonly answers: Answers | null;
  readonly kept: readonly string[];
  /** Whether `undo` is to take it back. */
  readonly undoable: boolean;
  /** What else `--json` tells. */
  readonly details?: { readonly [key: string]: unknown };
};

/** Shows it, asks, writes it, installs; gives the exit code: 1 where conflicts remain or an install failed. */
export async function finishChange(
  proposal: Proposal,
  { switches }: Invocation,
  interruption: Interruption,
): Promise<number> {
  const { changes, conflicts } = proposal;
  const isDry = switches["dry-run"] === true;
  const mayWrite = changes.length > 0 && !isDry;
  if (mayWrite && switches.yes !== true) await confirm(proposal);
  const installed = mayWrite ? await write(proposal, switches, interruption) : null;
  if (!switches.json) describe(proposal, mayWrite);
  report(proposal, installed);
  if (switches.json) printJson(proposal, { written: mayWrite, installed, isDry });
  if (isDry) return 0;
  return conflicts.length > 0 || installed?.ok === false ? 1 : 0;
}

/** Asks on a terminal, below the preview; without one only `--yes` says so. */
async function confirm({ title, changes, conflicts, notes }: Proposal): Promise<void> {
  const { stdin, stderr } = process;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new Failure({
      code: "usage/confirm",
      message: `${title} would change ${countChanges(changes)}, and there is no terminal to confirm it on.`,
      fix: "Look at it with --dry-run, then write it with --yes.",
    });
  }
  const [{ ask }, { openScreen }] = await Promise.all([
    import("../../prompt/ask.ts"),
    import("../../prompt/screen.ts"),
  ]);
  const style = styleFor(stderr);
  const screen = openScreen(stderr);
  screen.print(`\n  ${style.bold(title)}  ${style.dim(countChanges(changes))}\n\n`);
  screen.print(`${changePreview(changes, style)}\n`);
  screen.print(conflictLines(conflicts, style) + notes.map((note) => noteLine(note, style)).join(""));
  const message = `Write ${changes.length} ${changes.length === 1 ? "file" : "files"}?`;
  const asked = { kind: "confirm", message, choices: [], initial: true, validate: (): true => true } as const;
  if ((await ask(asked, screen)) !== true) throw new Cancelled();
}

async function write(
  { root, changes, title, undoable, install: command }: Proposal,
  switches: Invocation["switches"],
  interruption: Interruption,
): Promise<Installed | null> {
  await yieldToSignals();
  commitChanges({ root, changes, undo: undoable ? title : undefined });
  interruption.state = "All files are written; what comes after was left out.";
  await yieldToSignals();
  if (command === null || switches.install === false) return null;
  const installed = await install(root, command);
  if (undoable) {
    amendUndo(
      root,
      Object.entries(lockfiles).flatMap(([name, { manifest }]) => [name, manifest]),
    );
  }
  return installed;
}

function describe({ title, changes }: Proposal, written: boolean): void {
  const style = resultStyle();
  if (changes.length === 0) print(`${title}: there is nothing to do.\n`);
  else if (written)
    print(`${style.green("✔")} ${style.bold(title)}: ${countChanges(changes)}\n${fileList(changes, style)}`);
  else print(`  ${style.bold(title)}  ${countChanges(changes)}\n\n${changePreview(changes, style)}`);
}

function report({ conflicts, notes, install: command }: Proposal, installed: Installed | null): void {
  if (conflicts.length === 0 && notes.length === 0 && installed?.ok !== false) return;
  const { stderr } = process;
  const style = styleFor(stderr);
  stderr.write(notes.map((note) => noteLine(note, style)).join("") + conflictLines(conflicts, style));
  if (installed === null || installed.ok) return;
  stderr.write(
    `${printable(installed.output, "\n\t")}\n` +
      `${style.red("✖")} The install failed: ${installed.reason}.\n` +
      `  Run it again: ${command?.join(" ")}\n  ${style.dim("All files are written.")}\n`,
  );
}

type Done = { readonly written: boolean; readonly installed: Installed | null; readonly isDry: boolean };

function printJson(proposal: Proposal, { written, installed }: Done): void {
  const { title, root, changes, conflicts, notes, answers, kept, install: command } = proposal;
  const result = {
    verb: title.split(" ")[0],
    title,
    directory: root,
    answers,
    changes: changeEntries(changes),
    conflicts,
    kept,
    notes,
    written,
    ...proposal.details,
    install: command === null ? null : { command, done: installed?.ok ?? false },
  };
  printData(result, 2);
}
