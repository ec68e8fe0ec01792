import { readdirSync } from "node:fs";
import { type Created, create, type Decisions, type Emitted, emit } from "../../../generators/create.ts";
import { sharesRole } from "../../core/reconcile.ts";
import type { Answers, Catalogue, Tree } from "../../core/types.ts";
import { readPaths } from "../read-paths.ts";
import { isNested, type Target } from "./target.ts";

/** All that a create would do, worked out in memory. */
export type Prepared = Omit<Emitted, "receipt"> &
  Created & {
    readonly answers: Answers;
    readonly target: Target;
    readonly ours: Tree;
    readonly decisions: Decisions;
  };

export type Request = {
  readonly catalogue: Catalogue;
  readonly answers: Answers;
  readonly target: Target;
  readonly decisions: Decisions;
};

export async function prepare({ catalogue, answers, target, decisions }: Request): Promise<Prepared> {
  const located =
    catalogue.packs === undefined
      ? catalogue
      : (await import("../pack/catalogues.ts")).seenFrom(target.root, catalogue);
  const emitted = emit(located, answers, isNested(target));
  const ours: Tree = target.empty
    ? new Map()
    : readPaths(target.root, pathsToRead(target.root, emitted.tree));
  const { plan, skipped } = emitted;
  return { answers, target, ours, decisions, plan, skipped, ...(await create(emitted, ours, decisions)) };
}

/** Paths of whole files that both sides have, with nothing decided. */
export function openConflicts({ reconciliation }: Prepared): readonly string[] {
  const whole = reconciliation.conflicts.filter(({ keyPath }) => keyPath.length === 0);
  return [...new Set(whole.map(({ path }) => path))];
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
