import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTree } from "../support/read-tree.ts";
import { runCli, scratch } from "../support/run-cli.ts";

const modules = dirname(dirname(dirname(createRequire(import.meta.url).resolve("node-plop"))));

/** A repo with a plopfile, which finds plop where we have it installed. */
function repoWith(
  plopfile: string,
  files: { readonly [path: string]: string } = {},
  name = "plopfile.mjs",
): string {
  const repo = scratch();
  for (const [path, text] of Object.entries({ ...files, [name]: plopfile })) {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), text);
  }
  symlinkSync(modules, join(repo, "node_modules"));
  return repo;
}

const partials = {
  "plop/component.hbs": "{{> head}}export const {{shout name}} = 1;\n",
  "plop/many/{{name}}/a.ts.hbs": "// a of {{name}}\n",
  "plop/many/{{name}}/deep/b.ts.hbs": "// b of {{name}}\n",
  "src/index.ts": "// exports\nexport const one = 1;\n",
};
const actions = `[
  "a comment",
  { type: "add", path: "src/{{name}}.ts", templateFile: "plop/component.hbs" },
  { type: "addMany", destination: "src", base: "plop/many", templateFiles: "plop/many/**", },
  { type: "modify", path: "src/index.ts", pattern: /(\\/\\/ exports)/, template: "$1\\nexport * from './{{name}}.ts';" },
  { type: "append", path: "src/index.ts", pattern: "// exports", template: "// {{name}}" },
]`;
const body = `
  plop.setPartial("head", "// {{name}}\\n");
  plop.setHelper("shout", (text) => text.toUpperCase());
  plop.setGenerator("component", {
    description: "A component",
    prompts: [{ type: "input", name: "name", message: "Name" }],
    actions: ${actions},
  });`;

