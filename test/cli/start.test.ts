import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { describe, expect, inject, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { runCli, runProgram, scratch } from "../support/run-cli.ts";

describe("the start", () => {
  it("prints the version and the help on stdout, and nothing else", async () => {
    const cwd = scratch();
    expect(await runCli(["--version"], { cwd })).toEqual({
      code: 0,
      signal: null,
      stdout: `${manifest.version}\n`,
      stderr: "",
    });
    const help = await runCli(["--help"], { cwd });
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const flag of ["--services", "--no-example", "--answers", "--dry-run", "--package-manager"]) {
      expect(help.stdout).toContain(flag);
    }
    expect((await runCli(["list", "--help"], { cwd })).stdout).toContain(
      "create-twelve-factor list [stacks|",
    );
  });

  it.each(["18.20.8", "20.18.3", "21.7.3", "22.11.0"])(
    "says in one line that Node %s is too old",
    async (version) => {
      const cwd = scratch();
      const file = join(cwd, "older.cjs");
      writeFileSync(
        file,
        `Object.defineProperty(process, "version", { value: "v${version}" });
Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`,
      );
      const ran = await runCli(["my-app", "--yes"], { cwd, env: { NODE_OPTIONS: `--require ${file}` } });
      expect(ran).toMatchObject({ code: 2, stdout: "" });
      expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(ran.stderr).toContain(`needs Node 20.19 or later, or 22.12 or later. This is v${version}`);
    },
  );

  it("begins with a file that an old Node can parse: no import statement, no syntax of later years", () => {
    const { bin } = inject("packed");
    const source = readFileSync(join(dirname(bin), "../create-twelve-factor/dist/bin.cjs"), "utf8");
    expect(() => new Script(source.replace(/^#!.*/, ""))).not.toThrow();
    expect(source).not.toMatch(/^import\b(?!\()|\?\?|\?\.[a-z[(]|\bawait\b/im);
  });

  it("is the same program under its other name", async () => {
    const other = join(dirname(inject("packed").bin), "twelve-factor");
    expect((await runProgram(other, ["--version"], { cwd: scratch() })).stdout).toBe(`${manifest.version}\n`);
  });
});
