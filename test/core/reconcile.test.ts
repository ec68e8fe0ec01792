import { describe, expect, test } from "vitest";
import { unifiedDiff } from "../../src/core/diff.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import type { FileContent, Tree } from "../../src/core/types.ts";

type Files = { readonly [path: string]: string | Uint8Array | FileContent };

function tree(files: Files): Tree {
  return new Map(
    Object.entries(files).map(([path, file]) => [
      path,
      isFile(file) ? file : { content: file, executable: false },
    ]),
  );
}

function isFile(file: Files[string]): file is FileContent {
  return typeof file === "object" && "content" in file;
}

function run(base: Files, ours: Files, theirs: Files) {
  return reconcile({ base: tree(base), ours: tree(ours), theirs: tree(theirs) });
}

const BINARY = new Uint8Array([0, 255, 1]);

describe("with an empty base, as create", () => {
  test("adds what is not there", async () => {
    const result = await run({}, {}, { "a/b.ts": "x\n", bin: BINARY });
    expect(result.changes.map(({ kind, path }) => [kind, path])).toEqual([
      ["add", "a/b.ts"],
      ["add", "bin"],
    ]);
  });

  test("does not touch what is the same, be it text or bytes", async () => {
    const result = await run(
      {},
      { a: "x\n", b: BINARY },
      { a: new TextEncoder().encode("x\n"), b: BINARY.slice() },
    );
    expect(result).toMatchObject({ changes: [], conflicts: [], identical: ["a", "b"], kept: [] });
  });

  test("makes an identical file executable, and never takes that from one", async () => {
    const [on, off] = [
      { content: "x", executable: true },
      { content: "x", executable: false },
    ];
    expect((await run({}, { a: off, b: on }, { a: on, b: off })).changes).toEqual([
      { kind: "modify", path: "a", before: off, after: on },
    ]);
  });

  test("merges ignore files and keeps CRLF there", async () => {
    const { changes, conflicts } = await run(
      {},
      { ".gitignore": "mine/\r\n" },
      { ".gitignore": "dist/\nmine/\n" },
    );
    expect(conflicts).toEqual([]);
    expect(changes).toMatchObject([{ kind: "modify", after: { content: "dist/\r\nmine/\r\n" } }]);
  });

  test.each(["README.md", "readme.rst", "README", "Readme.txt"])(
    "keeps %s instead of our README.md",
    async (name) => {
      const { changes, kept } = await run({}, { [name]: "mine" }, { "README.md": "ours" });
      expect({ changes, kept }).toEqual({ changes: [], kept: ["README.md"] });
    },
  );

  test.each(["LICENSE.txt", "COPYING", "LICENCE", "license"])(
    "keeps %s instead of our LICENSE",
    async (name) => {
      const { changes, kept } = await run({}, { [name]: "mine" }, { LICENSE: "ours" });
      expect({ changes, kept }).toEqual({ changes: [], kept: ["LICENSE"] });
    },
  );

  test("does not mistake a README of another folder, or a file that begins alike, for it", async () => {
    const { changes } = await run({}, { "docs/README.rst": "", "readmeter.ts": "" }, { "README.md": "ours" });
    expect(changes).toHaveLength(1);
  });

  test("reports any other file that is there and differs, and writes it only when told to", async () => {
    const [ours, theirs] = [tree({ "a.ts": "mine" }), tree({ "a.ts": "ours" })];
    const options = { base: tree({}), ours, theirs };
    const asked = await reconcile(options);
    expect(asked).toMatchObject({
      changes: [],
      conflicts: [{ path: "a.ts", keyPath: [], ours: "mine", theirs: "ours" }],
    });
    expect((await reconcile({ ...options, policy: () => "ours" })).kept).toEqual(["a.ts"]);
    expect((await reconcile({ ...options, policy: () => "theirs" })).changes).toMatchObject([
      { after: { content: "ours" } },
    ]);
  });

  test("keeps a README even when told to overwrite", async () => {
    const options = {
      base: tree({}),
      ours: tree({ "README.md": "mine" }),
      theirs: tree({ "README.md": "ours" }),
    };
    expect((await reconcile({ ...options, policy: () => "theirs" })).changes).toEqual([]);
  });
});

