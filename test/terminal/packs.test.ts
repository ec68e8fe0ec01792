import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { scratch } from "../support/run-cli.ts";
import { openTerminal } from "../support/tmux.ts";

/** A pack that asks three things, decides most of ours, and writes a file that runs by itself. */
function workplace() {
  const cwd = scratch();
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  put(
    "acme/pack.yaml",
    `name: acme
version: 1.0.0
questions:
  team: { type: string, message: Which team owns it, pattern: "^[a-z-]+$" }
  data: { type: enum, message: What data it holds, values: [public, secret], default: secret }
  pii: { type: boolean, message: Whether it holds personal data, default: false, when: { data: secret } }
policy:
  fixed: { description: "", author: "", license: UNLICENSED, services: [], processes: [web], platforms: [], ci: none, packageManager: npm, example: false, stack: node-fastify }
`,
  );
  put("acme/base/files/.envrc", "layout node\n");
  put("acme/base/files/OWNERS.md.hbs", "{{project.answers.team}} {{project.answers.data}}\n");
  put("acme/base/files+pii/PRIVACY.md", "Kept for 30 days.\n");
  put(
    "acme/plopfile.mjs",
    'export default (plop) => plop.setGenerator("note", { prompts: [], actions: [{ type: "add", path: "note.md", template: "x" }] });\n',
  );
  const env = { XDG_CONFIG_HOME: join(cwd, "config"), XDG_CACHE_HOME: join(cwd, "cache") };
  const terminal = openTerminal(cwd, { columns: 100, rows: 44 }, env);
  onTestFinished(terminal.close);
  const { bin } = inject("packed");
  const say = (args: string) => {
    terminal.type(`clear; ${bin} ${args}; echo "exit=$?"`);
    terminal.press("Enter");
  };
  return { cwd, terminal, say };
}

it("a pack's consent and questions are asked in a terminal; no writes nothing, yes is remembered", async () => {
  const { cwd, terminal, say } = workplace();
  say("shop --pack acme --no-install --no-git");
  const asked = await terminal.see("? Let it?");
  expect(asked).toMatch(
    /The pack acme 1\.0\.0 brings files, or commands, that run by themselves:\n {2}\.envrc\n/,
  );
  terminal.press("Enter");
  expect(await terminal.see(/exit=\d+/)).toMatch(/exit=130/);
  expect(existsSync(join(cwd, "shop"))).toBe(false);
  expect(existsSync(join(cwd, "config"))).toBe(false);

  say("shop --pack acme --no-install --no-git");
  await terminal.see("? Let it?");
  terminal.press("y");
  await terminal.see("? Name of the service");
  terminal.press("Enter");
  await terminal.see("? Which team owns it");
  terminal.type("Payments!");
  terminal.press("Enter");
  await terminal.see("It has to match");
  for (let typed = 0; typed < "Payments!".length; typed++) terminal.press("BSpace");
  terminal.type("payments");
  terminal.press("Enter");
  const choices = await terminal.see("? What data it holds");
  expect(choices).toMatch(/public[\s\S]*secret/);
  terminal.press("Enter");
  await terminal.see("? Whether it holds personal data");
  terminal.press("y");
  await terminal.see("? Write ");
  terminal.press("Enter");
  expect(await terminal.see(/exit=\d+/)).toContain("exit=0");
  expect(readFileSync(join(cwd, "shop/OWNERS.md"), "utf8")).toBe("payments secret\n");
  expect(existsSync(join(cwd, "shop/PRIVACY.md"))).toBe(true);

  say("other --pack acme --no-install --no-git --data public --team a");
  await terminal.see("? Name of the service");
  terminal.press("Enter");
  await terminal.see("? Write ");
  terminal.press("Enter");
  expect(await terminal.see(/exit=\d+/)).toContain("exit=0");
  expect(existsSync(join(cwd, "other/PRIVACY.md"))).toBe(false);
});

it("a pack's plopfile asks by itself before it runs", async () => {
  const { cwd, terminal, say } = workplace();
  say("shop --pack acme --no-install --no-git --data public --team a");
  await terminal.see("? Let it?");
  terminal.press("y");
  await terminal.see("? Name of the service");
  terminal.press("Enter");
  await terminal.see("? Write ");
  terminal.press("Enter");
  await terminal.see("exit=0");
  terminal.type("cd shop");
  terminal.press("Enter");
  say("generate acme:note");
  const asked = await terminal.see("? Run it?");
  expect(asked).toContain("The plopfile of the pack acme 1.0.0 is a program, which may do whatever you may.");
  terminal.press("n");
  expect(await terminal.see(/exit=\d+/)).toContain("exit=130");
  say("generate acme:note");
  await terminal.see("? Run it?");
  terminal.press("y");
  await terminal.see("? Write 1 file?");
  terminal.press("Enter");
  expect(await terminal.see(/exit=\d+/)).toContain("exit=0");
  expect(readFileSync(join(cwd, "shop/note.md"), "utf8")).toBe("x");
});
