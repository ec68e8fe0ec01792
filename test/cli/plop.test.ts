import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, inject, it } from "vitest";
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
