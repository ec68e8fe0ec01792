import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamicChecks } from "../../src/check/probe/catalogue.ts";
import type { ProbeResult } from "../../src/check/probe/probe.ts";
import { tables } from "./tables.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const folder = resolve(`node_modules/.cache/mutants-${process.pid}`);
const program = join(folder, "probe-copy.mjs");
/** What the mutant that needs a network asks for. */
const outside = createServer((_, response) => response.end("here"));

beforeAll(async () => {
  await new Promise<void>((done) => outside.listen(24_643, "127.0.0.1", done));
  mkdirSync(folder, { recursive: true });
  const entry = join(import.meta.dirname, "probe-copy.ts");
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "error",
  });
});
afterAll(() => {
  outside.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(tables)("$language", ({ language, good, mutants }) => {
  test.concurrent("the good app has no finding", async () => {
    const directory = resolve("test/check/fixtures", good);
    expect((await probed(language)).findings).toEqual([]);
    expect(spawnSync("git", ["status", "--porcelain", "--", directory], { encoding: "utf8" }).stdout).toBe(
      "",
    );
  });

  mutants.forEach(({ slug, fault, found, asRoot }, number) => {
    if (asRoot && !isRoot) return;
    test.concurrent(`${slug}: a copy that ${fault}`, async () => {
      const result = await probed(language, String(number));
      const slugs = [...new Set(result.findings.map((finding) => finding.slug))];
      expect(slugs.sort(), JSON.stringify(result, null, 1)).toEqual([...found].sort());
    });
  });

  test("each set of findings has the fault's own", () => {
    expect(mutants.filter(({ slug, found }) => !found.includes(slug))).toEqual([]);
  });
});

test("every check has a mutant", () => {
  const shown = new Set(tables.flatMap(({ mutants }) => mutants.map(({ slug }) => slug)));
  expect(dynamicChecks.map(({ slug }) => slug).filter((slug) => !shown.has(slug))).toEqual([]);
});

/** What a host that is too busy could not tell is asked once more. */
async function probed(...args: string[]): Promise<ProbeResult> {
  const result = await probedOnce(args);
  return result.notRun.some(({ reason }) => /too busy/.test(reason)) ? probedOnce(args) : result;
}

/** In a process of its own, so that no probe waits for another one. */
async function probedOnce(args: readonly string[]): Promise<ProbeResult> {
  // A shim of a version manager in somebody's home directory could not be run as another user.
  const path = [join(import.meta.dirname, "engine"), "/usr/bin", process.env.PATH];
  const env = { ...process.env, PATH: path.join(delimiter) };
  const { stdout } = await run(process.execPath, [program, ...args], {
    env,
    maxBuffer: 1 << 24,
    timeout: 280_000,
  });
  return JSON.parse(stdout);
}
