import { missingAnswers, type PartialAnswers, type Question } from "../../core/answers.ts";
import { Failure } from "../../core/failure.ts";
import type { Catalogue } from "../../core/types.ts";
import { readBuiltCatalogue } from "../catalogue.ts";
import type { Invocation } from "./argv.ts";
import { checkedAnswers, checkedTarget } from "./checked.ts";
import { reportClosing, reportNotes } from "./closing.ts";
import { configurationFile } from "./configuration-file.ts";
import { fileReports } from "./file-report.ts";
import { givenAnswers } from "./given-answers.ts";
import { endOnSignals } from "./interruption.ts";
import { print, printData, resultColumns, resultStyle } from "./output.ts";
import { openConflicts, type Prepared, prepare } from "./prepare.ts";
import { replayLine } from "./replay.ts";
import { styleFor } from "./style.ts";
import { nameOf, verifyDirectory } from "./target.ts";
import { write } from "./write.ts";

/** Answers, asked for where they may be, become a repo, or the account of what it would be. */
export async function create(invocation: Invocation): Promise<number> {
  const interruption = endOnSignals();
  const { switches, positionals } = invocation;
  const packs = await packsFor(invocation);
  const catalogue = await catalogueFor(packs);
  if (catalogue.packs !== undefined) await verifyPacks(catalogue, invocation);
  const given = withMore(await givenAnswers(invocation), catalogue, invocation);
  const asked: Asked = {
    catalogue,
    given,
    directory: positionals[0],
    force: switches.force === true,
    dryRun: switches["dry-run"] === true,
  };
  const prepared = mayAsk(switches) ? await ask(asked) : await take(asked, switches.yes === true);
  const conflicts = openConflicts(prepared);
  const outcome =
    conflicts.length === 0 && !asked.dryRun ? await write(prepared, switches, interruption) : null;
  const replay = replayLine({
    catalogue,
    answers: prepared.answers,
    directory: prepared.target.directory,
    switches: [
      ...["install", "git"].filter((name) => switches[name] === false).map((name) => `--no-${name}`),
      ...(packs ?? []).map((source) => `--pack=${source}`),
    ],
  });
  if (outcome !== null) reportNotes(prepared, outcome);
  if (switches.json) await printJson(prepared, outcome !== null, replay);
  else if (outcome !== null) reportClosing(prepared, outcome, replay);
  else if (asked.dryRun) await printSummary(prepared);
  if (conflicts.length > 0) await reportConflicts(prepared, conflicts);
  return conflicts.length > 0 || outcome?.install?.ok === false ? 1 : 0;
}

/** The packs that are given, or else those of the configuration that counts. */
export async function packsFor({ lists, switches }: Invocation): Promise<readonly string[] | undefined> {
  if (lists.pack !== undefined || switches.config === false) return lists.pack;
  const file = configurationFile(process.cwd());
  if (file === null) return undefined;
  const { configuredNote, packsIn } = await import("../pack/configuration.ts");
  const packs = packsIn(file);
  if (packs.length === 0) return undefined;
  process.stderr.write(configuredNote(file, packs));
  return packs;
}

/** The built-in templates, with those of the packs over them where there are any. */
export async function catalogueFor(packs: readonly string[] | undefined): Promise<Catalogue> {
  const built = readBuiltCatalogue();
  return packs === undefined ? built : (await import("../pack/catalogues.ts")).withPacks(built, packs);
}

/** With what the flags of the packs say. */
function withMore(
  given: PartialAnswers,
  { extension }: Catalogue,
  { texts, switches }: Invocation,
): PartialAnswers {
  if (extension === undefined) return given;
  return { ...given, more: { ...given.more, ...extension.fromFlags(texts, switches) } };
}

/** Where something is to be written: whether the packs may write what they would. */
export async function verifyPacks(catalogue: Catalogue, { switches, lists }: Invocation): Promise<void> {
  if (switches["dry-run"] === true) return;
  const { verifyConsent } = await import("../pack/catalogues.ts");
  await verifyConsent(catalogue, { given: lists.consent ?? [], mayAsk: mayAsk(switches) });
}

export type Asked = {
  readonly catalogue: Catalogue;
  readonly given: PartialAnswers;
  readonly directory: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
};

function mayAsk(switches: Invocation["switches"]): boolean {
  return switches.yes !== true && process.stdin.isTTY === true && process.stderr.isTTY === true;
}

async function ask(asked: Asked): Promise<Prepared> {
  const { askForCreate } = await import("../prompt/ask-for-create.ts");
  return askForCreate(asked);
}

/** Without questions: what was not answered is a default where `--yes` says so, and else an error. */
async function take({ catalogue, given, directory, force }: Asked, yes: boolean): Promise<Prepared> {
  if (directory !== undefined) verifyDirectory(directory);
  const named =
    directory === undefined || given.name !== undefined ? given : { name: nameOf(directory), ...given };
  const answers = checkedAnswers(catalogue, named);
  // With --yes only the name can be missing, and what a pack insists on.
  const mayBeOpen = !yes || named.name === undefined || catalogue.extension !== undefined;
  const open = mayBeOpen ? missingAnswers(catalogue, yes ? named : given) : [];
  const needed = yes ? open.filter(({ key, required }) => key === "name" || required) : open;
  if (needed.length > 0) throw missing(needed);
  const target = checkedTarget(directory ?? answers.name);
  return prepare({ catalogue, answers, target, decisions: force ? "theirs" : new Map() });
}

function missing(open: readonly Question[]): Failure {
  const flags = open.map(({ flag }) => flag);
  const npm = process.env.npm_config_user_agent?.startsWith("npm/") === true;
  const fix =
    flags.length === 1 && flags[0] === "--name"
      ? "Name the directory, or give --name."
      : "Give them, or take the defaults with --yes.";
  return new Failure({
    code: "usage/missing",
    message: `Not answered, and there is no terminal to ask on: ${flags.join(" ")}.`,
    fix: npm ? `${fix} npm keeps flags to itself unless -- stands before them.` : fix,
  });
}

async function printSummary(prepared: Prepared): Promise<void> {
  const { summary } = await import("./summary.ts");
  print(summary(prepared, resultStyle(), resultColumns()));
}

async function printJson(prepared: Prepared, written: boolean, replay: string): Promise<void> {
  const { answers, target, reconciliation } = prepared;
  const conflicts = [];
  for (const { path, keyPath, reason } of reconciliation.conflicts) {
    const { conflictDiff } = await import("./late.ts");
    conflicts.push({ path, keyPath, reason, diff: await conflictDiff(prepared, path) });
  }
  const report = {
    directory: target.root,
    answers,
    files: fileReports(prepared),
    conflicts,
    written,
    replay,
  };
  printData(report, 2);
}

async function reportConflicts(prepared: Prepared, conflicts: readonly string[]): Promise<void> {
  const { conflictDiff, paintDiff } = await import("./late.ts");
  const { stderr } = process;
  const style = styleFor(stderr);
  for (const path of conflicts) stderr.write(`${paintDiff(await conflictDiff(prepared, path), style)}\n`);
  const files = conflicts.length === 1 ? "1 file is" : `${conflicts.length} files are`;
  stderr.write(
    `${style.red("✖")} ${files} there already, with other contents: ${conflicts.join(", ")}.\n` +
      "  Answer for each on a terminal, move them away, or overwrite them with --force.\n" +
      `  ${style.dim("Nothing was written.")}\n`,
  );
}
