import { completeAnswers, type PartialAnswers, validateAnswers } from "../../core/answers.ts";
import { Failure } from "../../core/failure.ts";
import type { Answers, Catalogue } from "../../core/types.ts";
import { pendingJournal } from "../commit/pending-journal.ts";
import { findTarget, type Target, verifyDirectory } from "./target.ts";

/** The answers, with defaults for those still open, once they don't contradict each other. */
export function checkedAnswers(catalogue: Catalogue, given: PartialAnswers): Answers {
  const answers = completeAnswers(catalogue, given);
  validateAnswers(catalogue, answers);
  return answers;
}

/** The directory, once no earlier run lies in it half done. */
export function checkedTarget(directory: string): Target {
  verifyDirectory(directory);
  const target = findTarget(directory);
  verifyNoJournal(target);
  return target;
}

export function verifyNoJournal(target: Target): void {
  const { directory } = target;
  const pending = target.exists ? pendingJournal(target.root) : null;
  if (pending === null) return;
  if (pending.running) {
    throw new Failure({
      code: "locked",
      message: `Another run is writing to ${target.root}${pending.owner === null ? "" : `, process ${pending.owner.pid}`}.`,
      fix: "Wait until it has ended, then run this again.",
      state: "This run wrote nothing.",
    });
  }
  throw new Failure({
    code: "interrupted-run",
    message: `An earlier run in ${target.root} was cut off.`,
    fix: `Finish it with create-twelve-factor recover ${directory}, or undo it with recover ${directory} --abort.`,
    state: "This run wrote nothing.",
  });
}
