import { inFormOf } from "../src/core/merge/form.ts";
import { printReceipt, receiptPath, rejecting, suppressed } from "../src/core/receipt.ts";
import { reconcile, splitKept } from "../src/core/reconcile.ts";
import type { Answers, Change, FileContent, Receipt, Reconciliation, Tree } from "../src/core/types.ts";

/** What a verb makes of the answers, with what the person should know of it. */
export type Decided = { readonly answers: Answers; readonly notes: readonly string[] };

export type ChangeRequest = {
  /** What the repo's receipt holds, and what it is to hold; the rest of it is worked out here. */
  readonly from: Receipt;
  readonly to: Omit<Receipt, "kept" | "suppressions" | "rejected">;
  /** What `from` renders to; null where nobody can tell, and a merge knows two sides only. */
  readonly base: Tree | null;
  readonly ours: Tree;
  /** What `to` renders to. */
  readonly theirs: Tree;
  /** Whether two branches are merged, so that what is there already may be what the other one added. */
  readonly merging?: boolean;
};

export type Changed = Reconciliation & { readonly receipt: Receipt };

/** The changes that bring a repo from one receipt to another, over nothing that the person did. */
export async function change({
  from,
  to,
  base,
  ours,
  theirs,
  merging = false,
}: ChangeRequest): Promise<Changed> {
  const whole = new Set(
    from.kept.flatMap((entry) => (splitKept(entry)[1] === "" ? [splitKept(entry)[0]] : [])),
  );
  const counts = ([path]: readonly [string, FileContent]) => path !== receiptPath && !whole.has(path);
  const known = new Map(base === null ? [] : [...base].filter(counts));
  const wanted = new Map([...theirs].filter(counts));
  const policy = () => (base === null ? "merge" : undefined);
  const reconciled = await reconcile({ base: known, ours, theirs: wanted, policy, kept: from.kept });
  const there =
    base === null || merging ? [] : [...wanted.keys()].filter((path) => !known.has(path) && ours.has(path));
  const released = new Set([
    ...reconciled.released,
    ...[...whole].filter((path) => !theirs.has(path)).map((path) => `${path}#`),
  ]);
  const found = [...(merging ? [] : reconciled.found), ...there.map((path) => `${path}#`)];
  const kept = [...new Set([...from.kept, ...found])].filter((entry) => !released.has(entry)).sort();
  const receipt: Receipt = {
    ...to,
    kept,
    ...suppressed(from.suppressions),
    ...rejecting(stillRejected(from, to.packs)),
  };
  return {
    changes: [...reconciled.changes, ...receiptChange(receipt, from, ours.get(receiptPath))],
    conflicts: reconciled.conflicts,
    identical: reconciled.identical,
    kept: reconciled.kept,
    receipt,
  };
}

/** A pack that moved on has left behind what was said of a version of it. */
function stillRejected(
  { packs, rejected = [] }: Receipt,
  now: Receipt["packs"],
): Required<Receipt>["rejected"] {
  const integrityIn = (list: Receipt["packs"], name: string) =>
    list.find((pack) => pack.name === name)?.integrity;
  return rejected.filter(({ name }) => integrityIn(packs, name) === integrityIn(now, name));
}

/** The receipt is data of ours, so it is written anew; only line ends and the like are the person's. */
function receiptChange(receipt: Receipt, from: Receipt, before: FileContent | undefined): readonly Change[] {
  const text = printReceipt(receipt);
  if (before === undefined || typeof before.content !== "string")
    return [{ kind: "add", path: receiptPath, after: { content: text, executable: false } }];
  const isMarked = /^<{7}/m.test(before.content);
  if (text === printReceipt(from) && !isMarked) return [];
  const after = { content: inFormOf(before.content, text), executable: before.executable };
  return [{ kind: "modify", path: receiptPath, before, after }];
}
