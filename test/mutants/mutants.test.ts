import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { probe } from "../../src/check/probe/probe.ts";
import { toyStore } from "../check/fixtures/toy-store.ts";
import { type Edit, type Mutant, mutants } from "./node.ts";

const good = resolve(import.meta.dirname, "../check/fixtures/good-node");
const isRoot = process.getuid?.() === 0;
/** What the mutant that needs a network asks for. */
const outside = createServer((_, response) => response.end("here"));

beforeAll(() => new Promise<void>((done) => outside.listen(24_643, "127.0.0.1", done)));
afterAll(() => outside.close());

describe("each copy of the good app with one fault has exactly its findings", () => {
  test.concurrent.each(mutants.filter(({ asRoot }) => isRoot || !asRoot))("$slug: $fault", async (mutant) => {
    const directory = mutate(mutant);
    const store = toyStore();
    try {
      const result = await probe({
        directory,
        adapters: [store],
        watchSeconds: 3,
        graceSeconds: 8,
        timeoutSeconds: 25,
      });
      const found = [...new Set(result.findings.map(({ slug }) => slug))];
      expect(found.sort(), JSON.stringify(result, null, 1)).toEqual([...mutant.found].sort());
      expect(mutant.found).toContain(mutant.slug);
    } finally {
      store.stop();
      rmSync(directory, { recursive: true });
    }
  });
});

function mutate({ edits, committed }: Mutant): string {
  const directory = mkdtempSync(join(tmpdir(), "mutant-"));
  cpSync(good, directory, { recursive: true });
  for (const edit of edits) apply(directory, edit);
  if (committed) {
    const git = (...args: string[]) =>
      spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: directory });
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "one");
  }
  return directory;
}

function apply(directory: string, edit: Edit): void {
  const path = join(directory, edit.file);
  if ("write" in edit) {
    writeFileSync(path, edit.write);
    return;
  }
  const text = readFileSync(path, "utf8");
  if (!text.includes(edit.find)) throw new Error(`${edit.file} has no ${edit.find}`);
  writeFileSync(
    path,
    text.replace(edit.find, () => edit.put),
  );
}
