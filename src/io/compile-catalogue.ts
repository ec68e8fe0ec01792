import { createHash } from "node:crypto";
import { completeAnswers } from "../core/answers.ts";
import { compileTemplates } from "../core/compile.ts";
import { plan } from "../core/plan.ts";
import type { Catalogue } from "../core/types.ts";
import { type PackedCatalogue, packCatalogue } from "./packed-catalogue.ts";
import { readTemplates } from "./read-templates.ts";

/** Compiles a templates folder. Its integrity is the sha512 of the compiled templates, as npm writes one. */
export function compileCatalogue(folder: string): Catalogue {
  const templates = compileTemplates(readTemplates(folder));
  const digest = createHash("sha512").update(JSON.stringify(templates)).digest("base64");
  return { integrity: `sha512-${digest}`, templates };
}

/** The same, as the build ships it: what `create --yes` needs is read first. */
export function compilePacked(folder: string): PackedCatalogue {
  const catalogue = compileCatalogue(folder);
  return packCatalogue(catalogue, plan(catalogue, completeAnswers(catalogue, { name: "app" })));
}
