import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, it } from "vitest";
import { identity, runCli, runProgram, scratch } from "../support/run-cli.ts";

/** Without what the runner of the tests puts there. */
const PATH = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((place) => !place.includes("node_modules"))
  .join(delimiter);

function workplace() {
  const cwd = scratch();
  const env = { ...identity, XDG_CACHE_HOME: join(cwd, "cache"), XDG_CONFIG_HOME: join(cwd, "config"), PATH };
  return { cwd, env, run: (...args: string[]) => runCli(args, { cwd, env }) };
}

describe("run, as a package of a pack's own calls it", () => {
  it("is the command with that pack over the templates", async () => {
    const { cwd, env, run } = workplace();
    await run("pack", "new", "acme");
    const bin = join(cwd, "create-acme.mjs");
    const ours = join(dirname(inject("packed").bin), "../create-twelve-factor/dist/plopfile.js");
    writeFileSync(
      bin,
      `import { run } from ${JSON.stringify(ours)};\nrun({ pack: ${JSON.stringify(join(cwd, "acme"))} });\n`,
    );
    const acme = (at: string, ...args: string[]) =>
      runProgram(process.execPath, [bin, ...args], { cwd: join(cwd, at), env });
    expect((await acme("", "--help")).stdout).toContain("Usage: create-twelve-factor");
    const made = await acme("", "--yes", "--no-install", "--team", "payments", "--", "shop");
    expect(made).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, "shop/OWNERS.md"), "utf8")).toContain("payments");
    expect(await acme("shop", "update", "--check")).toMatchObject({ code: 0 });
    expect((await acme("", "list", "stacks")).stdout).toContain("node-fastify");
    expect(await acme("", "check", "list")).toMatchObject({ code: 0 });
    expect(await acme("", "shop", "--nope")).toMatchObject({ code: 2 });
  });
});

