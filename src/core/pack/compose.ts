import { templatesOf } from "../catalogue.ts";
import { compileTemplates, type SourceFile } from "../compile.ts";
import { TemplateError } from "../template-error.ts";
import type { Catalogue } from "../types.ts";
import { builtIn, type Manifest, manifestPath } from "./manifest.ts";

/** A pack as it was read: data that is not yet laid over anything. */
export type Pack = {
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
  /** Names exactly these files. */
  readonly integrity: string;
  /** Where it was read from. */
  readonly source: string;
};

/** The built-in templates with packs over them, in order. Throws a `Failure` that names the file and the fix. */
export function composeCatalogue(built: Catalogue, packs: readonly Pack[]): Catalogue {
  const standsAlone = packs[0]?.manifest.extends.includes(builtIn) === false;
  let templates = standsAlone ? [] : built.templates;
  const known = new Set(standsAlone ? [] : [builtIn]);
  for (const { manifest, files } of packs) {
    verifyPlace(manifest, known);
    templates = compileTemplates(files, { templates, pack: manifest.name });
    known.add(manifest.name);
  }
  const composed: Catalogue = {
    integrity: built.integrity,
    templates,
    packs: packs.map(({ manifest: { name, version }, source, integrity }) => ({
      name,
      source,
      version,
      integrity,
    })),
  };
  if (standsAlone) verifyWhole(composed, packs[0]?.manifest.name ?? "");
  return composed;
}

function verifyPlace({ name, extends: needed }: Manifest, known: ReadonlySet<string>): void {
  const origin = `${name}:${manifestPath}`;
  if (known.has(name))
    throw new TemplateError(origin, "the pack is named twice", `Give --pack for ${name} once.`);
  const missing = needed.find((other) => !known.has(other));
  if (missing === undefined) return;
  const fix =
    missing === builtIn
      ? "The pack before it stands alone: let that one extend it too, or give another."
      : `Give --pack with the folder of ${missing} before that of ${name}.`;
  throw new TemplateError(origin, `it extends ${missing}, which isn't under it`, fix);
}

/** Without ours under it, a pack has to bring what every repo is made of. */
function verifyWhole(catalogue: Catalogue, name: string): void {
  const base = templatesOf(catalogue, "base").flatMap(({ layers }) =>
    layers.flatMap(({ condition }) => condition),
  );
  const missing = [
    ...(base.some((token) => token.startsWith("license=")) ? [] : ["base/files+license=ID"]),
    ...(["stack", "process"] as const).flatMap((kind) =>
      templatesOf(catalogue, kind).length === 0 ? [kind === "stack" ? "stacks/ID" : "processes/ID"] : [],
    ),
  ];
  if (missing.length === 0) return;
  throw new TemplateError(
    `${name}:${manifestPath}`,
    `the pack stands alone, and has no ${missing.join(", ")}`,
    `Write them, or extend ${builtIn}.`,
  );
}
