import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { commitChanges } from "../../src/io/commit/commit-changes.ts";
import { pendingJournal } from "../../src/io/commit/pending-journal.ts";
import { recover } from "../../src/io/commit/recover.ts";
import { amendUndo, forgetUndo, readUndo } from "../../src/io/commit/undo-record.ts";
import {
  bundleChild,
  type ChildRequest,
  changesOf,
  discard,
  inPairs,
  makeRepo,
  runChild,
  scratch,
  snapshot,
} from "./commit-scenario.ts";

vi.setConfig({ testTimeout: 240_000 });

const directory = scratch("undo");
let script = "";
beforeAll(async () => {
  script = await bundleChild(directory);
});
afterAll(() => discard(directory));

let repos = 0;
const repo = (git = true) => {
  const root = join(directory, `repo-${repos++}`);
  mkdirSync(root);
  makeRepo(root, git);
  return root;
};
const child = (request: ChildRequest) => runChild([process.execPath, script], request);

/** Without what a record for undo leaves, and without the modes of directories that came back. */
function files(root: string): { readonly [path: string]: string } {
  const kept = Object.entries(snapshot(root)).filter(
    ([path]) => !path.startsWith(".git/") && !path.startsWith(".twelve-factor/") && !path.endsWith("/"),
  );
  return Object.fromEntries(kept);
}

function undo(root: string): void {
  const record = readUndo(root);
  if (record === null) throw new Error("nothing to undo");
  commitChanges({ root, changes: record.changes });
  forgetUndo(root);
}

describe.each([{ git: true }, { git: false }])("undo (%o)", ({ git }) => {
  it("takes the last change back, once", () => {
    const root = repo(git);
    const before = files(root);
    const whole = snapshot(root);
    commitChanges({ root, changes: changesOf(root), undo: "add redis" });
    expect(files(root)).not.toEqual(before);
    expect(pendingJournal(root)).toBeNull();
    expect(readUndo(root)?.label).toBe("add redis");
    undo(root);
    expect(files(root)).toEqual(before);
    expect(readUndo(root)).toBeNull();
    expect(Object.keys(snapshot(root))).toEqual(Object.keys(whole));
  });

  it("knows the last of several changes alone", () => {
    const root = repo(git);
    commitChanges({ root, changes: changesOf(root), undo: "first" });
    const between = files(root);
    const before = { content: readFileSync(join(root, "README.md")), executable: false };
    const after = { content: "second\n", executable: false };
    commitChanges({ root, changes: [{ kind: "modify", path: "README.md", before, after }], undo: "second" });
    expect(readUndo(root)?.label).toBe("second");
    undo(root);
    expect(files(root)).toEqual(between);
  });

  it("refuses where a file was edited, removed or made since, and names it", () => {
    for (const [path, edit] of [
      ["README.md", (file: string) => writeFileSync(file, "edited\n")],
      ["bin/dev", (file: string) => rmSync(file)],
      ["half/three.txt", (file: string) => writeFileSync(file, "back\n")],
    ] as const) {
      const root = repo(git);
      commitChanges({ root, changes: changesOf(root), undo: "add redis" });
      edit(join(root, path));
      expect(() => readUndo(root)).toThrow(path);
    }
  });

  it("doesn't mind what an install made of a file that was part of it", () => {
    const root = repo(git);
    const before = files(root);
    commitChanges({ root, changes: changesOf(root), undo: "add redis" });
    writeFileSync(join(root, "package.json"), "{}\n");
    expect(() => readUndo(root)).toThrow("package.json");
    amendUndo(root, ["package.json", "none.json"]);
    undo(root);
    expect(files(root)).toEqual(before);
  });

  it("refuses when what was kept is damaged", () => {
    const root = repo(git);
    commitChanges({ root, changes: changesOf(root), undo: "add redis" });
    const journal = join(root, git ? ".git/twelve-factor" : ".twelve-factor", "undo");
    for (let index = 0; index < changesOf.length + 9; index++) {
      try {
        chmodSync(join(journal, "before", String(index)), 0o644);
        writeFileSync(join(journal, "before", String(index)), "other");
      } catch {}
    }
    expect(() => readUndo(root)).toThrow("damaged");
  });
});

it("has nothing to take back in a repo that no verb has changed", () => {
  expect(readUndo(repo())).toBeNull();
});

it("survives kill -9 at every step of the change: it takes back a change that is whole, and no other", async () => {
  const whole = repo();
  const before = files(whole);
  const steps = (await child({ verb: "commit", root: whole, undo: "add redis" })).report?.steps ?? [];
  const after = files(whole);
  expect(steps).toContain("originals-moved");
  const committed = steps.indexOf("committed");
  await inPairs([...steps.keys()], async (killAt) => {
    const at = `step ${killAt}, ${steps[killAt]}`;
    const root = repo();
    const { signal } = await child({ verb: "commit", root, undo: "add redis", killAt });
    expect(signal).toBe("SIGKILL");
    recover({ root, abort: false });
    expect(pendingJournal(root), at).toBeNull();
    expect(files(root), at).toEqual(killAt >= committed ? after : before);
    expect(readUndo(root)?.label ?? null, at).toBe(killAt >= committed ? "add redis" : null);
    if (killAt >= committed) undo(root);
    expect(files(root), at).toEqual(before);
    discard(root);
  });
});