describe("three-way", () => {
  test("does nothing where the template did nothing", async () => {
    expect((await run({ a: "1\n" }, { a: "2\n" }, { a: "1\n" })).changes).toEqual([]);
  });

  test("takes the template's where the person did nothing", async () => {
    expect((await run({ a: "1\n" }, { a: "1\n" }, { a: "2\n" })).changes).toMatchObject([
      { after: { content: "2\n" } },
    ]);
  });

  test("leaves a file deleted that the person deleted", async () => {
    const result = await run({ a: "1\n", b: "1\n" }, {}, { a: "1\n", b: "2\n" });
    expect(result).toMatchObject({ changes: [], conflicts: [], identical: [], kept: ["a", "b"] });
  });

  test("deletes what the template dropped, unless the person changed it", async () => {
    const result = await run({ a: "1\n", b: "1\n" }, { a: "1\n", b: "2\n" }, {});
    expect(result.changes.map(({ kind, path }) => [kind, path])).toEqual([["delete", "a"]]);
    expect(result.conflicts).toMatchObject([{ path: "b", ours: "2\n", theirs: null }]);
  });

  test("does not take line ends, a BOM or a final newline for an edit", async () => {
    const result = await run(
      { a: "1\n2\n", b: "1\n2\n" },
      { a: "\uFEFF1\r\n2\r\n", b: "1\r\n2" },
      { b: "1\n3\n" },
    );
    expect(result.conflicts).toEqual([]);
    expect(result.changes).toMatchObject([
      { kind: "delete", path: "a" },
      { kind: "modify", path: "b", after: { content: "1\r\n3" } },
    ]);
    expect((await run({}, { c: "1\r\n" }, { c: "1\n" })).identical).toEqual(["c"]);
  });

  test("merges text, with markers where both changed a line", async () => {
    const result = await run({ a: "1\n2\n3\n" }, { a: "0\n2\n3\n" }, { a: "1\n2\n4\n" });
    expect(result.changes).toMatchObject([{ after: { content: "0\n2\n4\n" } }]);
    const clash = await run({ a: "1\n" }, { a: "2\n" }, { a: "3\n" });
    expect(clash.changes).toMatchObject([
      { after: { content: "<<<<<<< yours\n2\n=======\n3\n>>>>>>> template\n" } },
    ]);
    expect(clash.conflicts).toHaveLength(1);
  });

  test("never merges binary contents", async () => {
    const result = await run({ a: BINARY }, { a: new Uint8Array([0, 1]) }, { a: new Uint8Array([0, 2]) });
    expect(result).toMatchObject({
      changes: [],
      conflicts: [{ path: "a", keyPath: [], ours: null, theirs: null }],
    });
  });

  test("applies a change of the executable bit to an edited file", async () => {
    const result = await run({ a: "1" }, { a: "2" }, { a: { content: "1", executable: true } });
    expect(result.changes).toMatchObject([{ after: { content: "2", executable: true } }]);
  });
});

