import { plan } from "../src/core/plan.ts";
import { printReceipt, receiptOf, receiptPath } from "../src/core/receipt.ts";
import { type Resolution, reconcile } from "../src/core/reconcile.ts";
import { render } from "../src/core/render.ts";
import type { Answers, Catalogue, Plan, Receipt, Reconciliation, Tree } from "../src/core/types.ts";

/** What the answers emit, before anything is known of the directory that it goes to. */
export type Emitted = {
  readonly plan: Plan;
  readonly receipt: Receipt;
  readonly tree: Tree;
  /** Files that count only at the root of a repository, left out where the target isn't one. */
  readonly skipped: readonly string[];
};

/** What was decided about files that are there with other contents; `theirs` for all of them. */
export type Decisions = ReadonlyMap<string, Resolution> | "theirs";

export type Created = { readonly tree: Tree; readonly reconciliation: Reconciliation };

export function emit(catalogue: Catalogue, answers: Answers, nested: boolean): Emitted {
  const planned = plan(catalogue, answers);
  const receipt = receiptOf(catalogue, answers);
  const whole = render(planned, printReceipt(receipt));
  if (!nested) return { plan: planned, receipt, tree: whole, skipped: [] };
  const tree = withoutRootFiles(whole);
  return { plan: planned, receipt, tree, skipped: [...whole.keys()].filter(countsOnlyAtRoot) };
}

/** What emitting would do to a directory. `ours` has those of its files that stand in the way of the tree's. */
export async function create({ receipt, tree }: Emitted, ours: Tree, decisions: Decisions): Promise<Created> {
  const policy = (path: string) => (decisions === "theirs" ? decisions : decisions.get(path));
  const compare = (theirs: Tree) => reconcile({ base: new Map(), ours, theirs, policy });
  const reconciliation = await compare(tree);
  if (reconciliation.kept.length === 0) return { tree, reconciliation };
  const content = printReceipt({ ...receipt, kept: reconciliation.kept.map((path) => `${path}#`) });
  const recorded = new Map(tree).set(receiptPath, { content, executable: false });
  return { tree: recorded, reconciliation: await compare(recorded) };
}

/** The files of a tree that mean something also where it isn't at the root of a repository. */
export function withoutRootFiles(tree: Tree): Tree {
  return new Map([...tree].filter(([path]) => !countsOnlyAtRoot(path)));
}

function countsOnlyAtRoot(path: string): boolean {
  return path.startsWith(".github/");
}
