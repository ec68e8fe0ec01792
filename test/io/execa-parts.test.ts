import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { execa } from "execa";
import { afterAll, expect, it } from "vitest";

type Execa = (file: string, words: readonly string[], options: object) => Promise<object>;

const folder = mkdtempSync(join(tmpdir(), "execa-parts-"));
const bundled = bundle();

afterAll(() => rmSync(folder, { recursive: true }));

/** execa as the bundle has it, without the parts that are never used. */
async function bundle(): Promise<Execa> {
  const { withoutUnused } = await import(join(process.cwd(), "scripts/without-unused.mjs"));
  const outfile = join(folder, "execa.cjs");
  await build({
    stdin: { contents: 'export { execa } from "execa";', resolveDir: process.cwd() },
    bundle: true,
    platform: "node",
    outfile,
    plugins: [withoutUnused()],
  });
  return createRequire(outfile)(outfile).execa;
}

const options = {
  cwd: folder,
  reject: false,
  stdin: "ignore",
  env: { ...process.env, A: "b" },
  extendEnv: false,
};

it.concurrent.each<[string, string, object]>([
  [
    "both outputs",
    'console.log("\u00e9", process.env.A); setTimeout(() => console.error("2"), 200)',
    { all: true },
  ],
  [
    "a character in two pieces",
    "process.stdout.write(Buffer.from([0xe2, 0x82])); setTimeout(() => process.stdout.write(Buffer.from([0xac, 0xff])), 100)",
    {},
  ],
  ["much", 'process.stdout.write("x".repeat(3e6) + "\\n\\n")', {}],
  ["an exit code", "process.exit(3)", {}],
  ["a signal", 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9000)', {}],
  ["a timeout", "setTimeout(() => {}, 9000)", { timeout: 300 }],
  ["no such directory", "", { cwd: join(folder, "none") }],
  ["an input that is closed", 'process.stdin.on("end", () => console.log("end")).resume()', {}],
])("gives what execa gives: %s", async (_, program, more) => {
  const run = async (execa: Execa) => outcome(await execa("node", ["-e", program], { ...options, ...more }));
  expect(await run(await bundled)).toEqual(await run(execa as unknown as Execa));
});

it("gives what execa gives: no such program", async () => {
  const run = async (execa: Execa) =>
    outcome(await execa("no-such-program", ["a"], { ...options, all: true }));
  const mine = await run(await bundled);
  expect(mine).toMatchObject({ failed: true, code: "ENOENT" });
  expect(mine).toEqual(await run(execa as unknown as Execa));
});

function outcome(result: object) {
  const { failed, timedOut, exitCode, signal, code, stdout, stderr, all } = result as {
    [key: string]: unknown;
  };
  return { failed, timedOut, exitCode, signal, code, stdout, stderr, all };
}
