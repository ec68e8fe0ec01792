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
