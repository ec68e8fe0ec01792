import { lockfiles } from "../../../core/lockfile/lockfile.ts";
import type { Conflict } from "../../../core/types.ts";
import type { Proposal } from "./finish-change.ts";
import type { PreparedChange } from "./prepare-change.ts";

/** What is to be shown and written of a change to a repo. */
export function proposalOf(prepared: PreparedChange, title: string): Proposal {
  const { repo, changes, conflicts, notes, install, receipt } = prepared;
  return {
    title,
    root: repo.root,
    changes,
    conflicts: onePerLockfile(conflicts, install),
    notes,
    install,
    answers: receipt.answers,
    kept: receipt.kept,
    undoable: true,
  };
}

/** The keys of a lockfile say little; the package manager settles them. */
function onePerLockfile(
  conflicts: readonly Conflict[],
  install: readonly string[] | null,
): readonly Conflict[] {
  const inLock = conflicts.filter(({ path }) => path in lockfiles);
  const reason = `You and the template need other versions. ${install === null ? "" : `${install.join(" ")} settles it.`}`;
  return [
    ...conflicts.filter((conflict) => !inLock.includes(conflict)),
    ...[...new Set(inLock.map(({ path }) => path))].map((path) => ({
      path,
      keyPath: [],
      reason: reason.trim(),
      ours: null,
      theirs: null,
    })),
  ];
}
