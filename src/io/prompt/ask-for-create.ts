import { missingAnswers, type PartialAnswers, type Question } from "../../core/answers.ts";
import { Failure } from "../../core/failure.ts";
import { nameFrom } from "../../core/names.ts";
import type { Resolution } from "../../core/reconcile.ts";
import { version } from "../../core/version.ts";
import { checkedAnswers, checkedTarget } from "../cli/checked.ts";
import { conflictDiff, paintDiff } from "../cli/conflict-diff.ts";
import type { Asked } from "../cli/create.ts";
import { openConflicts, type Prepared, prepare } from "../cli/prepare.ts";
import { type Style, styleFor } from "../cli/style.ts";
import { summary } from "../cli/summary.ts";
import { nameOf } from "../cli/target.ts";
import { Cancelled } from "./cancelled.ts";
import { openScreen } from "./screen.ts";
import { type Given, type Step, wizard } from "./wizard.ts";

/** Asks for what wasn't answered, then for each file in the way, then whether to write what the summary shows. */
export async function askForCreate(asked: Asked): Promise<Prepared> {
  const { catalogue, given, directory } = asked;
  const fallback = nameFrom(directory === undefined ? "" : nameOf(directory));
  checkedAnswers(catalogue, { name: fallback, ...given });
  if (directory !== undefined) checkedTarget(directory);
  const style = styleFor(process.stderr);
  const screen = openScreen(process.stderr);
  screen.print(`\n${style.bold("create-twelve-factor")} ${style.dim(version)}\n`);
  screen.print(
    `${style.dim("Enter takes an answer, Esc goes back to the one before, Ctrl-C leaves nothing.")}\n\n`,
  );
  let prepared: Prepared | null = null;
  const next = async (taken: Given): Promise<Step | null> => {
    const partial = { ...given, ...answersIn(taken) };
    const [open] = missingAnswers(catalogue, partial);
    if (open !== undefined) return questionStep(open, fallback);
    prepared = await prepareFor(asked, partial, taken);
    const [conflict] = openConflicts(prepared);
    if (conflict !== undefined) return await conflictStep(prepared, conflict, style);
    if (asked.dryRun || taken.get("confirm") === true) return null;
    if (taken.get("confirm") === false) throw new Cancelled();
    return confirmStep(prepared, style);
  };
  const problem = (taken: Given): string | null => {
    const value = contradiction(() =>
      checkedAnswers(catalogue, { name: fallback, ...given, ...answersIn(taken) }),
    );
    return value === null ? null : `${style.red("✖")} ${value}\n`;
  };
  await wizard({ next, problem, screen });
  return prepared as unknown as Prepared;
}

const filePrefix = "file:";

function answersIn(taken: Given): PartialAnswers {
  const answers = [...taken].filter(([id]) => id !== "confirm" && !id.startsWith(filePrefix));
  return Object.fromEntries(
    answers.map(([id, value]) => [id, id === "ci" && value === "none" ? null : value]),
  );
}

async function prepareFor(
  { catalogue, directory, force }: Asked,
  partial: PartialAnswers,
  taken: Given,
): Promise<Prepared> {
  const answers = checkedAnswers(catalogue, partial);
  const target = checkedTarget(directory ?? answers.name);
  const decided = [...taken].filter(([id]) => id.startsWith(filePrefix));
  const decisions = new Map(decided.map(([id, value]) => [id.slice(filePrefix.length), value as Resolution]));
  return prepare({ catalogue, answers, target, decisions: force ? "theirs" : decisions });
}

function questionStep(question: Question, name: string): Step {
  const initial = question.key === "name" ? name : question.initial;
  return { id: question.key, lead: "", asked: { ...question, initial } };
}

async function conflictStep(prepared: Prepared, path: string, style: Style): Promise<Step> {
  const lead = `\n${paintDiff(await conflictDiff(prepared, path), style, 30)}\n`;
  const choices = [
    { value: "ours", title: "Keep mine", description: "" },
    { value: "theirs", title: "Overwrite it", description: "" },
    ...(isData(path)
      ? [{ value: "merge", title: "Merge", description: "where both say something, mine stays" }]
      : []),
  ];
  const message = `${path} is there already, with other contents`;
  return {
    id: `${filePrefix}${path}`,
    lead,
    asked: { kind: "select", message, choices, initial: "ours", validate: () => true },
  };
}

/** Formats that are merged by what they say, not by line. */
function isData(path: string): boolean {
  return (
    /(^|\/)(Procfile[^/]*|\.env[^/]*|[^/]+\.(json|ya?ml|toml))$/.test(path) &&
    !/(lock\.(json|yaml))$/.test(path)
  );
}

function confirmStep(prepared: Prepared, style: Style): Step {
  const count = prepared.reconciliation.changes.length;
  const message =
    count === 0 ? "All of it is there already. Go on?" : `Write ${count} ${count === 1 ? "file" : "files"}?`;
  return {
    id: "confirm",
    lead: `${summary(prepared, style, process.stderr.columns ?? 80)}\n`,
    asked: { kind: "confirm", message, choices: [], initial: true, validate: () => true },
  };
}

function contradiction(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof Failure) return `${error.message} ${error.fix}`;
    throw error;
  }
}
