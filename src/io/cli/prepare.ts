import { readdirSync } from "node:fs";
import { plan } from "../../core/plan.ts";
import { printReceipt, receiptOf, receiptPath } from "../../core/receipt.ts";
import { type Resolution, reconcile, sharesRole } from "../../core/reconcile.ts";
import { render } from "../../core/render.ts";
import type { Answers, Catalogue, Plan, Reconciliation, Tree } from "../../core/types.ts";
import { readPaths } from "../read-paths.ts";
import type { Target } from "./target.ts";

/** What was decided about files that are there with other contents. */
export type Decisions = ReadonlyMap<string, Resolution>;

/** All that a create would do, worked out in memory. */
export type Prepared = {
  readonly answers: Answers;
  readonly target: Target;
  readonly plan: Plan;
  readonly tree: Tree;
  readonly ours: Tree;
  readonly reconciliation: Reconciliation;
  readonly decisions: Decisions;
  /** Files that count only at the root of a repo, where the target isn't one. */
  readonly skipped: readonly string[];
};

export type Request = {
  readonly catalogue: Catalogue;
  readonly answers: Answers;
  readonly target: Target;
  readonly decisions: Decisions | "theirs";
};

export async function prepare({ catalogue, answers, target, decisions }: Request): Promise<Prepared> {
  const planned = plan(catalogue, answers);
  const receipt = receiptOf(catalogue, answers);
  const whole = render(planned, printReceipt(receipt));
  const nested = isNested(target);
  const skipped = nested ? [...whole.keys()].filter(countsOnlyAtRoot) : [];
  const tree = nested ? new Map([...whole].filter(([path]) => !countsOnlyAtRoot(path))) : whole;
  const ours: Tree = target.empty ? new Map() : readPaths(target.root, pathsToRead(target.root, tree));
  const decided: Decisions =
    decisions === "theirs" ? new Map([...tree.keys()].map((path) => [path, decisions])) : decisions;
  const compare = (theirs: Tree) =>
    reconcile({ base: new Map(), ours, theirs, policy: (path) => decided.get(path) });
  const first = await compare(tree);
  const kept = first.kept.map((path) => `${path}#`);
  if (kept.length === 0)
    return { answers, target, plan: planned, tree, ours, reconciliation: first, decisions: decided, skipped };
  const content = printReceipt({ ...receipt, kept });
  const recorded = new Map(tree).set(receiptPath, { content, executable: false });
  const reconciliation = await compare(recorded);
  return {
    answers,
    target,
    plan: planned,
    tree: recorded,
    ours,
    reconciliation,
    decisions: decided,
    skipped,
  };
}

/** Paths of whole files that both sides have, with nothing decided. */
export function openConflicts({ reconciliation }: Prepared): readonly string[] {
  const whole = reconciliation.conflicts.filter(({ keyPath }) => keyPath.length === 0);
  return [...new Set(whole.map(({ path }) => path))];
}

function isNested({ root, workTree, workspace }: Target): boolean {
  return (workTree !== null && workTree !== root) || workspace !== null;
}

function countsOnlyAtRoot(path: string): boolean {
  return path.startsWith(".github/");
}

/** The paths of the tree, and files at the root that do what one of them does under another name. */
function pathsToRead(root: string, tree: Tree): readonly string[] {
  const paths = [...tree.keys()];
  const alike = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !tree.has(entry.name))
    .map((entry) => entry.name)
    .filter((name) => paths.some((path) => sharesRole(path, name)));
  return [...paths, ...alike];
}