describe("generate", () => {
  it.each([
    ["plopfile.mjs", `export default (plop) => {${body}};\n`],
    ["plopfile.cjs", `module.exports = (plop) => {${body}};\n`],
    [
      "plopfile.mjs",
      `export default async (plop) => { await plop.load("./own.mjs", {}, { generators: true, helpers: true, partials: true }); };\n`,
    ],
  ])("gives the same tree as plop: %s %#", async (name, plopfile) => {
    const files = { ...partials, "own.mjs": `export default (plop) => {${body}};\n` };
    const [repo, other] = [repoWith(plopfile, files, name), repoWith(plopfile, files, name)];
    const before = readTree(repo);
    const dry = await runCli(["generate", "component", "button", "--dry-run", "--json"], { cwd: repo });
    expect(dry.code, dry.stderr).toBe(0);
    expect(
      JSON.parse(dry.stdout).changes.map(
        ({ kind, path }: { kind: string; path: string }) => `${kind} ${path}`,
      ),
    ).toEqual([
      "add src/button.ts",
      "add src/button/a.ts",
      "add src/button/deep/b.ts",
      "modify src/index.ts",
    ]);
    expect(readTree(repo)).toEqual(before);

    const ran = await runCli(["generate", "component", "button", "--yes"], { cwd: repo });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain("generate component: 4 files: 3 new, 1 changed");
    writeFileSync(
      join(other, "run.mjs"),
      `import nodePlop from "node-plop";
const generator = (await nodePlop("./${name}")).getGenerator("component");
const { failures } = await generator.runActions(await generator.runPrompts(["button"]));
process.exitCode = failures.length;\n`,
    );
    const { runProgram } = await import("../support/run-cli.ts");
    expect(await runProgram(process.execPath, ["run.mjs"], { cwd: other })).toMatchObject({ code: 0 });
    const { "run.mjs": _, ...expected } = readTree(other);
    const journal = Object.entries(readTree(repo)).filter(([path]) => !path.startsWith(".twelve-factor/"));
    expect(Object.fromEntries(journal)).toEqual(expected);

    expect(await runCli(["generate", "component", "button", "--yes"], { cwd: repo })).toMatchObject({
      code: 2,
    });
  });

  it.each([
    [
      "a modify that matches nothing",
      `[{ type: "add", path: "new.txt", template: "x" }, { type: "modify", path: "src/index.ts", pattern: /nowhere/, template: "x" }]`,
      "nothing in it matches /nowhere/",
    ],
    [
      "an append that matches nothing",
      `[{ type: "append", path: "src/index.ts", pattern: "nowhere", template: "x" }]`,
      "nothing in it matches nowhere",
    ],
    [
      "a path above the root",
      `[{ type: "add", path: "new.txt", template: "x" }, { type: "add", path: "../../escaped.txt", template: "x" }]`,
      "this is not below the root",
    ],
    [
      "a file that is there",
      `[{ type: "add", path: "new.txt", template: "x" }, { type: "add", path: "src/index.ts", template: "x" }]`,
      "File already exists",
    ],
    ["code of its own", `[{ type: "add", path: "new.txt", template: "x" }, () => "done"]`, "--run-actions"],
    ["a plopfile that ends the process", `() => process.exit(3)`, "plop ended with 3"],
  ])("writes nothing for %s", async (_, list, message) => {
    const repo = repoWith(
      `export default (plop) => plop.setGenerator("one", { prompts: [], actions: ${list} });\n`,
      partials,
    );
    const before = readTree(repo);
    const ran = await runCli(["generate", "--yes"], { cwd: repo });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
    expect(readTree(repo)).toEqual(before);
    expect(existsSync(join(repo, "../escaped.txt"))).toBe(false);
  });

  it("changes no file in which conflict markers remain", async () => {
    const repo = repoWith(
      `export default (plop) => plop.setGenerator("one", { prompts: [], actions: [{ type: "append", path: "src/index.ts", template: "x" }] });\n`,
      { ...partials, "src/index.ts": "<<<<<<< yours\na\n=======\nb\n>>>>>>> template\n" },
    );
    const before = readTree(repo);
    const ran = await runCli(["generate", "--yes"], { cwd: repo });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("Conflict markers remain in src/index.ts");
    expect(readTree(repo)).toEqual(before);
  });

  it("runs code of the plopfile's own with consent, in the copy", async () => {
    const repo = repoWith(
      `import { writeFileSync } from "node:fs";
export default (plop) => plop.setGenerator("one", { prompts: [], actions: [() => { writeFileSync("made.txt", "made"); return "made"; }] });\n`,
    );
    const dry = await runCli(["generate", "one", "--run-actions", "--dry-run"], { cwd: repo });
    expect(dry).toMatchObject({ code: 0 });
    expect(existsSync(join(repo, "made.txt"))).toBe(false);
    expect(await runCli(["generate", "one", "--run-actions", "--yes"], { cwd: repo })).toMatchObject({
      code: 0,
    });
    expect(readFileSync(join(repo, "made.txt"), "utf8")).toBe("made");
  });

  it("says what is missing: a name, an answer, a plopfile, plop", async () => {
    const two = repoWith(
      `export default (plop) => { for (const name of ["one", "two"]) plop.setGenerator(name, { prompts: [{ type: "input", name: "a", message: "A" }], actions: [] }); };\n`,
    );
    expect((await runCli(["generate"], { cwd: two })).stderr).toContain("Use one of one, two.");
    expect((await runCli(["generate", "three"], { cwd: two })).stderr).toContain("Use one of one, two.");
    expect((await runCli(["generate", "one"], { cwd: two })).stderr).toContain(
      "there is no terminal to ask on",
    );
    const empty = scratch();
    expect(await runCli(["generate"], { cwd: empty })).toMatchObject({ code: 2 });
    writeFileSync(join(empty, "plopfile.mjs"), "export default () => {};\n");
    expect((await runCli(["generate"], { cwd: empty })).stderr).toContain("npm install --save-dev plop");
  });
});
