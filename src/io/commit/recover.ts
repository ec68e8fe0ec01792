import { realpathSync } from "node:fs";
import { redo, undo, verifyTargets } from "./apply.ts";
import { statOf } from "./files.ts";
import { holdSignals } from "./hold-signals.ts";
import {
  journalDirectory,
  journalFile,
  journalPhase,
  markDone,
  readPlan,
  removeJournal,
  retire,
} from "./journal.ts";
import { acquireLock } from "./lock.ts";
import { numberSteps, type OnStep, type Step } from "./steps.ts";
import { writeFailure } from "./write-failure.ts";

export type RecoverRequest = { readonly root: string; readonly abort: boolean; readonly onStep?: OnStep };

export type RecoverReport = {
  /**
   * `nothing`: no run was interrupted. `discarded`: it had not begun to write. `cleaned`: it had ended, one way
   * or the other. `finished` and `undone`: what was done now.
   */
  readonly outcome: "nothing" | "discarded" | "cleaned" | "finished" | "undone";
  /** The files of the repo that were part of it, in the order of the commit. */
  readonly paths: readonly string[];
};

/** Finishes, or undoes, the commit that was interrupted in this root. It can itself be interrupted and repeated. */
export function recover({ root: given, abort, onStep }: RecoverRequest): RecoverReport {
  const root = realpathSync(given);
  const directory = journalDirectory(root);
  if (statOf(directory) === undefined) return { outcome: "nothing", paths: [] };
  return holdSignals(() => {
    const step = numberSteps(onStep);
    try {
      const lock = acquireLock(directory, { takeOver: true, step });
      try {
        const report = recoverLocked({ root, directory, abort, step });
        return report.outcome === "nothing" && lock.tookOver ? { ...report, outcome: "discarded" } : report;
      } finally {
        lock.release();
      }
    } catch (error) {
      throw writeFailure(error);
    }
  });
}

type Recovery = {
  readonly root: string;
  readonly directory: string;
  readonly abort: boolean;
  readonly step: Step | undefined;
};

function recoverLocked({ root, directory, abort, step }: Recovery): RecoverReport {
  const phase = journalPhase(directory);
  if (phase === "none") return { outcome: "nothing", paths: [] };
  if (phase === "cleaning") {
    retire(directory, readPlan(directory, journalFile.done(directory)), step);
    return { outcome: "cleaned", paths: [] };
  }
  if (phase !== "applying") {
    removeJournal(directory, step);
    return { outcome: "discarded", paths: [] };
  }
  const plan = readPlan(directory);
  const application = { root, directory, plan, durable: true, step };
  verifyTargets(application);
  if (abort) undo(application);
  else redo(application);
  step?.("applied");
  markDone(directory, true);
  step?.("marked-done");
  if (abort) removeJournal(directory, step);
  else retire(directory, plan, step);
  return { outcome: abort ? "undone" : "finished", paths: plan.entries.map(({ path }) => path) };
}
