import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, inject, it } from "vitest";
import { readTree } from "../support/read-tree.ts";
import { runCli, runProgram, scratch } from "../support/run-cli.ts";

it("is a generator of a plopfile that loads the package, and writes the same tree", async () => {
  const cwd = scratch();
  const installed = dirname(dirname(inject("packed").bin));
  const nodePlop = pathToFileURL(createRequire(import.meta.url).resolve("node-plop")).href;
  writeFileSync(join(cwd, "plopfile.mjs"), 'export default (plop) => plop.load("create-twelve-factor");\n');
  writeFileSync(
    join(cwd, "run.mjs"),
    `import { symlinkSync } from "node:fs";
symlinkSync(${JSON.stringify(installed)}, "node_modules");
const { default: nodePlop } = await import(${JSON.stringify(nodePlop)});
const plop = await nodePlop(process.cwd() + "/plopfile.mjs");
const answers = { name: "shop", services: ["redis"], ci: "none", confirmed: process.argv[2] === "yes" };
const asked = [];
const inquirer = {
  async prompt([question]) {
    asked.push(question.message);
    const key = Object.keys({ "Name of the service": "name", "Backing services": 0, "Continuous integration": 0 });
    const known = { [key[0]]: answers.name, [key[1]]: answers.services, [key[2]]: answers.ci };
    if (question.name === "confirmed") return { confirmed: answers.confirmed };
    return { value: question.message in known ? known[question.message] : question.default };
  },
};
const generator = plop.getGenerator("create");
const given = await generator.prompts(inquirer);
const results = await generator.runActions(given);
console.log(JSON.stringify({ asked, results }));
process.exitCode = results.failures.length;
`,
  );
  const refused = await runProgram(process.execPath, ["run.mjs", "no"], { cwd });
  expect(refused.code, refused.stderr).toBe(0);
  expect(existsSync(join(cwd, "shop"))).toBe(false);

  writeFileSync(
    join(cwd, "run.mjs"),
    readFileSync(join(cwd, "run.mjs"), "utf8").replace(/^symlinkSync.*$/m, ""),
  );
  const ran = await runProgram(process.execPath, ["run.mjs", "yes"], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toContain("Procfile");
  expect(JSON.parse(ran.stdout).asked).toContain("Process types");

  const args = [
    "other",
    "--name",
    "shop",
    "--services",
    "redis",
    "--ci",
    "none",
    "--yes",
    "--no-install",
    "--no-git",
  ];
  expect((await runCli(args, { cwd })).code).toBe(0);
  for (const path of [".twelve-factor.json", "package.json", "src/config.ts", "compose.yaml"]) {
    expect(readFileSync(join(cwd, "shop", path), "utf8")).toBe(
      readFileSync(join(cwd, "other", path), "utf8"),
    );
  }
});

it("has the verbs for a repo that exists, which ask, preview and write as the command does", async () => {
  const cwd = scratch();
  const bare = ["--yes", "--no-install", "--no-git"];
  for (const name of ["shop", "other/shop"]) expect((await runCli([name, ...bare], { cwd })).code).toBe(0);
  const repo = join(cwd, "shop");
  const nodePlop = pathToFileURL(createRequire(import.meta.url).resolve("node-plop")).href;
  const installed = dirname(dirname(inject("packed").bin));
  writeFileSync(join(repo, "plopfile.mjs"), 'export default (plop) => plop.load("create-twelve-factor");\n');
  writeFileSync(
    join(cwd, "run.mjs"),
    `import { existsSync, symlinkSync } from "node:fs";
if (!existsSync("node_modules")) symlinkSync(${JSON.stringify(installed)}, "node_modules");
const { default: nodePlop } = await import(${JSON.stringify(nodePlop)});
const plop = await nodePlop(process.cwd() + "/plopfile.mjs");
const [name, ...said] = process.argv.slice(2);
const asked = [];
const inquirer = {
  async prompt([{ message, choices, name }]) {
    asked.push([message, choices?.map(({ value }) => value)]);
    const value = said.shift();
    return { [name]: value === "yes" || value === "no" ? value === "yes" : value };
  },
};
const generator = plop.getGenerator(name);
const results = await generator.runActions(await generator.prompts(inquirer));
console.log(JSON.stringify({ asked, results, names: plop.getGeneratorList().map((each) => each.name) }));
`,
  );
  const plop = async (...said: string[]) => {
    const ran = await runProgram(process.execPath, ["../run.mjs", ...said], { cwd: repo });
    expect(ran.code, ran.stderr).toBe(0);
    return { ...JSON.parse(ran.stdout), stderr: ran.stderr };
  };

  const refused = await plop("service", "redis", "no");
  expect(refused.asked).toEqual([
    ["Which service", expect.arrayContaining(["rabbitmq", "redis"])],
    [expect.stringMatching(/^Write \d+ files\?$/), null],
  ]);
  expect(refused.names).toEqual(
    expect.arrayContaining([
      "create",
      "service",
      "process",
      "platform",
      "ci",
      "task",
      "env",
      "remove",
      "swap",
      "update",
    ]),
  );
  expect(refused.stderr).toContain("+  redis:");
  expect(refused.results.changes).toMatchObject([{ path: "nothing was written" }]);

  const written = await plop("service", "redis", "yes");
  expect(written.results.changes[0].path).toMatch(/^add redis \(\d+ files: .*\); now run npm ci$/);
  await plop("process", "worker", "mailer", "yes");
  await plop("task", "tidy-up", "Tidies up.", "yes");
  await plop("env", "STRIPE_KEY", "string", "no", "yes", "Pays.", "yes");
  await plop("remove", "heroku", "yes");
  const { asked } = await plop("update");
  expect(asked).toEqual([]);

  const other = join(cwd, "other/shop");
  for (const args of [
    ["add", "redis"],
    ["add", "worker", "mailer"],
    ["add", "task", "tidy-up", "--description", "Tidies up."],
    ["add", "env", "STRIPE_KEY", "--sensitive", "--description", "Pays."],
    ["remove", "heroku"],
  ])
    expect(await runCli([...args, "--yes", "--no-install"], { cwd: other })).toMatchObject({ code: 0 });
  for (const folder of [repo, other]) rmSync(join(folder, ".twelve-factor"), { recursive: true });
  rmSync(join(repo, "plopfile.mjs"));
  rmSync(join(repo, "node_modules"));
  expect(readTree(repo)).toEqual(readTree(other));
});
