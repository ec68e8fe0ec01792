import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { probe } from "../../src/check/probe/probe.ts";
import { toyStore } from "../check/fixtures/toy-store.ts";
import type { Edit } from "./table.ts";
import { tables } from "./tables.ts";

// Probes the good app of a language, or the copy with the numbered fault: node probe-copy.mjs LANGUAGE [NUMBER]
const [language, number] = process.argv.slice(2);
const table = tables.find((each) => each.language === language);
if (!table) throw new Error(`no table ${language}`);
const mutant = number === undefined ? null : table.mutants[Number(number)];
const good = resolve("test/check/fixtures", table.good);
const directory = mutant ? mkdtempSync(join(tmpdir(), "mutant-")) : good;
const store = toyStore();
try {
  if (mutant) {
    cpSync(good, directory, { recursive: true });
    for (const edit of mutant.edits) apply(edit);
    if (mutant.committed) commit();
  }
  const result = await probe({
    directory,
    build: table.build ?? null,
    adapters: [store],
    watchSeconds: 2,
    graceSeconds: 8,
    timeoutSeconds: 25,
    redeliverySeconds: 8,
  });
  process.stdout.write(JSON.stringify(result, null, 1));
} finally {
  store.stop();
  if (mutant) rmSync(directory, { recursive: true });
}

function apply(edit: Edit): void {
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

function commit(): void {
  const git = (...args: string[]) =>
    spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: directory });
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "one");
}
