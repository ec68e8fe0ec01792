/** A repo as a value: its files and its receipt, with the verbs applied in memory as the command applies them. */
import { fileURLToPath } from "node:url";
import { add } from "../../generators/add.ts";
import { change, type Decided } from "../../generators/change.ts";
import { remove } from "../../generators/remove.ts";
import { readSubject } from "../../generators/subject.ts";
import { swap } from "../../generators/swap.ts";
import { completeAnswers, type PartialAnswers, validateAnswers } from "../../src/core/answers.ts";
import { printReceipt, receiptOf, receiptPath } from "../../src/core/receipt.ts";
import { renderReceipt } from "../../src/core/render-receipt.ts";
import type { Answers, Catalogue, Conflict, Receipt, Tree } from "../../src/core/types.ts";
import { compileCatalogue } from "../../src/io/compile-catalogue.ts";

export const catalogue: Catalogue = compileCatalogue(
  fileURLToPath(new URL("../../templates", import.meta.url)),
);

export type Repo = {
  readonly files: Tree;
  readonly receipt: Receipt;
  readonly conflicts: readonly Conflict[];
};
export type Verb = (answers: Answers) => Decided;

export function createRepo(partial: PartialAnswers): Repo {
  const answers = completeAnswers(catalogue, { name: "shop", ...partial });
  validateAnswers(catalogue, answers);
  const receipt = receiptOf(catalogue, answers);
  return { files: rendered(receipt), receipt, conflicts: [] };
}

/** Runs a verb on a repo, as `prepareChange` does: the base is the render of the receipt. */
export async function run(repo: Repo, verb: Verb): Promise<Repo> {
  const { answers } = verb(repo.receipt.answers);
  const { release, packs, kept } = repo.receipt;
  const to = { release, packs, answers };
  const base = rendered(repo.receipt);
  const changed = await change({
    from: repo.receipt,
    to,
    base,
    ours: repo.files,
    theirs: rendered({ ...to, kept }),
  });
  const files = new Map(repo.files);
  for (const each of changed.changes) {
    if (each.kind === "delete") files.delete(each.path);
    else files.set(each.path, each.after);
  }
  return { files, receipt: changed.receipt, conflicts: changed.conflicts };
}

export const adding =
  (words: string, jobs?: string): Verb =>
  (answers) =>
    add(catalogue, answers, { subject: readSubject(catalogue, answers, words.split(" ")), jobs });
export const removing =
  (words: string, jobs?: string): Verb =>
  (answers) =>
    remove(catalogue, answers, { subject: readSubject(catalogue, answers, words.split(" ")), jobs });
export const swapping =
  (old: string, come: string, jobs?: string): Verb =>
  (answers) => {
    const read = (word: string) => readSubject(catalogue, answers, [word]);
    return swap(catalogue, answers, { old: read(old), new: read(come), jobs });
  };

/** All files as text, to compare; a mode is a mark before it. */
export function texts({ files }: Repo): { readonly [path: string]: string } {
  const entries = [...files].map(([path, { content, executable }]) => [
    path,
    `${executable ? "x" : "-"}${typeof content === "string" ? content : Buffer.from(content).toString("base64")}`,
  ]);
  return Object.fromEntries(entries.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}

export function withFile(repo: Repo, path: string, edit: (text: string) => string): Repo {
  const file = repo.files.get(path);
  const content = edit(typeof file?.content === "string" ? file.content : "");
  return {
    ...repo,
    files: new Map(repo.files).set(path, { content, executable: file?.executable ?? false }),
  };
}

export function textOf(repo: Repo, path: string): string {
  const content = repo.files.get(path)?.content;
  return typeof content === "string" ? content : "";
}

const known = new Map<string, Tree>();

function rendered(receipt: Receipt): Tree {
  const key = printReceipt({ ...receipt, kept: [] });
  const tree = known.get(key) ?? renderReceipt(catalogue, receipt);
  known.set(key, tree);
  return new Map(tree).set(receiptPath, { content: printReceipt(receipt), executable: false });
}
