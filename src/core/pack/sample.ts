import { completeAnswers, missingAnswers, type PartialAnswers, validateAnswers } from "../answers.ts";
import { unifiedDiff } from "../diff.ts";
import { Failure } from "../failure.ts";
import { plan } from "../plan.ts";
import { receiptPath } from "../receipt.ts";
import { render } from "../render.ts";
import type { Answers, Catalogue, FileContent, Tree } from "../types.ts";

/** What a catalogue emits for sample answers, the receipt aside. */
export function sampleTree(catalogue: Catalogue, partial: PartialAnswers, origin: string): Tree {
  const tree = new Map(render(plan(catalogue, sampleAnswers(catalogue, partial, origin)), ""));
  tree.delete(receiptPath);
  return tree;
}

/** The answers of a sample, with defaults for those that it doesn't give. */
export function sampleAnswers(catalogue: Catalogue, partial: PartialAnswers, origin: string): Answers {
  const given = { name: "sample-app", ...partial };
  const open = missingAnswers(catalogue, given).filter(({ required }) => required);
  if (open.length > 0) {
    const keys = open.map(({ key }) => key.replace(/^more\./, "")).join(", ");
    throw new Failure({
      code: "pack/sample",
      message: `${origin} has no answer to ${keys}.`,
      fix: "Give it one, below more:.",
    });
  }
  const answers = completeAnswers(catalogue, given);
  validateAnswers(catalogue, answers);
  return answers;
}

/** What the packs of a catalogue make of a sample, against the templates of the program alone where those know its answers. */
export function packDiff(
  built: Catalogue,
  catalogue: Catalogue,
  partial: PartialAnswers,
  origin: string,
): string {
  const after = sampleTree(catalogue, partial, origin);
  try {
    const { more: _, ...plain } = { ...catalogue.extension?.given({ ...partial }), ...partial };
    return treeDiff(sampleTree(built, plain, origin), after);
  } catch (error) {
    if (error instanceof Failure) return treeDiff(new Map(), after);
    throw error;
  }
}

export function treeDiff(before: Tree, after: Tree): string {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.map((path) => fileDiff(path, before.get(path), after.get(path))).join("");
}

function fileDiff(path: string, before: FileContent | undefined, after: FileContent | undefined): string {
  const [from, to] = [textOf(before), textOf(after)];
  const isRun = (file: FileContent | undefined) => file?.executable === true;
  const mode = isRun(before) === isRun(after) ? "" : `${path} ${isRun(after) ? "can" : "can't"} be run\n`;
  return from === to ? mode : `${mode}${unifiedDiff(path, from, to)}`;
}

function textOf(file: FileContent | undefined): string | null {
  if (file === undefined) return null;
  return typeof file.content === "string"
    ? file.content
    : `${Buffer.from(file.content).toString("base64")}\n`;
}
