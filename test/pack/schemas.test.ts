import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kindFolders } from "../../src/core/catalogue.ts";
import { readDefinition } from "../../src/core/definition.ts";
import { findFault } from "../../src/core/pack/data-schema.ts";
import { patchSchema, templateSchema } from "../../src/core/pack/template-schema.ts";
import { TemplateError } from "../../src/core/template-error.ts";
import type { Json, TemplateKind } from "../../src/core/types.ts";
import { schemaOf } from "../../src/io/pack/schemas.ts";
import { composed, packOf } from "./built.ts";

const templates = fileURLToPath(new URL("../../templates/", import.meta.url));
const kinds = ["base", ...Object.keys(kindFolders)] as readonly TemplateKind[];
const foldersOf = (kind: TemplateKind) =>
  kind === "base"
    ? ["base"]
    : readdirSync(`${templates}${kindFolders[kind]}`).map((id) => `${kindFolders[kind]}/${id}`);
const factsIn = (folder: string) =>
  parse(readFileSync(`${templates}${folder}/template.yaml`, "utf8")) as Json;

type Path = readonly (string | number)[];
const pathsIn = (data: Json, at: Path = []): Path[] =>
  data === null || typeof data !== "object"
    ? [at]
    : [
        at,
        ...Object.entries(data).flatMap(([key, value]) =>
          pathsIn(value as Json, [...at, Array.isArray(data) ? Number(key) : key]),
        ),
      ];

/** The data with something else at a path; without it where that is undefined. */
function changed(data: Json, [key, ...rest]: Path, value: Json | undefined): Json {
  if (key === undefined) return value ?? null;
  const copy = structuredClone(data) as { [key: string]: Json };
  if (rest.length > 0) copy[key] = changed(copy[key] as Json, rest, value);
  else if (value === undefined) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  } else copy[key] = value;
  return copy as Json;
}

const others: readonly (Json | undefined)[] = [
  undefined,
  null,
  true,
  7,
  1.5,
  "x",
  "",
  "A_B",
  [],
  ["x"],
  [7],
  {},
  { x: "y" },
];

function reads(kind: TemplateKind, data: Json): boolean {
  try {
    readDefinition(kind, data, "template.yaml");
    return true;
  } catch (error) {
    if (error instanceof TemplateError) return false;
    throw error;
  }
}

describe("the schema of a template.yaml", () => {
  it.each(kinds)("of a %s says what its reader says, of ours and of whatever is changed in them", (kind) => {
    const schema = templateSchema(kind);
    let [accepted, refused] = [0, 0];
    for (const folder of foldersOf(kind)) {
      const facts = factsIn(folder);
      expect(findFault(schema, facts), folder).toBeNull();
      expect(findFault(patchSchema(kind), facts), folder).toBeNull();
      for (const path of pathsIn(facts)) {
        for (const value of others) {
          const data = changed(facts, path, value);
          const isFine = reads(kind, data);
          const where = `${folder} ${path.join(".")} = ${JSON.stringify(value)}`;
          expect(findFault(schema, data) === null, where).toBe(isFine);
          if (isFine) accepted++;
          else refused++;
        }
        const there = path.reduce((at, key) => (at as { [key: string]: Json })[key] as Json, facts);
        if (there === null || typeof there !== "object" || Array.isArray(there)) continue;
        const extended = changed(facts, path, { ...there, unknownKey: "x" });
        expect(findFault(schema, extended) === null, `${path.join(".")}.unknownKey`).toBe(
          reads(kind, extended),
        );
      }
    }
    expect(accepted).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(10);
  });

  it("refuses a secret with a default, as the reader does", () => {
    const secret = { name: "KEY", description: "x", sensitive: true, default: "y" };
    const data = { label: "x", description: "x", env: [secret] };
    expect(reads("service", data)).toBe(false);
    expect(findFault(templateSchema("service"), data)).toMatchObject({
      path: ["env", 0],
      fix: "Leave default out.",
    });
  });

  it("that replaces facts needs none of them, and lets null remove one", () => {
    const schema = patchSchema("service");
    for (const data of [
      {},
      { container: { image: "x:1" } },
      { debian: null },
      { container: { volume: null } },
      { roles: { jobs: null } },
    ])
      expect(findFault(schema, data), JSON.stringify(data)).toBeNull();
    for (const data of [
      { imge: "x" },
      { container: { imge: "x" } },
      { env: [{ name: "X" }] },
      { container: { port: "x" } },
    ])
      expect(findFault(schema, data), JSON.stringify(data)).not.toBeNull();
  });
});

describe("the files of a pack are read as the schemas say", () => {
  it("with the line", () => {
    const pack = packOf("acme", {
      "services/postgres/template.yaml": "container:\n  image: x:1\n  prot: 1\n",
    });
    expect(() => composed(pack)).toThrow(
      /acme:services\/postgres\/template\.yaml:3: there is no "prot" here/,
    );
  });

  it("and each has one", () => {
    for (const name of ["pack", "config", ...kinds, ...kinds.map((kind) => `${kind}-patch`)])
      expect(schemaOf(name), name).toHaveProperty("$schema");
    for (const name of ["", "packs", "service-", "constructor", "service-patch-patch"])
      expect(schemaOf(name), name).toBeNull();
  });
});
