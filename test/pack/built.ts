import { fileURLToPath } from "node:url";
import { completeAnswers, type PartialAnswers, validateAnswers } from "../../src/core/answers.ts";
import type { SourceFile } from "../../src/core/compile.ts";
import { composeCatalogue, type Pack } from "../../src/core/pack/compose.ts";
import { readManifest } from "../../src/core/pack/manifest.ts";
import { receiptOf } from "../../src/core/receipt.ts";
import { renderReceipt } from "../../src/core/render-receipt.ts";
import type { Catalogue } from "../../src/core/types.ts";
import { compileCatalogue } from "../../src/io/compile-catalogue.ts";

/** The templates of the program itself. */
export const built = compileCatalogue(fileURLToPath(new URL("../../templates", import.meta.url)));

export type Files = { readonly [path: string]: string };

/** A pack as a literal: its name, its files, and what else its pack.yaml says. */
export function packOf(name: string, files: Files, more = ""): Pack {
  const manifest = readManifest(`name: ${name}\nversion: 1.0.0\n${more}`, "pack.yaml");
  const sources: readonly SourceFile[] = Object.entries(files).map(([path, text]) => ({
    path,
    content: Buffer.from(text),
    executable: false,
  }));
  return { manifest, files: sources, integrity: `sha512-${name}`, source: `./${name}` };
}

export function composed(...packs: readonly Pack[]): Catalogue {
  return composeCatalogue(built, packs);
}

/** The texts of what a catalogue emits for answers, the defaults for the rest of them. */
export function emitted(catalogue: Catalogue, partial: PartialAnswers = {}): ReadonlyMap<string, string> {
  const answers = completeAnswers(catalogue, { name: "shop", ...partial });
  validateAnswers(catalogue, answers);
  const tree = renderReceipt(catalogue, receiptOf(catalogue, answers));
  return new Map([...tree].map(([path, { content }]) => [path, Buffer.from(content as string).toString()]));
}
