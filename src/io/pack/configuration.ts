import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, relative, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { type DataSchema, findFault } from "../../core/pack/data-schema.ts";
import { strictYaml } from "../../core/pack/strict-yaml.ts";
import { printable } from "../../core/printable.ts";
import { withoutSecret } from "../../core/without-secret.ts";

/** The JSON Schema (2020-12) of a configuration, printed for editors and checked here. */
export const configurationSchema: DataSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Configuration of create-twelve-factor",
  type: "object",
  additionalProperties: false,
  properties: {
    packs: {
      type: "array",
      maxItems: 20,
      description: "sources as --pack takes them, in order; paths as this file reaches them",
      items: { type: "string", minLength: 1, maxLength: 500 },
    },
  },
};

/** The packs that a configuration names, with whole paths. Throws a `Failure` with the line. */
export function packsIn(file: string): readonly string[] {
  const { data, lineAt } = strictYaml(textOf(file), file);
  if (data === null) return [];
  const fault = findFault(configurationSchema, data);
  if (fault !== null) throw unusable(`${file}:${lineAt(fault.path)}: ${fault.what}.`, fault.fix);
  const { packs = [] } = data as { readonly packs?: readonly string[] };
  return packs.map((source) => {
    if (source.startsWith("~/")) return resolve(homedir(), source.slice(2));
    return /^\.\.?(\/|$)/.test(source) ? resolve(dirname(file), source) : source;
  });
}

/** Packs that nobody named on the command line are said. */
export function configuredNote(file: string, packs: readonly string[]): string {
  const shown = (path: string) => {
    const near = relative(process.cwd(), path);
    return printable(withoutSecret(path.startsWith("/") && near.length < path.length ? near : path));
  };
  return `Packs of ${shown(file)}: ${packs.map(shown).join(", ")}. --no-config leaves them out.\n`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unusable(`${file} can't be read: ${(error as Error).message}.`, "Make it a file that can be read.");
  }
}

function unusable(message: string, fix: string): Failure {
  return new Failure({ code: "configuration/unusable", message: printable(message), fix });
}
