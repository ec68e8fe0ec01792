import { TemplateError } from "../template-error.ts";
import { type DataSchema, findFault } from "./data-schema.ts";
import { strictYaml } from "./strict-yaml.ts";

/** What `pack.yaml` says. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly extends: readonly string[];
};

/** The file of a pack that makes a folder one. */
export const manifestPath = "pack.yaml";
/** What a pack extends where it doesn't say: the templates of the program itself. */
export const builtIn = "create-twelve-factor";

const packName: DataSchema = {
  type: "string",
  pattern: "^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$",
  maxLength: 100,
  description: "a name as npm has them, such as acme-standards",
};

/** The JSON Schema (2020-12) of `pack.yaml`, printed for editors and checked here. */
export const manifestSchema: DataSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "pack.yaml of create-twelve-factor",
  type: "object",
  required: ["name", "version"],
  additionalProperties: false,
  properties: {
    name: packName,
    version: {
      type: "string",
      pattern: "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$",
      maxLength: 60,
      description: "a version such as 1.4.0",
    },
    description: { type: "string", maxLength: 200 },
    extends: {
      type: "array",
      maxItems: 20,
      description: `the packs under this one; [${builtIn}] where it's left out`,
      items: packName,
    },
  },
};

/** Reads the text of a `pack.yaml`; throws a `TemplateError` with the line. */
export function readManifest(text: string, origin: string): Manifest {
  const { data, lineAt } = strictYaml(text, origin);
  const fault = findFault(manifestSchema, data);
  if (fault !== null) throw new TemplateError(`${origin}:${lineAt(fault.path)}`, fault.what, fault.fix);
  const stated = data as Partial<Manifest> & Pick<Manifest, "name" | "version">;
  return { description: "", extends: [builtIn], ...stated };
}
