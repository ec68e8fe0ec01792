import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTree } from "../support/read-tree.ts";
import { runCli, runProgram, scratch } from "../support/run-cli.ts";

const plop = dirname(dirname(createRequire(import.meta.url).resolve("node-plop")));
type Plop = "own" | "bundled";

type Files = { readonly [path: string]: string | Buffer };

/** A repo with a plopfile, which has plop installed where it is to be its own. */
function repoWith(plopfile: string, files: Files = {}, name = "plopfile.mjs", has: Plop = "own"): string {
  const repo = scratch();
  for (const [path, content] of Object.entries({ ...files, [name]: plopfile })) {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), content, { mode: path.endsWith(".sh.hbs") ? 0o755 : 0o644 });
  }
  if (has === "own") {
    mkdirSync(join(repo, "node_modules"), { recursive: true });
    symlinkSync(plop, join(repo, "node_modules/node-plop"));
  }
  return repo;
}

/** What plop itself makes of a repo. */
async function underPlop(repo: string, name: string, generator: string, answers: readonly string[]) {
  const other = scratch();
  cpSync(repo, other, { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(other, "node_modules"), { recursive: true });
  if (!existsSync(join(other, "node_modules/node-plop")))
    symlinkSync(plop, join(other, "node_modules/node-plop"));
  writeFileSync(
    join(other, "run.mjs"),
    `import nodePlop from "node-plop";
const generator = (await nodePlop("./${name}")).getGenerator(${JSON.stringify(generator)});
const { failures } = await generator.runActions(await generator.runPrompts(${JSON.stringify(answers)}));
for (const failure of failures) console.error(failure);
process.exitCode = failures.length;\n`,
  );
  expect(await runProgram(process.execPath, ["run.mjs"], { cwd: other })).toMatchObject({
    code: 0,
    stderr: "",
  });
  rmSync(join(other, "run.mjs"));
  return treeOf(other);
}

function treeOf(repo: string) {
  const files = Object.entries(readTree(repo)).filter(
    ([path]) => !/^(\.twelve-factor|node_modules)\//.test(path),
  );
  return Object.fromEntries(files);
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

type Words = readonly [generator: string, ...answers: string[]];
const component: Words = ["component", "button"];

const given = {
  "own.mjs": `export default (plop) => {${body}};\n`,
  "node_modules/plop-pack-own/package.json": '{"main": "./lib/main"}',
  "node_modules/plop-pack-own/lib/main.js": `module.exports = (plop) => {
    plop.setDefaultInclude({ generators: true });
    plop.setHelper("loud", (text) => text + "!");
    plop.setPartial("head", "// of a pack {{name}}\\n");
    plop.setGenerator("pack", {
      prompts: [{ name: "name" }],
      actions: [{ type: "add", path: "{{name}}.txt", templateFile: "../part.hbs" }],
    });
  };\n`,
  "node_modules/plop-pack-own/part.hbs": "{{> head}}{{loud name}}\n",
};
const load = (...args: readonly string[]) =>
  `export default async (plop) => { await plop.load(${args.join(", ")}); };\n`;

const many = {
  "templates/{{kebabCase name}}/{{pascalCase name}}.ts.hbs": "export class {{pascalCase name}} {}\n",
  "templates/{{kebabCase name}}/run.sh.hbs": "#!/bin/sh\necho {{constantCase name}}\n",
  "templates/.hidden.hbs": "{{name}}\n",
  "templates/notes.md": "# {{titleCase name}}\n",
  "templates/logo.png.hbs": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 0x7b, 0x7b, 0xff]),
  "templates/[id]/page.tsx.hbs":
    "{{#each tags as |tag at|}}\n{{at}} {{tag}}{{#unless @last}},{{/unless}}\n{{/each}}\n",
  "templates/old/gone.hbs": "gone\n",
  "package.json": '{"name": "shop", "author": {"names": ["Ann"]}}\n',
  "src/index.ts": "// exports\nexport const one = 1;\n// tail\n",
  "src/there.ts": "there\n",
};
const everything = `(plop) => {
  plop.setPartial("list", "{{#each items}}{{> item this}}{{else}}none{{/each}}");
  plop.setPartial("item", "{{#if .}}[{{{.}}}]{{/if}}");
  plop.setHelper("times", function (count, options) { return options.fn({ ...this, count }).repeat(count); });
  plop.setHelper("raw", (text) => new plop.handlebars.SafeString(text));
  plop.setActionType("note", () => "noted");
  plop.setPrompt("own", class { });
  plop.setWelcomeMessage("Hello");
  plop.setGenerator("every thing", {
    prompts: [
      { type: "input", name: "name", message: "Name", validate: (value) => value.length > 2, filter: (value) => value.trim() },
      { type: "confirm", name: "sure" },
      { type: "list", name: "kind", choices: ["a", { name: "B", value: "b" }, new plop.inquirer.Separator()] },
      { type: "checkbox", name: "tags", choices: [{ key: "x", name: "X", value: "x<1>" }, "y", "z"] },
      { type: "number", name: "count", when: false },
      { name: "later", when: (answers) => answers.sure === false },
      { name: "never", when: async () => false },
    ],
    actions: (answers) => [
      "A comment",
      { type: "addMany", destination: "out", base: "templates", templateFiles: ["templates/**", "!templates/old"], globOptions: { dot: true } },
      { type: "addMany", destination: "flat/{{dashCase name}}", templateFiles: "templates/*", stripExtensions: ["hbs", "md"], verbose: false },
      { type: "add", path: "a/{{snakeCase name}}.txt", template: "{{> list items=tags}}|{{> list items=none}}|{{raw '<b>'}}|{{kind}}|{{pkg 'author.names[0]'}}\\n" },
      { type: "add", path: "a/b.txt", data: async () => ({ extra: "late" }), template: "{{#times 2}}{{extra}}{{count}}{{/times}}{{#*inline 'own'}}<{{name}}>{{/inline}}{{> own}}{{lookup tags 0}}{{#with tags.[1] as |one|}}{{one}}{{../name}}{{/with}}{{{{raw}}}}{{no}}{{{{/raw}}}}\\n" },
      { type: "add", path: "src/there.ts", skipIfExists: true, template: "no" },
      { type: "add", path: "src/there.ts", force: true, template: "forced {{#if sure}}yes{{else}}no{{/if}} {{~name~}} {{!-- no --}}!" },
      { type: "add", path: "skipped.txt", skip: (data) => data.sure ? "skipped" : undefined, template: "no" },
      { type: "modify", path: "src/index.ts", skip: () => "skipped", pattern: /nowhere/, template: "no" },
      { type: "modify", path: "src/{{extra}}.ts", data: () => ({ extra: "index" }), pattern: /(one) = (\\d)/g, template: "{{camelCase name}} = $2" },
      { type: "append", path: "src/index.ts", pattern: /tail/, template: "// {{lowerCase name}}", unique: false },
      { type: "append", path: "src/index.ts", template: "// {{sentenceCase name}}", separator: "\\n\\n" },
      { type: "modify", path: "src/index.ts", transform: (text, data) => text + data.tags.join() },
    ],
  });
}`;
const words = ["shop item ", "y", "1", "x,2"];

