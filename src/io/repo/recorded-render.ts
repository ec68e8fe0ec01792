import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printReceipt } from "../../core/receipt.ts";
import { renderReceipt } from "../../core/render-receipt.ts";
import type { Catalogue, Receipt, Tree } from "../../core/types.ts";
import { version } from "../../core/version.ts";
import type { Catalogues } from "../pack/catalogues.ts";
import { withProgress } from "../progress.ts";
import { runRelease } from "./other-release.ts";

type Recorded = { readonly root: string; readonly catalogues: Pick<Catalogues, "recorded" | "unpack"> };

/** What the release that each receipt names renders from it, or null where that release can't be had. */
export async function renderRecorded(
  built: Catalogue,
  { root, catalogues }: Recorded,
  receipts: readonly Receipt[],
): Promise<readonly Tree[] | null> {
  if (receipts.every((receipt) => isRunning(built, receipt))) {
    const trees = receipts.map((receipt) => {
      const catalogue = catalogues.recorded(receipt);
      return catalogue && renderReceipt(catalogue, receipt);
    });
    return trees.every((tree) => tree !== null) ? trees : null;
  }
  const releases = [...new Set(receipts.map(({ release }) => release.version))].join(", ");
  return withProgress(`Rendering with release ${releases}`, () =>
    renderElsewhere({ root, catalogues }, receipts),
  );
}

/** Why `renderRecorded` gave null. */
export function whatIsMissing(catalogue: Catalogue, receipt: Receipt): string {
  const { release, packs } = receipt;
  if (!isRunning(catalogue, receipt))
    return `Release ${release.version}, which wrote this repo, can't be had.`;
  const names = packs.map(({ name, version: at }) => `${name} ${at}`).join(", ");
  return `The templates of ${names}, as they were when this repo was written, can't be had.`;
}

export function isRunning(catalogue: Catalogue, { release }: Receipt): boolean {
  return release.version === version && release.integrity === catalogue.integrity;
}

/** By the tarball of that release, from npm's cache or the person's registry. It refuses a receipt that isn't its own. */
async function renderElsewhere(
  { root, catalogues }: Recorded,
  receipts: readonly Receipt[],
): Promise<readonly Tree[] | null> {
  const folder = mkdtempSync(join(tmpdir(), "twelve-factor-"));
  try {
    const trees: Tree[] = [];
    // One after the other: npm installs into its cache, which two at once may spoil.
    for (const [index, receipt] of receipts.entries()) {
      const file = join(folder, `${index}.json`);
      writeFileSync(file, printReceipt(receipt));
      const packs = catalogues.unpack(receipt, join(folder, `${index}-pack`));
      if (packs === null) return null;
      const given = packs.map((place) => `--pack=${place}`);
      const args = ["render", "--receipt", file, "--json", ...given];
      const ran = await runRelease(root, receipt.release.version, args);
      if (ran.failed) return null;
      trees.push(readTree(ran.stdout));
    }
    return trees;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Rendered = {
  readonly files: readonly {
    readonly path: string;
    readonly executable: boolean;
    readonly encoding: "utf8" | "base64";
    readonly content: string;
  }[];
};

function readTree(json: string): Tree {
  const { files } = JSON.parse(json) as Rendered;
  return new Map(
    files.map(({ path, executable, encoding, content }) => [
      path,
      { content: encoding === "base64" ? Buffer.from(content, "base64") : content, executable },
    ]),
  );
}
