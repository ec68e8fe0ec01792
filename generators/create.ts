import { validateAnswers } from "../src/core/answers.ts";
import { receiptOf } from "../src/core/receipt.ts";
import { reconcile } from "../src/core/reconcile.ts";
import { renderReceipt } from "../src/core/render-receipt.ts";
import type { Answers, Catalogue, Reconciliation, Tree } from "../src/core/types.ts";

/** What the answers emit. Refuses answers that contradict each other. */
export function create(catalogue: Catalogue, answers: Answers): Tree {
  validateAnswers(catalogue, answers);
  return renderReceipt(catalogue, receiptOf(catalogue, answers));
}

/** What emitting `tree` would do to a directory; `ours` has those of its files that `tree` has too, and more is no harm. */
export function createInto(tree: Tree, ours: Tree): Promise<Reconciliation> {
  return reconcile({ base: new Map(), ours, theirs: tree });
}
