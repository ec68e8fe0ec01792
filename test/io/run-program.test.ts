import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, it } from "vitest";
import { type Ran, runProgram } from "../../src/io/run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "run-program-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Options = Parameters<typeof runProgram>[2];
const options: Options = { cwd: folder, env: { ...process.env, A: "b" } };

/** The same by execa, which each field is named after. */
async function byExeca(program: string, words: readonly string[], given: Options) {
  const fixed = { all: true, reject: false, stdin: "ignore", extendEnv: false } as const;
  const { failed, timedOut, exitCode, signal, code, stdout, stderr, all } = await execa(program, words, {
    ...given,
    ...fixed,
  });
  return { failed, timedOut, exitCode, signal, code, stdout, stderr, all };
}

it.concurrent.each<[string, string, Partial<Options>, Partial<Ran>]>([
  [
    "both outputs",
    'console.log("\u00e9", process.env.A); setTimeout(() => console.error("2"), 200)',
    {},
    { failed: false, all: "\u00e9 b\n2" },
  ],
  [
    "a character in two pieces",
    "process.stdout.write(Buffer.from([0xe2, 0x82])); setTimeout(() => process.stdout.write(Buffer.from([0xac, 0xff])), 100)",
    {},
    { stdout: "\u20ac\ufffd" },
  ],
  ["much", 'process.stdout.write("x".repeat(3e6) + "\\n\\n")', {}, { stderr: "" }],
  ["an exit code", "process.exit(3)", {}, { failed: true, exitCode: 3 }],
  ["a signal", 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9000)', {}, { signal: "SIGTERM" }],
  ["a timeout", "setTimeout(() => {}, 9000)", { timeout: 300 }, { timedOut: true, failed: true }],
  ["no timeout", "setTimeout(() => {}, 100)", { timeout: 60_000 }, { timedOut: false, failed: false }],
  ["no such directory", "", { cwd: join(folder, "none") }, { code: "ENOENT" }],
  [
    "an input that is closed",
    'process.stdin.on("end", () => console.log("end")).resume()',
    {},
    { stdout: "end" },
  ],
])("gives what execa gives: %s", async (_, program, more, expected) => {
  const words = ["-e", program];
  const ran = await runProgram("node", words, { ...options, ...more });
  expect(ran).toMatchObject(expected);
  expect(ran).toEqual(await byExeca("node", words, { ...options, ...more }));
});

it("gives what execa gives: no such program", async () => {
  const ran = await runProgram("no-such-program", ["a"], options);
  expect(ran).toMatchObject({ failed: true, code: "ENOENT" });
  expect(ran).toEqual(await byExeca("no-such-program", ["a"], options));
});

it("kills what ignores the end of its time", { timeout: 20_000 }, async () => {
  const program = 'process.on("SIGTERM", () => {}); setTimeout(() => {}, 30000); console.log("on")';
  const ran = await runProgram("node", ["-e", program], { ...options, timeout: 1_500 });
  expect(ran).toMatchObject({ timedOut: true, failed: true, signal: "SIGKILL", stdout: "on" });
});
