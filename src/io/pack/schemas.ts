import { kindFolders } from "../../core/catalogue.ts";
import type { DataSchema } from "../../core/pack/data-schema.ts";
import { manifestSchema } from "../../core/pack/manifest.ts";
import { patchSchema, templateSchema } from "../../core/pack/template-schema.ts";
import type { TemplateKind } from "../../core/types.ts";
import { configurationSchema } from "./configuration.ts";

/** The schema of pack.yaml, of a configuration, or of the template.yaml of a kind; null for anything else. */
export function schemaOf(name: string): DataSchema | null {
  if (name === "pack") return manifestSchema;
  if (name === "config") return configurationSchema;
  const [, kind = "", patch] = /^([a-z]+)(-patch)?$/.exec(name) ?? [];
  if (kind !== "base" && !Object.hasOwn(kindFolders, kind)) return null;
  return patch === undefined ? templateSchema(kind as TemplateKind) : patchSchema(kind as TemplateKind);
}
