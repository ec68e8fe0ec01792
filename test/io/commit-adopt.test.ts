import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { adopt, withPieces } from "../../generators/adopt.ts";
import { receiptPath } from "../../src/core/receipt.ts";
import type { Change } from "../../src/core/types.ts";
import { offersFor, piecesIn } from "../../src/io/cli/repo/adopt-offers.ts";
import { recover } from "../../src/io/commit/recover.ts";
import { readPaths } from "../../src/io/read-paths.ts";
import { catalogue, filesOf, found } from "../check/foreign-repos.ts";
import { bundleChild, discard, inPairs, runChild, scratch, snapshot } from "./commit-scenario.ts";

// Some hundred processes are started, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const directory = scratch("adopt");
let script = "";
beforeAll(async () => {
  script = await bundleChild(directory);
});
afterAll(() => discard(directory));

function repo(name: string, files: { readonly [path: string]: string }): string {
  const root = join(directory, name);
  for (const [path, text] of Object.entries({ ...files, ".git/HEAD": "ref: refs/heads/main\n" })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** What adopting all of it changes in a repo on the disk. */
async function changesOf(root: string, name: string): Promise<readonly Change[]> {
  const { repo: listed, answers, composed } = await found(filesOf(name), name);
  const read = (paths: readonly string[]) => readPaths(root, paths);
  const asked = { catalogue, read, before: null, answers, nested: false };
  const offers = await offersFor({ ...asked, repo: listed, ci: "github", composed, imageless: null });
  const pieces = [...piecesIn(offers.offers), ...offers.present];
  return (await adopt({ ...asked, answers: withPieces(answers, pieces, "github") })).changes;
}

describe.each(["express", "flask"])("kill -9 at every step of adopting %s", (name) => {
  it("leaves what recover turns into the adopted repo, and recover --abort into the old one", async () => {
    const files = filesOf(name);
    const whole = repo(`${name}-whole`, files);
    const before = snapshot(whole);
    const changes = await changesOf(whole, name);
    expect(changes.some(({ kind }) => kind === "modify")).toBe(true);
    expect(changes.at(-1)?.path).toBe(receiptPath);
    const command = [process.execPath, script];
    const { report } = await runChild(command, { verb: "commit", root: whole, changes });
    const steps = report?.steps ?? [];
    const after = snapshot(whole);
    const [committed, done] = [steps.indexOf("committed"), steps.indexOf("marked-done")];
    expect(done).toBeGreaterThan(20);
    await inPairs([...steps.keys()], async (killAt) => {
      const at = `step ${killAt}, ${steps[killAt]}`;
      const root = repo(`${name}-${killAt}`, files);
      const { signal } = await runChild(command, { verb: "commit", root, changes, killAt });
      expect(signal).toBe("SIGKILL");
      const finished = `${root}-finished`;
      cpSync(root, finished, { recursive: true, preserveTimestamps: true });
      recover({ root: finished, abort: false });
      expect(snapshot(finished), at).toEqual(killAt >= committed ? after : before);
      recover({ root, abort: true });
      expect(snapshot(root), at).toEqual(killAt >= done ? after : before);
      discard(root);
      discard(finished);
    });
  });
});
