import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { filesOf } from "../check/foreign-repos.ts";
import { scratch } from "../support/run-cli.ts";
import { openTerminal } from "../support/tmux.ts";

it("adopt shows what it found, lets it be put right, and takes what is ticked", async () => {
  const cwd = join(scratch(), "shop");
  for (const [path, text] of Object.entries(filesOf("express"))) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  }
  const terminal = openTerminal(cwd, { columns: 110, rows: 60 });
  onTestFinished(terminal.close);
  terminal.type(`clear; ${inject("packed").bin} adopt; echo "exit=$?"`);
  terminal.press("Enter");
  const found = await terminal.see("? Is that right");
  expect(found).toMatch(/framework +Express/);
  terminal.press("n");
  for (const step of ["install", "build", "test", "release"]) {
    await terminal.see(`? Command to ${step} (may be empty)`);
    if (step === "test") {
      terminal.type("npm run verify; rm -rf /");
      terminal.press("Enter");
      await terminal.see("without quotes, variables and other syntax of a shell");
      for (const _ of "; rm -rf /") terminal.press("BSpace");
    }
    terminal.press("Enter");
  }
  for (const name of ["web", "worker"]) {
    await terminal.see(`? Command of ${name} (may be empty)`);
    terminal.press("Enter");
  }
  await terminal.see("? Version of nodejs");
  terminal.press("Enter");
  await terminal.see("? Package manager");
  terminal.press("Enter");
  await terminal.see("? Backing services that the code finds by a variable");
  terminal.press("Enter");
  const offered = await terminal.see("? What to take");
  expect(offered).toMatch(/◉ +schema/);
  expect(offered).toMatch(/◯ +procfile/);
  terminal.press("Enter");
  await terminal.see(/\? Write \d+ files\?/);
  expect(existsSync(join(cwd, ".env.schema"))).toBe(false);
  terminal.press("Enter");
  expect(await terminal.see(/exit=\d/)).toContain("exit=0");
  expect(existsSync(join(cwd, ".env.schema"))).toBe(true);
  expect(existsSync(join(cwd, "Procfile"))).toBe(false);
  expect(JSON.parse(readFileSync(join(cwd, ".twelve-factor.json"), "utf8")).answers.facts.test).toBe(
    "npm run verify",
  );
});
