import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { withoutRootFiles } from "../../../../generators/create.ts";
import { canonical } from "../../../../generators/requirements.ts";
import { Failure } from "../../../core/failure.ts";
import { readReceipt, receiptPath } from "../../../core/receipt.ts";
import { mergeReceiptSides, type ReceiptSides, readReceiptSides } from "../../../core/receipt-sides.ts";
import type { Catalogue, FileContent, Receipt, Tree } from "../../../core/types.ts";
import { entryAt } from "../../commit/entry.ts";
import type { Catalogues } from "../../pack/catalogues.ts";
import { stagedBase } from "../../repo/git-status.ts";
import { verifyNoJournal } from "../checked.ts";
import { findTarget, isNested, type Target } from "../target.ts";
import { cataloguesOf } from "./catalogues-of.ts";

/** A repo that we wrote, as its receipt tells. */
export type Repo = {
  readonly root: string;
  readonly target: Target;
  readonly receipt: Receipt;
  readonly receiptFile: FileContent;
  /** Where two branches changed the receipt; `receipt` is then what both made of it. */
  readonly sides: ReceiptSides | null;
  readonly catalogues: Catalogues;
};

/** The repo that `from` lies in: the nearest directory with a receipt. Refuses one in which a write was cut off. */
export async function openRepo(from: string, built: Catalogue, given?: readonly string[]): Promise<Repo> {
  const root = findRoot(resolve(from));
  const target = findTarget(root);
  verifyNoJournal(target);
  const entry = entryAt(root, receiptPath);
  if (entry.kind !== "file") throw new Error(`${receiptPath} in ${root} vanished.`);
  const content = Buffer.from(entry.bytes).toString("utf8");
  const receiptFile = { content, executable: (entry.mode & 0o111) !== 0 };
  const sides = /^<{7}/m.test(content) ? readSides(root, content) : null;
  const read = sides === null ? readReceipt(content) : mergeReceiptSides(sides);
  const receipts = sides === null ? [read] : [read, sides.ours, sides.theirs];
  const catalogues = await cataloguesOf(built, root, { receipts, given });
  const receipt = { ...read, answers: canonical(known(catalogues, read) ?? built, read.answers) };
  return { root, target, receipt, receiptFile, sides, catalogues };
}

/** Null where the packs can't be had at all, which is for those to say who need them. */
function known(catalogues: Catalogues, receipt: Receipt): Catalogue | null {
  try {
    return catalogues.recorded(receipt) ?? catalogues.current(receipt);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/** The templates that a repo is made from, or what they are now where they can't be had as they were. */
export function recordedCatalogue({ catalogues, receipt }: Repo): Catalogue {
  const stranger = catalogues.given.find((name) => receipt.packs.every((pack) => pack.name !== name));
  if (stranger !== undefined) {
    throw new Failure({
      code: "pack/unknown",
      message: `This repo isn't made from the pack ${stranger}.`,
      fix: "Run update with the same --pack first, which puts it over the templates of this repo.",
    });
  }
  return catalogues.recorded(receipt) ?? catalogues.current(receipt);
}

/** Without the files that count only at the root of a repository, where this isn't one. */
export function fitToPlace({ target }: Repo, tree: Tree): Tree {
  return isNested(target) ? withoutRootFiles(tree) : tree;
}

function readSides(root: string, content: string): ReceiptSides | null {
  return readReceiptSides(content, stagedBase(root, receiptPath));
}

function findRoot(from: string): string {
  for (let at = from; ; at = dirname(at)) {
    if (entryAt(at, receiptPath).kind === "file") return realpathSync(at);
    if (at !== dirname(at)) continue;
    throw new Failure({
      code: "repo/none",
      message: `There is no ${receiptPath} in ${from} or above it, so this isn't a repo that create-twelve-factor wrote.`,
      fix: "Change to the directory of one, or make one: npm create twelve-factor my-app",
    });
  }
}
