import { lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answersSchema } from "../../../core/answers.ts";
import { kindFolders } from "../../../core/catalogue.ts";
import { Failure } from "../../../core/failure.ts";
import type { Catalogue } from "../../../core/types.ts";
import { schemaOf } from "../../pack/schemas.ts";

/** Where editors find them: the files of a pack name them in their first line. */
export const schemasFolder = "schemas";

/** Writes the schema of each YAML file of a pack beside its templates; gives their paths. */
export function writeSchemas(folder: string, catalogue: Catalogue): readonly string[] {
  const into = join(folder, schemasFolder);
  if (lstatSync(into, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Failure({ code: "pack/schemas", message: `${into} is a link.`, fix: "Move it away." });
  mkdirSync(into, { recursive: true });
  const kinds = ["base", ...Object.keys(kindFolders)];
  const names = ["pack", ...kinds, ...kinds.map((kind) => `${kind}-patch`)];
  const all = [
    ...names.map((name) => [name, schemaOf(name)] as const),
    ["answers", answersSchema(catalogue)],
  ];
  return all.map(([name, schema]) => {
    const path = join(into, `${name}.json`);
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false)
      throw new Failure({ code: "pack/schemas", message: `${path} isn't a file.`, fix: "Move it away." });
    writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
    return `${schemasFolder}/${name}.json`;
  });
}
