import { dirname, resolve } from "node:path";
import { validateAnswers } from "../../core/answers.ts";
import { Failure } from "../../core/failure.ts";
import { readReceipt } from "../../core/receipt.ts";
import { renderReceipt } from "../../core/render-receipt.ts";
import type { Receipt, Tree } from "../../core/types.ts";
import { version } from "../../core/version.ts";
import { readBuiltCatalogue } from "../catalogue.ts";
import type { Invocation } from "./argv.ts";
import { readInput } from "./given-answers.ts";
import { printData } from "./output.ts";
import { cataloguesOf, missingPack } from "./repo/catalogues-of.ts";

/**
 * Prints the tree that a receipt renders to. Later releases run this one for the base of a merge, so its output is a
 * contract: `{ "files": [{ "path", "executable", "encoding": "utf8" | "base64", "content" }] }`, by path.
 */
export async function renderFromReceipt({ texts, switches, lists }: Invocation): Promise<number> {
  if (texts.receipt === undefined || switches.json !== true) {
    throw new Failure({
      code: "usage/missing",
      message: "render needs --receipt FILE and --json.",
      fix: "Run create-twelve-factor render --receipt .twelve-factor.json --json",
    });
  }
  const receipt = readReceipt(await readInput(texts.receipt, "--receipt"));
  const built = readBuiltCatalogue();
  verifyRelease(receipt, built.integrity);
  const root = texts.receipt === "-" ? process.cwd() : dirname(resolve(texts.receipt));
  const { recorded } = await cataloguesOf(built, root, { receipts: [receipt], given: lists.pack });
  const catalogue = recorded(receipt) ?? missingPack(receipt);
  validateAnswers(catalogue, receipt.answers);
  printData({ files: described(renderReceipt(catalogue, receipt)) });
  return 0;
}

function described(tree: Tree) {
  return [...tree].map(([path, { content, executable }]) =>
    typeof content === "string"
      ? { path, executable, encoding: "utf8", content }
      : { path, executable, encoding: "base64", content: Buffer.from(content).toString("base64") },
  );
}

/** Another release would render other bytes, so it doesn't. */
function verifyRelease({ release }: Receipt, integrity: string): void {
  if (release.version === version && release.integrity === integrity) return;
  const same = release.version === version;
  throw new Failure({
    code: "receipt/release",
    message: same
      ? `The receipt is of another build of ${version}, with other templates.`
      : `The receipt is of release ${release.version}, and this is ${version}.`,
    fix: `Run the release that it names: npx create-twelve-factor@${release.version} render --receipt FILE --json`,
  });
}
