import { plan } from "./plan.ts";
import { printReceipt } from "./receipt.ts";
import { render } from "./render.ts";
import type { Catalogue, Receipt, Tree } from "./types.ts";

/** The tree that a receipt stands for: the base of every merge, and what `render --receipt` prints. */
export function renderReceipt(catalogue: Catalogue, receipt: Receipt): Tree {
  return render(plan(catalogue, receipt.answers), printReceipt(receipt));
}
