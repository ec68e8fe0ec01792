import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { verbNames } from "../../src/io/cli/verb-names.ts";
import { verbs } from "../../src/io/cli/verbs.ts";
import { lengthDigits } from "../../src/io/kept-program.ts";
import { runCli, scratch } from "../support/run-cli.ts";

const args = ["list", "stacks"];

/** Runs a verb with a cache directory of its own. */
async function cached() {
  const cwd = scratch();
  const env = { XDG_CACHE_HOME: join(cwd, "cache"), HOME: cwd };
  const run = (more: NodeJS.ProcessEnv = {}) => runCli(args, { cwd, env: { ...env, ...more } });
  const first = await run();
  const folder =
    process.platform === "darwin"
      ? join(cwd, "Library/Caches/create-twelve-factor")
      : join(cwd, "cache/create-twelve-factor");
  const [name = ""] = readdirSync(folder);
  return { cwd, run, first, folder, path: join(folder, name) };
}

it("keeps the compiled code for this user alone, and the next run has the same result", async () => {
  const { run, first, folder, path } = await cached();
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const kept = statSync(path);
  expect(await run()).toEqual(first);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(statSync(path).mtimeMs).toBe(kept.mtimeMs);
});

it.each([
  ["cut in half", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ["empty", () => Buffer.alloc(0)],
  ["another program's", (bytes: Buffer) => Buffer.concat([Buffer.alloc(16, 7), bytes.subarray(16)])],
  ["of another version of V8", (bytes: Buffer) => withOtherCode(bytes)],
])("makes it anew where the file is %s", async (_, damage) => {
  const { run, first, path } = await cached();
  const whole = statSync(path).size;
  writeFileSync(path, damage(readFileSync(path)));
  expect(await run()).toEqual(first);
  expect(statSync(path).size).toBeGreaterThan(whole * 0.9);
});

/** The same with 16 bytes changed where V8's own code of the first chunk begins. */
function withOtherCode(bytes: Buffer): Buffer {
  const head = lengthDigits + Number(bytes.toString("latin1", 0, lengthDigits));
  const [[, sourceLength]] = JSON.parse(bytes.toString("latin1", lengthDigits, head));
  return Buffer.from(bytes).fill(7, head + sourceLength, head + 16 + sourceLength);
}

it("takes none that another user may have written", async () => {
  const { run, first, path } = await cached();
  const { ino } = statSync(path);
  chmodSync(path, 0o666);
  expect(await run()).toEqual(first);
  expect(statSync(path).ino).not.toBe(ino);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it("does without where there is no place for it, or none is wanted", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "file"), "");
  for (const env of [
    { XDG_CACHE_HOME: join(cwd, "file"), HOME: join(cwd, "file") },
    { XDG_CACHE_HOME: "", HOME: "" },
  ]) {
    expect(await runCli(args, { cwd, env })).toMatchObject({ code: 0, stderr: "" });
  }
  mkdirSync(join(cwd, "home"));
  const none = { HOME: join(cwd, "home"), XDG_CACHE_HOME: "", NODE_DISABLE_COMPILE_CACHE: "1" };
  expect(await runCli(args, { cwd, env: none })).toMatchObject({ code: 0, stderr: "" });
  expect(readdirSync(join(cwd, "home"))).toEqual([]);
});

it("knows every verb by its name", () => {
  expect([...verbNames].sort()).toEqual(Object.keys(verbs).sort());
});