const plopfiles: readonly (readonly [what: string, name: string, text: string, files: Files, Words])[] = [
  ["ESM", "plopfile.mjs", `export default (plop) => {${body}};\n`, {}, component],
  ["CommonJS", "plopfile.cjs", `module.exports = (plop) => {${body}};\n`, {}, component],
  [
    "load of both",
    "plopfile.mjs",
    load('["plop-pack-own", "./own.mjs"]', "{}", "{ generators: true, helpers: true }"),
    {},
    component,
  ],
  [
    "load by default",
    "plopfile.js",
    load('"plop-pack-own"'),
    { "package.json": '{"type": "module"}' },
    ["pack", "button"],
  ],
  ["much at once", "plopfile.mjs", `export default ${everything};\n`, many, ["every thing", ...words]],
  ["much at once", "plopfile.js", `module.exports = ${everything};\n`, many, ["every thing", ...words]],
];

describe.each<Plop>(["own", "bundled"])("generate by its %s plop", (has) => {
  it.each(plopfiles)(
    "gives the same tree as plop: %s in %s",
    async (_, name, text, files, [generator, ...answers]) => {
      const repo = repoWith(text, { ...partials, ...given, ...files }, name, has);
      const expected = await underPlop(repo, name, generator, answers);
      const before = treeOf(repo);
      expect(Object.keys(expected).length).toBeGreaterThan(Object.keys(before).length);
      const dry = await runCli(["generate", generator, ...answers, "--dry-run", "--json"], { cwd: repo });
      expect(dry.code, dry.stderr).toBe(0);
      expect(treeOf(repo)).toEqual(before);
      const ran = await runCli(["generate", generator, ...answers, "--yes"], { cwd: repo });
      expect(ran.code, ran.stderr).toBe(0);
      expect(treeOf(repo)).toEqual(expected);
      const changed = Object.keys(expected).filter(
        (path) => JSON.stringify(expected[path]) !== JSON.stringify(before[path]),
      );
      expect(JSON.parse(dry.stdout).changes.map(({ path }: { path: string }) => path)).toEqual(
        changed.sort(),
      );
    },
  );

  it("writes nothing the second time", async () => {
    const repo = repoWith(`export default (plop) => {${body}};\n`, partials, "plopfile.mjs", has);
    expect((await runCli(["generate", "component", "button", "--yes"], { cwd: repo })).stdout).toContain(
      "generate component: 4 files: 3 new, 1 changed",
    );
    const once = treeOf(repo);
    const twice = await runCli(["generate", "component", "button", "--yes"], { cwd: repo });
    expect(twice).toMatchObject({ code: 2 });
    expect(twice.stderr).toContain("File already exists");
    expect(treeOf(repo)).toEqual(once);
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
      "plopfile.mjs",
      has,
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
      "plopfile.mjs",
      has,
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
      {},
      "plopfile.mjs",
      has,
    );
    const dry = await runCli(["generate", "one", "--run-actions", "--dry-run"], { cwd: repo });
    expect(dry).toMatchObject({ code: 0 });
    expect(existsSync(join(repo, "made.txt"))).toBe(false);
    expect(await runCli(["generate", "one", "--run-actions", "--yes"], { cwd: repo })).toMatchObject({
      code: 0,
    });
    expect(readFileSync(join(repo, "made.txt"), "utf8")).toBe("made");
  });

  it("asks nothing without a terminal, and says what it would ask", async () => {
    const text = `export default (plop) => {
      for (const name of ["one", "two"]) plop.setGenerator(name, { prompts: [
        { type: "input", name: "a", message: "First" },
        { type: "input", name: "b", message: (answers) => "After " + answers.a, when: (answers) => answers.a === "x" },
      ], actions: [{ type: "add", path: "{{a}}.txt" }] });
      plop.setGenerator("own", { prompts: async (inquirer) => inquirer.prompt({ name: "a", message: "Asked" }), actions: [] });
      plop.setGenerator("strict", { prompts: [{ type: "list", name: "a", choices: ["x"] }], actions: [] });
    };\n`;
    const repo = repoWith(text, {}, "plopfile.mjs", has);
    const said = async (...words: string[]) =>
      (await runCli(["generate", ...words, "--yes"], { cwd: repo })).stderr;
    expect(await said()).toContain("Use one of one, two, own, strict.");
    expect(await said("three")).toContain('There is no generator "three".');
    expect(await said("one")).toContain('one asks "First", and there is no terminal to ask on');
    expect(await said("one", "x")).toContain('one asks "After x", and');
    expect(await said("own")).toContain('own asks "Asked", and');
    expect(await said("strict", "y")).toContain('did not recognize "y" as a valid list value');
    expect(treeOf(repo)).toEqual({ "plopfile.mjs": expect.anything() });
    expect(await said("one", "y")).toBe("");
    expect(Object.keys(treeOf(repo))).toEqual(["plopfile.mjs", "y.txt"]);
  });
});

