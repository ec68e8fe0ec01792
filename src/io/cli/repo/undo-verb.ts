import { readBuiltCatalogue } from "../../catalogue.ts";
import { forgetUndo, readUndo } from "../../commit/undo-record.ts";
import type { Invocation } from "../argv.ts";
import { endOnSignals } from "../interruption.ts";
import { finishChange } from "./finish-change.ts";
import { openRepo } from "./open-repo.ts";
import { frozenInstall } from "./prepare-change.ts";

/** Takes back the last change of a repo, if nothing of it was edited since. */
export async function undoLast(invocation: Invocation): Promise<number> {
  const interruption = endOnSignals();
  const { root, receipt, catalogues } = await openRepo(".", readBuiltCatalogue());
  const catalogue = catalogues.recorded(receipt);
  const record = readUndo(root);
  const changes = record?.changes ?? [];
  const proposal = {
    title: record === null ? "undo" : `undo ${record.label}`,
    root,
    changes,
    conflicts: [],
    notes: [],
    install: catalogue && frozenInstall(catalogue, receipt.answers, changes),
    answers: null,
    kept: [],
    undoable: false,
  };
  const code = await finishChange(proposal, invocation, interruption);
  if (invocation.switches["dry-run"] !== true) forgetUndo(root);
  return code;
}
