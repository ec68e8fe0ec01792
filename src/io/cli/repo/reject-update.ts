import { textProblem } from "../../../core/answers.ts";
import { Failure } from "../../../core/failure.ts";
import { inFormOf } from "../../../core/merge/form.ts";
import { printReceipt, receiptPath } from "../../../core/receipt.ts";
import type { Change, Receipt, RejectedPack } from "../../../core/types.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import type { Invocation } from "../argv.ts";
import type { Interruption } from "../interruption.ts";
import { finishChange } from "./finish-change.ts";
import { openRepo } from "./open-repo.ts";

/** Remembers in the receipt that the packs, as they are now, aren't taken, and why; a later version is offered again. */
export async function rejectUpdate(invocation: Invocation, interruption: Interruption): Promise<number> {
  const { texts, lists } = invocation;
  const reason = texts.reject?.trim() ?? "";
  const problem = reason === "" ? "It is empty." : textProblem(reason);
  if (problem !== null)
    throw failure("reason", `--reject can't be used. ${problem}`, "Say why, in a sentence.");
  const repo = await openRepo(".", readBuiltCatalogue(), lists.pack);
  const { receipt, receiptFile } = repo;
  const now = repo.catalogues.current({ ...receipt, rejected: [] }).packs ?? [];
  const refused = now.flatMap(({ name, version, integrity }): RejectedPack[] => {
    const recorded = receipt.packs.find((pack) => pack.name === name);
    return recorded === undefined || recorded.integrity === integrity
      ? []
      : [{ name, version, integrity, reason }];
  });
  if (refused.length === 0)
    throw failure("nothing", "The packs are as this repo has them.", "There is nothing to reject.");
  const names = new Set(refused.map(({ name }) => name));
  const others = (receipt.rejected ?? []).filter(({ name }) => !names.has(name));
  const rejecting: Receipt = { ...receipt, rejected: [...others, ...refused] };
  const content = inFormOf(String(receiptFile.content), printReceipt(rejecting));
  const change: Change = {
    kind: "modify",
    path: receiptPath,
    before: receiptFile,
    after: { content, executable: receiptFile.executable },
  };
  const proposal = {
    title: `update: reject ${refused.map(({ name, version }) => `${name} ${version}`).join(", ")}`,
    root: repo.root,
    changes: [change],
    ...{ conflicts: [], notes: [], install: null, answers: null, kept: receipt.kept, undoable: true },
  };
  return finishChange(proposal, invocation, interruption);
}

function failure(code: string, message: string, fix: string): Failure {
  return new Failure({ code: `update/${code}`, message, fix });
}