describe("generate", () => {
  it("says that there is no plopfile", async () => {
    const ran = await runCli(["generate"], { cwd: scratch() });
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toContain("There is no plopfile");
  });

  it("reaches the packages of a workspace around the repo", async () => {
    const outer = scratch();
    const files: Files = {
      "node_modules/own/index.mjs": "export default 'reached';\n",
      "app/node_modules/other/index.mjs": "export default 'too';\n",
      "app/plopfile.mjs": `import own from "own/index.mjs";
import other from "other/index.mjs";
export default (plop) => plop.setGenerator("one", { prompts: [], actions: [{ type: "add", path: "new.txt", template: own + " " + other }] });\n`,
    };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(outer, path)), { recursive: true });
      writeFileSync(join(outer, path), content);
    }
    const ran = await runCli(["generate", "--yes"], { cwd: join(outer, "app") });
    expect(ran.code, ran.stderr).toBe(0);
    expect(readFileSync(join(outer, "app/new.txt"), "utf8")).toBe("reached too");
  });

  it("reads a plopfile in TypeScript where Node does", async () => {
    const repo = repoWith(
      `import type { NodePlopAPI } from "plop";
export default (plop: NodePlopAPI): void => { plop.setGenerator("one", { prompts: [], actions: [{ type: "add", path: "new.txt", template: "typed" }] }); };\n`,
      {},
      "plopfile.ts",
      "bundled",
    );
    const ran = await runCli(["generate", "--yes"], { cwd: repo });
    if (process.allowedNodeEnvironmentFlags.has("--experimental-strip-types")) {
      expect(ran.code, ran.stderr).toBe(0);
      expect(readFileSync(join(repo, "new.txt"), "utf8")).toBe("typed");
    } else {
      expect(ran).toMatchObject({ code: 2 });
      expect(ran.stderr).toContain("Node reads TypeScript from 22.6 on.");
    }
  });
});
