import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layerJson, printJson } from "../../src/core/merge/json-layer.ts";
import { layerText } from "../../src/core/merge/layer.ts";
import type { Json } from "../../src/core/types.ts";

const BIOME = resolve("node_modules/.bin/biome");

const { json: PLAIN_JSON } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.stringMatching(/^[a-z "\\\\/-]{0,24}$/),
    fc.integer(),
    fc.constantFrom(null, true, false, 0.5),
    fc.array(tie("json"), { maxLength: 6 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,12}$/), tie("json"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe("layerJson", () => {
  test("puts a package.json in its conventional order, with dependencies by name", () => {
    const base = '{ "scripts": { "start": "node ." }, "dependencies": { "zod": "4" }, "name": "app" }';
    const service = '{ "dependencies": { "ioredis": "5", "@x/y": "1", }, "type": "module", }';
    const { text, conflicts } = layerJson("package.json", [base, service]);
    expect(conflicts).toEqual([]);
    expect(text).toBe(
      `${JSON.stringify({ name: "app", type: "module", scripts: { start: "node ." }, dependencies: { "@x/y": "1", ioredis: "5", zod: "4" } }, null, 2)}\n`,
    );
  });

  test("keeps the first value of a key and reports the other with its path", () => {
    const { text, conflicts } = layerJson("a/app.json", ['{"a":{"b":1}}', '{"a":{"b":2,"c":[]}}']);
    expect(JSON.parse(text)).toEqual({ a: { b: 1, c: [] } });
    expect(conflicts).toMatchObject([{ path: "a/app.json", keyPath: ["a", "b"], ours: "1", theirs: "2" }]);
  });

  test("unites lists that are sets, and only those", () => {
    const { text, conflicts } = layerJson("package.json", [
      '{"files":["dist"],"argv":["a"]}',
      '{"files":["dist","sql"],"argv":["b"]}',
    ]);
    expect(JSON.parse(text)).toEqual({ files: ["dist", "sql"], argv: ["a"] });
    expect(conflicts.map(({ keyPath }) => keyPath)).toEqual([["argv"]]);
  });

  test("takes __proto__ as a key like any other", () => {
    const { text } = layerJson("x.json", ['{"a":{}}', '{"__proto__":{"polluted":1}}']);
    expect(text).toContain('"__proto__"');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("leaves commas inside strings alone", () => {
    expect(layerJson("x.json", ['{"a": "x,}", "b": [1,],}']).text).toBe('{\n  "a": "x,}",\n  "b": [1]\n}\n');
  });
});

describe("printJson", () => {
  test("is what Biome's formatter leaves untouched", () => {
    const values = fc.sample(PLAIN_JSON, { numRuns: 60, seed: 7 }) as Json[];
    const wide = {
      long: Array.from({ length: 12 }, (_, index) => `entry-${index}`),
      numbers: Array.from({ length: 60 }, (_, index) => index * 7),
    };
    const edge = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`k${index}`, ["x".repeat(62 + index)]]),
    );
    const value = {
      ...wide,
      edge,
      values,
      nested: [[1, 2], ["a"]],
      mixed: ["b", { a: 1 }, {}, []],
    };
    for (const path of ["package.json", "app.json"]) {
      const text = printJson(path, value);
      const formatted = execFileSync(BIOME, ["format", "--indent-style=space", `--stdin-file-path=${path}`], {
        input: text,
        cwd: tmpdir(),
      });
      expect(formatted.toString()).toBe(text);
    }
  });
});

describe("layerText", () => {
  test("lays ignore files, environments and Procfiles over one another", () => {
    expect(layerText(".gitignore", ["dist/\n", "dist/\n\n# env\n.env\n"])?.text).toBe(
      "dist/\n\n# env\n.env\n",
    );
    expect(layerText("Procfile", ["web: node a\n", "worker: node b\n"])?.text).toBe(
      "web: node a\nworker: node b\n",
    );
    expect(
      layerText(".env.schema", ["# The port.\n# @type=port\nPORT=3000\n", "# @sensitive\nREDIS_URL=\n"])
        ?.text,
    ).toBe("# The port.\n# @type=port\nPORT=3000\n\n# @sensitive\nREDIS_URL=\n");
  });

  test("reports a variable that two layers give different values", () => {
    expect(layerText(".env.schema", ["A=1\n", "A=2\n"])).toMatchObject({
      text: "A=1\n",
      conflicts: [{ keyPath: ["A"], ours: "A=1", theirs: "A=2" }],
    });
  });

  test("leaves formats that need a parser to mergeText", () => {
    expect(layerText("compose.yaml", ["a: 1\n", "b: 2\n"])).toBeNull();
  });
});

describe("lists with a line for each item", () => {
  const project =
    'name = "app"\ndependencies = [\n    "web",\n]\n\n[dependency-groups]\ndev = [\n    "linter",\n]\n';

  test("are united, and sorted, by their name", () => {
    const { text, conflicts } = layerText("pyproject.toml", [
      project,
      'dependencies = [\n    "driver",\n    "web",\n]\n',
      'dev = [\n    "stubs",\n]\n',
    ]) as { text: string; conflicts: unknown[] };
    expect(conflicts).toEqual([]);
    expect(text).toBe(
      project
        .replace('    "web"', '    "driver",\n    "web"')
        .replace('"linter",\n', '"linter",\n    "stubs",\n'),
    );
    expect(
      layerText("go.mod", ["module app\n\nrequire (\n\tweb v1\n)\n", "require (\n\tdriver v2\n)\n"])?.text,
    ).toBe("module app\n\nrequire (\n\tdriver v2\n\tweb v1\n)\n");
  });

  test("are all that a fragment may have, and those that the first has", () => {
    expect(layerText("pyproject.toml", [project, 'name = "other"\n'])).toBeNull();
    expect(layerText("pyproject.toml", [project, 'optional = [\n    "x",\n]\n'])).toBeNull();
  });
});