describe("what was there before the template had it", () => {
  const manifest = (dependencies: object) => `${JSON.stringify({ name: "x", dependencies }, null, 2)}\n`;
  const options = (base: Files, ours: Files, theirs: Files, kept: readonly string[] = []) => ({
    base: tree(base),
    ours: tree(ours),
    theirs: tree(theirs),
    kept,
  });

  test.each([
    {
      path: "package.json",
      without: manifest({ zod: "1" }),
      having: manifest({ "@scope/redis": "2", zod: "1" }),
      key: "package.json#dependencies/@scope~1redis",
    },
    { path: "Procfile", without: "web: a\n", having: "web: a\nworker: b\n", key: "Procfile#worker" },
    { path: ".gitignore", without: "dist/\n", having: "dist/\n/tmp\n", key: ".gitignore#~1tmp" },
    { path: ".env.schema", without: "A=\n", having: "A=\n\nB=\n", key: ".env.schema#B" },
    {
      path: "compose.yaml",
      without: "services:\n  web:\n    image: a\n",
      having: "services:\n  web:\n    image: a\n  redis:\n    image: b\n",
      key: "compose.yaml#services/redis/image",
    },
    {
      path: "compose.yaml",
      without: "services:\n  web:\n    depends_on:\n      - db\n",
      having: "services:\n  web:\n    depends_on:\n      - db\n      - redis # mine\n",
      key: "compose.yaml#services/web/depends_on/redis",
    },
    {
      path: "compose.yaml",
      without: "x:\n  environment: [A=1]\n",
      having: "x:\n  environment: [A=1, B=a/b]\n",
      key: "compose.yaml#x/environment/B",
    },
    {
      path: ".github/workflows/ci.yml",
      without: "jobs:\n  test:\n    steps:\n      - uses: actions/checkout@v4\n",
      having:
        "jobs:\n  test:\n    steps:\n      - uses: actions/checkout@v4\n      - name: Wait\n        run: bin/wait\n",
      key: ".github/workflows/ci.yml#jobs/test/steps/name Wait",
    },
    {
      path: "tsconfig.json",
      without: '{ "include": ["src"] }\n',
      having: '{ "include": ["src", "test/*.ts"] }\n',
      key: "tsconfig.json#include/test~1*.ts",
    },
    {
      path: "app.json",
      without: '{ "command": ["a", "b"] }\n',
      having: '{ "command": ["a", "--tls", "b"] }\n',
      key: "app.json#command/--tls",
    },
    {
      path: "pyproject.toml",
      without: '[project]\ndependencies = ["flask>=3"]\n',
      having: '[project]\ndependencies = ["flask>=3", "redis>=5"]\n',
      key: "pyproject.toml#project/dependencies/redis",
    },
    {
      path: "src/app.ts",
      without: "a();\nb();\n",
      having: "a();\nif (x/y) {\n  z();\n}\nb();\n",
      key: "src/app.ts#if (x~1y) {\n  z();\n}\n",
    },
    {
      path: "src/app.ts",
      without: 'import { a } from "x";\n\na();\n',
      having: 'import { a, b } from "x";\n\na();\n',
      key: 'src/app.ts#import { a, b } from "x";\n',
    },
    { path: "Dockerfile", without: "FROM a\nUSER b\n", having: "FROM a\n\nUSER b\n", key: "Dockerfile#\n" },
  ])("is found in $path, and stays when the template drops it", async ({ path, without, having, key }) => {
    const added = await reconcile(options({ [path]: without }, { [path]: having }, { [path]: having }));
    expect(added).toMatchObject({ changes: [], conflicts: [], found: [key], released: [] });
    const dropped = options({ [path]: having }, { [path]: having }, { [path]: without }, [key]);
    expect(await reconcile(dropped)).toMatchObject({
      changes: [],
      conflicts: [],
      found: [],
      released: [key],
    });
    const unrecorded = await reconcile({ ...dropped, kept: [] });
    expect(unrecorded.changes).toMatchObject([{ path, after: { content: without } }]);
  });

  test.each([
    {
      path: "compose.yaml",
      base: "services:\n  web:\n    depends_on: [db]\n",
      ours: "services:\n  web:\n    depends_on: [redis, db, mail] # mine\n",
      theirs: "services:\n  web:\n    depends_on: [db, mq, redis]\n",
    },
    {
      path: "compose.yaml",
      base: "services: {}\n",
      ours: "services:\n  redis:\n    ports: [1:1]\n    command: [a]\n",
      theirs: "services:\n  redis:\n    ports: [1:1, 2:2]\n    command: [a]\n",
    },
    {
      path: "package.json",
      base: '{ "files": ["dist"] }\n',
      ours: '{ "files": ["bin", "dist"] }\n',
      theirs: '{ "files": ["bin", "dist", "lib"] }\n',
    },
    {
      path: "src/app.ts",
      base: "a();\nb();\n}\n",
      ours: "a();\nredis();\nb();\n}\nmine();\n",
      theirs: "start();\na();\nredis();\nb();\nstop();\n}\n",
    },
    {
      path: "src/app.ts",
      base: "one {\n  a();\n}\n\nend();\n",
      ours: "// mine\none {\n  a();\n}\n\ntwo {\n  b();\n}\n\nend();\n",
      theirs: "one {\n  a();\n}\n\ntwo {\n  b();\n}\n\nend();\nlast();\n",
    },
  ])("is all that remains in $path when the rest goes", async ({ path, base, ours, theirs }) => {
    const added = await reconcile(options({ [path]: base }, { [path]: ours }, { [path]: theirs }));
    expect(added.conflicts).toEqual([]);
    const after = added.changes[0];
    if (after?.kind !== "modify") throw new Error("Nothing was added.");
    const now = { [path]: after.after };
    const back = await reconcile(options({ [path]: theirs }, now, { [path]: base }, added.found));
    expect(back).toMatchObject({ conflicts: [], changes: [{ after: { content: ours } }] });
    expect(back.released).toEqual(added.found);
    const forgotten = await reconcile(options({ [path]: theirs }, now, { [path]: base }));
    expect(forgotten.changes).not.toMatchObject([{ after: { content: ours } }]);
  });

  test("is a step of theirs as it is, where the template has another of that name", async () => {
    const steps = (step: string) => `steps:\n  - uses: a/b@v1\n${step}`;
    const mine = steps("  - name: Wait\n    run: mine\n");
    const other = steps("  - name: Wait\n    uses: c/d@v1\n    with: { e: f }\n");
    const added = await reconcile(options({ "ci.yml": steps("") }, { "ci.yml": mine }, { "ci.yml": other }));
    expect(added).toMatchObject({ changes: [], found: ["ci.yml#steps/name Wait"] });
    expect(added.conflicts).toMatchObject([
      { keyPath: ["steps", 1], theirs: expect.stringContaining("c/d@v1") },
    ]);
    const back = await reconcile(
      options({ "ci.yml": other }, { "ci.yml": mine }, { "ci.yml": steps("") }, added.found),
    );
    expect(back).toMatchObject({ changes: [], conflicts: [], released: added.found });
  });

  test("stays while the template has it, and in a file that the template drops", async () => {
    const having = "a();\nredis();\nb();\n";
    const key = "a.ts#redis();\n";
    const more = `${having}c();\n`;
    const other = await reconcile(options({ "a.ts": having }, { "a.ts": having }, { "a.ts": more }, [key]));
    expect(other).toMatchObject({ changes: [{ after: { content: more } }], found: [], released: [] });
    const gone = await reconcile(options({ "a.ts": having }, { "a.ts": having }, {}, [key]));
    expect(gone).toMatchObject({ changes: [], conflicts: [{ path: "a.ts" }], released: [key] });
  });

  test("is not told apart where the release that wrote the repo can't be had", async () => {
    const files = { "a.yaml": "a: [b]\n", "a.json": '{"a": 1}\n', "a.ts": "a();\n" };
    const more = { "a.yaml": "a: [b]\nc: d\n", "a.json": '{"a": 1, "b": 2}\n', "a.ts": "a();\nb();\n" };
    const merged = await reconcile({ ...options({}, files, more), policy: () => "merge" });
    expect(merged.found).toEqual([]);
  });

  test("stays within a service of which the rest goes", async () => {
    const before = "services:\n  web: {}\n  redis:\n    image: mine\n";
    const after = "services:\n  web: {}\n  redis:\n    image: mine\n    restart: always\n";
    const [base, theirs] = [
      "services:\n  web: {}\n",
      "services:\n  web: {}\n  redis:\n    image: mine\n    restart: always\n",
    ];
    const added = await reconcile(options({ "c.yaml": base }, { "c.yaml": before }, { "c.yaml": theirs }));
    expect(added.changes).toMatchObject([{ after: { content: after } }]);
    const back = await reconcile(
      options({ "c.yaml": theirs }, { "c.yaml": after }, { "c.yaml": base }, added.found),
    );
    expect(back).toMatchObject({ conflicts: [], changes: [{ after: { content: before } }] });
  });
});

describe("unifiedDiff", () => {
  test("shows changes, new and deleted files, and nothing for no change", () => {
    expect(unifiedDiff("a", "1\n2\n", "1\n3\n")).toBe("--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n");
    expect(unifiedDiff("a", null, "1\n")).toContain("--- /dev/null\n+++ b/a\n");
    expect(unifiedDiff("a", "1\n", null)).toContain("+++ /dev/null\n");
    expect(unifiedDiff("a", "1\n", "1\n")).toBe("");
  });
});
