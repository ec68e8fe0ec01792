import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { scratch } from "../support/run-cli.ts";
import { openTerminal } from "../support/tmux.ts";

const plopfile = `export default (plop) => plop.setGenerator("every", {
  prompts: [
    { name: "name", message: (answers) => "Name" + Object.keys(answers).length, default: () => "shop", filter: (text) => text + "!", validate: (text) => text !== "bad!" || "Not that" },
    { type: "number", name: "count", message: "Count", default: 3 },
    { type: "confirm", name: "sure", message: "Sure", default: false },
    { type: "list", name: "pick.one", message: "One", choices: () => ["a", new plop.inquirer.Separator("---"), { name: "Bee", value: { b: 1 } }], default: 1 },
    { type: "rawlist", name: "raw", message: "Raw", choices: ["r", "s"], default: "s" },
    { type: "expand", name: "key", message: "Key", choices: [{ key: "y", name: "Yes", value: "yes" }, { key: "n", name: "No", value: "no" }], default: "n" },
    { type: "checkbox", name: "many", message: "Many", choices: [{ value: "m" }, { value: "n", checked: true }, { value: "o", disabled: true }], validate: (list) => list.length > 1 || "Two" },
    { type: "password", name: "secret", message: "Secret" },
    { type: "editor", name: "text", message: "Text", default: "start" },
    { name: "never", message: "Never", when: (answers) => answers.sure },
    { name: "last", message: "Last", when(answers) { const done = this.async(); setTimeout(() => done(null, true), 20); } },
  ],
  actions: [{ type: "add", path: "answers.json", template: "{{{all}}}", data: {}, transform: (text, data) => JSON.stringify(data) }],
});\n`;

it("generate asks the questions of a plopfile without plop", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "plopfile.mjs"), plopfile);
  const editor = join(cwd, "editor.sh");
  writeFileSync(editor, '#!/bin/sh\nprintf " and more" >> "$1"\n', { mode: 0o755 });
  const terminal = openTerminal(cwd, { columns: 100, rows: 60 }, { EDITOR: editor });
  onTestFinished(terminal.close);
  const answer = async (question: RegExp, ...keys: readonly string[]) => {
    await terminal.see(question);
    terminal.press(...keys);
  };
  terminal.type(`clear; ${inject("packed").bin} generate; echo "exit=$?"`);
  terminal.press("Enter");
  await answer(/\? Name0 › shop/, "b", "a", "d", "Enter");
  await answer(/>> Not that[\s\S]*\? Name0 › shop/, "Enter");
  await answer(/\? Count › 3/, "4", "2", "Enter");
  await answer(/\? Sure › \(y\/N\)/, "Enter");
  await answer(/\? One[\s\S]*---[\s\S]*❯\s+Bee/, "Enter");
  await answer(/\? Raw[\s\S]*❯\s+s/, "Enter");
  await answer(/\? Key[\s\S]*❯\s+No/, "Enter");
  await answer(/\? Many[\s\S]*◯\s+m/, "Enter");
  await answer(/>> Two[\s\S]*\? Many[\s\S]*◯\s+m/, "Space", "Enter");
  await answer(/\? Secret/, "p", "w", "Enter");
  expect(await terminal.see(/\? Last/)).toContain("Secret … **");
  await answer(/\? Last/, "z", "Enter");
  await answer(/\? Write 1 file\?/, "Enter");
  await terminal.see(/exit=0/);
  expect(JSON.parse(readFileSync(join(cwd, "answers.json"), "utf8"))).toEqual({
    ...{ name: "shop!", count: 42, sure: false, pick: { one: { b: 1 } }, raw: "s", key: "no" },
    ...{ many: ["m", "n"], secret: "pw", text: "start and more", last: "z" },
  });
});

it.each(["own", "bundled"])(
  "generate asks which generator, may be told no, and is cancelled, by its %s plop",
  async (has) => {
    const cwd = scratch();
    writeFileSync(
      join(cwd, "plopfile.mjs"),
      `export default (plop) => { for (const name of ["one", "two"]) plop.setGenerator(name, { prompts: [], actions: [() => "own"] }); };\n`,
    );
    if (has === "own") {
      mkdirSync(join(cwd, "node_modules"));
      const found = dirname(dirname(createRequire(import.meta.url).resolve("node-plop")));
      symlinkSync(found, join(cwd, "node_modules/node-plop"));
    }
    const terminal = openTerminal(cwd);
    onTestFinished(terminal.close);
    const start = () => {
      terminal.type(`clear; ${inject("packed").bin} generate; echo "exit=$?"`);
      terminal.press("Enter");
    };
    start();
    await terminal.see(/Which generator[\s\S]*❯\s*one/);
    terminal.press("Down", "Enter");
    await terminal.see(/two runs code of its own|This generator runs code of its own \(function\)/);
    terminal.press("n", "Enter");
    expect(await terminal.see(/exit=2/)).toContain("two runs code of its own (function)");
    start();
    await terminal.see(/Which generator[\s\S]*❯\s*one/);
    terminal.press("C-c");
    expect(await terminal.see(/exit=130/)).toContain("Cancelled. Nothing was written.");
    expect(existsSync(join(cwd, ".twelve-factor"))).toBe(false);
  },
);
