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
    expect(result).toEqual({ changes: [], conflicts: [], identical: ["a", "b"], kept: [] });
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
    expect(result).toEqual({ changes: [], conflicts: [], identical: [], kept: ["a", "b"] });
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

describe("unifiedDiff", () => {
  test("shows changes, new and deleted files, and nothing for no change", () => {
    expect(unifiedDiff("a", "1\n2\n", "1\n3\n")).toBe("--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n");
    expect(unifiedDiff("a", null, "1\n")).toContain("--- /dev/null\n+++ b/a\n");
    expect(unifiedDiff("a", "1\n", null)).toContain("+++ /dev/null\n");
    expect(unifiedDiff("a", "1\n", "1\n")).toBe("");
  });
});
