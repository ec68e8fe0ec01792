import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { change } from "../../generators/change.ts";
import { compareVersions, update } from "../../generators/update.ts";
import { readReceipt, receiptPath } from "../../src/core/receipt.ts";
import { renderReceipt } from "../../src/core/render-receipt.ts";
import type { Tree } from "../../src/core/types.ts";
import { version } from "../../src/core/version.ts";
import { edited, linesIn, personEdits, wildEdits, wildlyEdited } from "./edits.ts";
import { catalogue, type Repo, textOf, texts } from "./repo-model.ts";

const folder = new URL("../fixtures/releases/", import.meta.url);
const releases = readdirSync(folder).filter((name) => name.endsWith(".json"));
type File = { readonly path: string; readonly executable: boolean; readonly content: string };

function readRelease(name: string): Repo {
  const { files } = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as { files: readonly File[] };
  const tree = new Map(files.map(({ path, content, executable }) => [path, { content, executable }]));
  const receipt = readReceipt(tree.get(receiptPath)?.content ?? "");
  return { files: tree, receipt, conflicts: [] };
}

async function updated(repo: Repo, base: Tree | null): Promise<Repo> {
  const { answers } = update(catalogue, repo.receipt);
  const to = { release: { version, integrity: catalogue.integrity }, packs: [], answers };
  const theirs = renderReceipt(catalogue, { ...to, kept: repo.receipt.kept });
  const changed = await change({ from: repo.receipt, to, base, ours: repo.files, theirs });
  const files = new Map(repo.files);
  for (const each of changed.changes) {
    if (each.kind === "delete") files.delete(each.path);
    else files.set(each.path, each.after);
  }
  return { files, receipt: changed.receipt, conflicts: changed.conflicts };
}

describe.each(releases)("an update from %s", (name) => {
  const old = readRelease(name);

  it("is, where nothing was edited, what this release creates", async () => {
    const now = await updated(old, old.files);
    expect(now.conflicts).toEqual([]);
    const { answers } = old.receipt;
    const created = renderReceipt(catalogue, {
      release: { version, integrity: catalogue.integrity },
      packs: [],
      answers,
      kept: [],
    });
    expect(texts(now)).toEqual(texts({ ...now, files: created }));
    expect(texts(await updated(now, now.files))).toEqual(texts(now));
  });

  it("loses no line of the person's, and brings back no file that they deleted", async () => {
    await fc.assert(
      fc.asyncProperty(personEdits, async (edits) => {
        const { repo, written } = edited(old, edits);
        const now = await updated(repo, old.files);
        for (const { path, line } of written) expect(textOf(now, path), path).toContain(line);
        for (const path of old.files.keys()) {
          if (!repo.files.has(path)) expect(now.files.has(path), path).toBe(false);
        }
      }),
      { numRuns: Number(process.env.VERB_RUNS ?? 25), seed: 9 },
    );
  });

  it("without the release that wrote it merges two sides, with conflicts, and loses nothing", async () => {
    await fc.assert(
      fc.asyncProperty(personEdits, async (edits) => {
        const { repo, written } = edited(old, edits);
        const now = await updated(repo, null);
        for (const { path, line } of written) expect(textOf(now, path), path).toContain(line);
        for (const path of repo.files.keys()) expect(now.files.has(path), path).toBe(true);
        for (const path of ["package.json", "app.json"]) JSON.parse(textOf(now, path));
      }),
      { numRuns: Number(process.env.VERB_RUNS ?? 25), seed: 10 },
    );
  });
});

describe.each(releases)("an update from %s over wild edits", (name) => {
  const old = readRelease(name);

  it.each([
    ["with what that release rendered", old.files],
    ["without", null],
  ])("%s loses no line either, and is settled by one run", async (_, base) => {
    const later = await updated(old, old.files);
    await fc.assert(
      fc.asyncProperty(wildEdits, async (edits) => {
        const { repo, written } = wildlyEdited(old, edits, later);
        const now = await updated(repo, base);
        for (const { path, line } of written) expect(linesIn(now, path), path).toContain(line);
        if (base !== null) expect(texts(await updated(now, later.files))).toEqual(texts(now));
      }),
      { numRuns: Number(process.env.VERB_RUNS ?? 25), seed: Number(process.env.VERB_SEED ?? 11) },
    );
  });
});

describe("versions", () => {
  it.each([
    ["1.0.0", "1.0.0", 0],
    ["0.9.0", "0.10.0", -1],
    ["2.0.0", "1.9.9", 1],
    ["1.0.0-rc.1", "1.0.0", -1],
    ["1.0.0", "1.0.0-rc.1", 1],
    ["1.0.0-rc.2", "1.0.0-rc.10", -1],
    ["1.0.0+a", "1.0.0+b", 0],
  ])("%s and %s", (a, b, order) => {
    expect(Math.sign(compareVersions(a, b))).toBe(order);
  });

  it("that are newer than this release are refused, with the one to run", () => {
    const { receipt } = readRelease(releases[0] as string);
    const later = { ...receipt, release: { ...receipt.release, version: "99.0.0" } };
    expect(() => update(catalogue, later)).toThrow("This repo is of release 99.0.0");
  });
});
