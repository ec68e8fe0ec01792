import { validateAnswers } from "../src/core/answers.ts";
import { keyOf } from "../src/core/merge/kept.ts";
import { printReceipt, receiptPath } from "../src/core/receipt.ts";
import { reconcile, splitKept } from "../src/core/reconcile.ts";
import { renderReceipt } from "../src/core/render-receipt.ts";
import type { Answers, Catalogue, Change, Receipt, Tree } from "../src/core/types.ts";
import { version } from "../src/core/version.ts";
import { withoutRootFiles } from "./create.ts";

/** What of the templates a repo takes over, beside its CI, which is an answer of its own. */
export function withPieces(answers: Answers, pieces: readonly string[], ci: string | null): Answers {
  const { facts } = answers;
  if (facts === undefined) return answers;
  return {
    ...answers,
    ci: pieces.includes("ci") ? ci : answers.ci,
    facts: {
      ...facts,
      pieces: [...new Set([...facts.pieces, ...pieces.filter((piece) => piece !== "ci")])].sort(),
    },
  };
}

export type Adopting = {
  readonly catalogue: Catalogue;
  /** The receipt that is there; null before the first time. */
  readonly before: Receipt | null;
  readonly answers: Answers;
  /** Whether the repo lies below the root of another one. */
  readonly nested: boolean;
  /** Gives the person's files of these paths. */
  readonly read: (paths: readonly string[]) => Tree;
};

export type Adopted = {
  readonly receipt: Receipt;
  readonly changes: readonly Change[];
  /** Files of the person's that stay as they are, though the templates have one of that name. */
  readonly left: readonly string[];
  /** What the templates have in those places. */
  readonly theirs: Tree;
};

/**
 * What a repo becomes with the pieces of the answers. A file that is there gets additions where it is data, and stays else;
 * what stays is recorded, so that no later merge looks at it.
 */
export async function adopt({ catalogue, before, answers, nested, read }: Adopting): Promise<Adopted> {
  validateAnswers(catalogue, answers);
  const release = before?.release ?? { version, integrity: catalogue.integrity };
  const receipt: Receipt = {
    ...before,
    release,
    packs: before?.packs ?? catalogue.packs ?? [],
    answers,
    kept: before?.kept ?? [],
  };
  const managed = (tree: Tree) =>
    new Map([...tree].filter(([path]) => path !== receiptPath && !receipt.kept.includes(`${path}#`)));
  const rendered = (each: Receipt) => {
    const tree = renderReceipt(catalogue, each);
    return managed(nested ? withoutRootFiles(tree) : tree);
  };
  const base = before === null ? new Map() : rendered(before);
  const theirs = rendered(receipt);
  const ours = read([...theirs.keys(), receiptPath]);
  const policy = (path: string) => (isData(path) ? "merge" : "ours");
  const merged = await reconcile({ base, ours, theirs, policy, kept: receipt.kept });
  const spoiled = merged.changes.flatMap((change) =>
    isGentle(change) || base.has(change.path) ? [] : [change.path],
  );
  const touched = new Set(merged.changes.map(({ path }) => path));
  const clashing = merged.conflicts.flatMap(({ path, keyPath }) =>
    keyPath.length === 0 || !(touched.has(path) || base.has(path)) ? [path] : [],
  );
  const standing = merged.kept.filter((path) => !base.has(path));
  const left = [...new Set([...standing, ...spoiled, ...clashing])].sort();
  const stays = new Set(left);
  const differing = merged.conflicts.map(({ path, keyPath }) => `${path}#${keyOf(keyPath)}`);
  const kept = new Set([
    ...receipt.kept,
    ...left.map((path) => `${path}#`),
    ...[...merged.found, ...differing].filter((entry) => !stays.has(splitKept(entry)[0])),
  ]);
  const written: Receipt = { ...receipt, kept: [...kept].sort() };
  const changes = merged.changes.filter(({ path }) => !stays.has(path));
  return { receipt: written, changes: [...changes, ...receiptChange(written, ours)], left, theirs };
}

/** Formats in which an addition is one. A workflow is a program in YAML. */
function isData(path: string): boolean {
  return !/^\.github\/workflows\/|(^|\/)Dockerfile$|^bin\/|\.md$/.test(path);
}

/** Whether every line is still there, in its order. */
function isGentle(change: Change): boolean {
  if (change.kind !== "modify") return change.kind === "add";
  const [before, after] = [change.before.content, change.after.content];
  if (typeof before !== "string" || typeof after !== "string") return false;
  const lines = after.split("\n");
  let at = 0;
  return before.split("\n").every((line) => {
    const found = lines.indexOf(line, at);
    at = found + 1;
    return found >= 0;
  });
}

function receiptChange(receipt: Receipt, ours: Tree): readonly Change[] {
  const content = printReceipt(receipt);
  const before = ours.get(receiptPath);
  if (before === undefined)
    return [{ kind: "add", path: receiptPath, after: { content, executable: false } }];
  if (before.content === content) return [];
  return [{ kind: "modify", path: receiptPath, before, after: { content, executable: before.executable } }];
}
