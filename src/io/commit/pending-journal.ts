import { realpathSync } from "node:fs";
import { Failure } from "../../core/failure.ts";
import { type JournalPhase, journalDirectory, journalPhase } from "./journal.ts";
import { lockHolder } from "./lock.ts";
import { type Owner, ownerState } from "./owner.ts";

export type PendingJournal = {
  readonly directory: string;
  /** `applying` once the commit point has passed: from then on files of the repo may be half new. */
  readonly phase: JournalPhase;
  /** Who has the lock; null when nobody does, or when it cannot be read. */
  readonly owner: Owner | null;
  /** Whether that process may still be at work, so that one has to wait for it. */
  readonly running: boolean;
};

/** What an interrupted or a running commit left in this root; null when verbs may go ahead. */
export function pendingJournal(root: string): PendingJournal | null {
  const directory = journalDirectory(realpathSync(root));
  const phase = journalPhase(directory);
  const holder = lockHolder(directory);
  if (phase === "none" && holder === null) return null;
  const owner = holder === "unknown" ? null : holder;
  return { directory, phase, owner, running: owner !== null && ownerState(owner) !== "dead" };
}

/** What a verb says when it finds such a journal. */
export function interrupted(directory: string): Failure {
  return new Failure({
    code: "interrupted-run",
    message: `An earlier run was interrupted; its journal is in ${directory}.`,
    fix: "Run `create-twelve-factor recover` to finish it, or `create-twelve-factor recover --abort` to undo it.",
    state: "Nothing was written now.",
  });
}