describe("pack", () => {
  it("new writes a pack that lints, that a repo is made from, and that explain knows", async () => {
    const { cwd, run } = workplace();
    expect(await run("pack", "new", "acme")).toMatchObject({ code: 0 });
    const linted = await run("pack", "lint", "acme");
    expect(linted.stdout).toMatch(
      /sets of answers were rendered, any two choices in one of them\.[\s\S]*Nothing is wrong/,
    );
    expect(linted).toMatchObject({ code: 0 });
    const made = await run("shop", "--yes", "--no-install", "--pack", "acme", "--team", "payments");
    expect(made).toMatchObject({ code: 0 });
    const read = (path: string) => readFileSync(join(cwd, "shop", path), "utf8");
    expect(read("OWNERS.md")).toBe("# Owners of shop\n\npayments\n");
    expect(read("README.md")).toMatch(/## Support\n\nThis service is owned by payments\.\n$/);
    const explained = await runCli(["explain", "README.md"], { cwd: join(cwd, "shop") });
    expect(explained.stdout).toMatch(
      /README\.md\n {2}base\/files\/README\.md\.hbs {2}create-twelve-factor\n {4}base\/blocks\/readme-end\.hbs {2}acme 0\.1\.0\n/,
    );
    const json = await runCli(["explain", "./package.json", "--json"], { cwd: join(cwd, "shop") });
    const { sources, parts } = JSON.parse(json.stdout);
    expect(sources.length).toBeGreaterThan(1);
    expect(parts).toContainEqual({
      part: "dependencies.pg",
      files: ["stacks/node-fastify/files+postgres/package.json.hbs"],
    });
    const slip = await runCli(["explain", "Dockerfil"], { cwd: join(cwd, "shop") });
    expect(slip).toMatchObject({ code: 2 });
    expect(slip.stderr).toContain("Did you mean Dockerfile?");
  });

  it("new takes no place that is taken, and no name that can't be", async () => {
    const { cwd, run } = workplace();
    await run("pack", "new", "acme");
    const before = readFileSync(join(cwd, "acme/pack.yaml"), "utf8");
    expect(await run("pack", "new", "acme")).toMatchObject({ code: 2 });
    expect(readFileSync(join(cwd, "acme/pack.yaml"), "utf8")).toBe(before);
    expect(await run("pack", "new", "../up")).toMatchObject({ code: 2 });
    expect((await run("pack", "new", "A B")).stderr).toContain('"name" is "A B"');
    expect(existsSync(join(cwd, "A B"))).toBe(false);
    expect((await run("pack", "new")).stderr).toContain("pack new needs a name.");
    expect((await run("pack", "bake")).stderr).toContain("pack lint [FOLDER]");
  });

  it("lint exits 1 with the file, the line and the fix", async () => {
    const { cwd, run } = workplace();
    await run("pack", "new", "acme");
    writeFileSync(join(cwd, "acme/base/files/OWNERS.md.hbs"), "\n{{project.nme}}\n");
    const ran = await run("pack", "lint", "acme");
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.stdout).toMatch(
      /acme:base\/files\/OWNERS\.md\.hbs:2: project has no "nme"[\s\S]*Correct these places/,
    );
    const json = JSON.parse((await run("pack", "lint", "acme", "--json")).stdout);
    expect(json.findings).toMatchObject([{ origin: "acme:base/files/OWNERS.md.hbs:2" }]);
    writeFileSync(join(cwd, "acme/base/files/OWNERS.md.hbs"), "x\n");
    writeFileSync(join(cwd, "acme/base/blocks/readme-end.hbs"), "x\n");
    expect((await run("pack", "lint", "acme")).stdout).toContain('nothing uses the answer to "team"');
  });

  it("test compares what the pack makes of ours with what was recorded", async () => {
    const { cwd, run } = workplace();
    await run("pack", "new", "acme");
    const golden = join(cwd, "acme/tests/default.diff");
    expect(await run("pack", "test", "acme")).toMatchObject({ code: 0 });
    rmSync(golden);
    const first = await run("pack", "test", "acme");
    expect(first).toMatchObject({ code: 1 });
    expect(first.stdout).toContain("default: nothing is recorded, run this with --write");
    expect(existsSync(golden)).toBe(false);
    expect(await run("pack", "test", "acme", "--write")).toMatchObject({ code: 0 });
    const recorded = readFileSync(golden, "utf8");
    expect(recorded).toContain("+++ b/OWNERS.md\n@@ -0,0 +1,3 @@\n+# Owners of sample-app\n+\n+payments\n");
    expect(recorded).toContain("+This service is owned by payments.\n");
    expect(recorded.match(/^\+\+\+ /gm)).toHaveLength(2);
    expect(await run("pack", "test", "acme")).toMatchObject({ code: 0 });
    writeFileSync(join(cwd, "acme/base/files/OWNERS.md.hbs"), "Ask {{project.answers.team}}.\n");
    const changed = await run("pack", "test", "acme", "--json");
    expect(changed).toMatchObject({ code: 1 });
    expect(JSON.parse(changed.stdout).tests).toMatchObject([{ name: "default", ok: false, recorded: true }]);
    expect(JSON.parse(changed.stdout).tests[0].diff).toContain("++Ask payments.\n");
    expect(readFileSync(golden, "utf8")).toBe(recorded);
    writeFileSync(join(cwd, "elsewhere"), "mine");
    rmSync(golden);
    symlinkSync(join(cwd, "elsewhere"), golden);
    expect(await run("pack", "test", "acme", "--write")).toMatchObject({ code: 2 });
    expect(readFileSync(join(cwd, "elsewhere"), "utf8")).toBe("mine");
    rmSync(join(cwd, "acme/tests"), { recursive: true });
    expect((await run("pack", "test", "acme")).stderr).toContain("Write tests/NAME.yaml");
  });

  it("test renders what the pack asks, any two answers in one set", async () => {
    const { cwd, run } = workplace();
    await run("pack", "new", "acme");
    const flags = Array.from(
      { length: 8 },
      (_, at) => `  f${at}: { type: boolean, message: F, default: false }\n`,
    );
    const manifest = readFileSync(join(cwd, "acme/pack.yaml"), "utf8");
    const write = (more: string) =>
      writeFileSync(join(cwd, "acme/pack.yaml"), manifest.replace("  team:", `${more}  team:`));
    expect((await run("pack", "test", "acme", "--write")).stdout).toContain(
      "✔ 3 sets of answers to what it asks, all that there are\n",
    );
    write(flags.join(""));
    const many = await run("pack", "test", "acme");
    expect(many).toMatchObject({ code: 0 });
    const [, sets] =
      /✔ (\d+) sets of answers to what it asks, any two answers in one of them/.exec(many.stdout) ?? [];
    expect(Number(sets)).toBeLessThan(30);
    write('  cost: { type: string, message: Cost center, pattern: "^C[0-9]+$" }\n');
    writeFileSync(join(cwd, "acme/tests/default.yaml"), "more: { cost: C7 }\n");
    expect((await run("pack", "test", "acme", "--write")).stdout).toContain(
      "sets of answers to what it asks, all",
    );
    write('  cost: { type: string, message: Cost center, pattern: "^C[0-9]+$", when: { ci: none } }\n');
    writeFileSync(join(cwd, "acme/tests/default.yaml"), "services: [postgres]\n");
    expect((await run("pack", "test", "acme", "--write")).stdout).toContain(
      "- what it asks was not rendered: no sample answers cost, which has no default\n",
    );
  });

  it("test fails for a set of answers that can't be rendered, and names it", async () => {
    const { cwd, run } = workplace();
    await run("pack", "new", "acme");
    const manifest = readFileSync(join(cwd, "acme/pack.yaml"), "utf8");
    const questions =
      "  one: { type: boolean, message: One, default: false }\n  two: { type: boolean, message: Two, default: false }\n";
    writeFileSync(join(cwd, "acme/pack.yaml"), manifest.replace("  team:", `${questions}  team:`));
    for (const name of ["one", "two"]) {
      mkdirSync(join(cwd, `acme/base/files+${name}/src`), { recursive: true });
      writeFileSync(join(cwd, `acme/base/files+${name}/src/same.ts`), `export const name = "${name}";\n`);
    }
    const failed = await run("pack", "test", "acme", "--write", "--json");
    expect(failed).toMatchObject({ code: 1 });
    const { failures } = JSON.parse(failed.stdout).questions as {
      failures: { more: object; error: string }[];
    };
    expect(failures).not.toHaveLength(0);
    for (const { more, error } of failures) {
      expect(more).toMatchObject({ one: true, two: true });
      expect(error).toContain("src/same.ts");
    }
  });

  it("test runs the formatter and linter of each stack where they are at hand, and says where not", async () => {
    const { cwd, run } = workplace();
    await run("pack", "new", "acme");
    const without = await run("pack", "test", "acme", "--write");
    expect(without.stdout).toContain("✔ default\n  - Lint was not run: biome isn't at hand\n");
    expect(without).toMatchObject({ code: 0 });
    mkdirSync(join(cwd, "node_modules/.bin"), { recursive: true });
    symlinkSync(
      fileURLToPath(new URL("../../node_modules/.bin/biome", import.meta.url)),
      join(cwd, "node_modules/.bin/biome"),
    );
    expect((await run("pack", "test", "acme")).stdout).toContain("✔ default\n  ✔ Lint\n");
    mkdirSync(join(cwd, "acme/base/files/src"), { recursive: true });
    writeFileSync(join(cwd, "acme/base/files/src/sloppy.ts"), "export const x = {a:1}\n");
    const sloppy = await run("pack", "test", "acme", "--write");
    expect(sloppy).toMatchObject({ code: 1 });
    expect(sloppy.stdout).toMatch(/✖ default\n {2}✖ Lint\n[\s\S]*src\/sloppy\.ts/);
  });

  it("test refuses a question whose flag is one of ours, as create does", async () => {
    const { cwd, run } = workplace();
    await run("pack", "new", "acme");
    const manifest = readFileSync(join(cwd, "acme/pack.yaml"), "utf8");
    writeFileSync(join(cwd, "acme/pack.yaml"), manifest.replace("  team:", "  force:"));
    for (const action of ["test", "lint"]) {
      const ran = await run("pack", action, "acme");
      expect(ran.stdout + ran.stderr, action).toContain(
        'the question "force" would have a flag that there is, --force',
      );
    }
  });

  it("diff prints what a new version changes in each sample", async () => {
    const { cwd, run } = workplace();
    await run("pack", "new", "acme");
    cpSync(join(cwd, "acme"), join(cwd, "old"), { recursive: true });
    expect((await run("pack", "diff", "old", "acme")).stdout).toContain("default\n  nothing changes\n");
    writeFileSync(join(cwd, "acme/base/files/OWNERS.md.hbs"), "Ask {{project.answers.team}}.\n");
    const { stdout } = await run("pack", "diff", "old", "acme");
    expect(stdout).toMatch(/ -# Owners of sample-app\n {2}-\n {2}-payments\n {2}\+Ask payments\.\n/);
    expect(stdout).not.toContain("README.md");
    expect((await run("pack", "diff", "old")).stderr).toContain("pack diff needs two packs.");
  });

  it("docs prints a page", async () => {
    const { run } = workplace();
    await run("pack", "new", "acme");
    const { stdout } = await run("pack", "docs", "acme");
    expect(stdout).toContain("| `--team` | Which team owns it | `^[a-z][a-z0-9-]*$` | `platform` |\n");
  });
});
