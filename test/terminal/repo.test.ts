import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { scratch } from "../support/run-cli.ts";
import { openTerminal } from "../support/tmux.ts";

it("add shows the diff and asks; no writes nothing, yes writes it", async () => {
  const cwd = scratch();
  const { bin } = inject("packed");
  execFileSync(bin, ["shop", "--yes", "--no-install", "--no-git"], { cwd, stdio: "ignore" });
  const repo = join(cwd, "shop");
  const schema = readFileSync(join(repo, ".env.schema"), "utf8");
  const terminal = openTerminal(repo, { columns: 100, rows: 60 });
  onTestFinished(terminal.close);
  const say = (text: string) => {
    terminal.type(text);
    terminal.press("Enter");
  };
  say(`clear; ${bin} add env STRIPE_KEY --sensitive --no-install; echo "exit=$?"`);
  const shown = await terminal.see(/\? Write \d+ files\?/);
  expect(shown).toContain("+  STRIPE_KEY: types.string.optional(),");
  terminal.press("n");
  terminal.press("Enter");
  expect(await terminal.see(/exit=\d/)).toContain("Cancelled. Nothing was written.");
  expect(readFileSync(join(repo, ".env.schema"), "utf8")).toBe(schema);

  say(`clear; ${bin} add task tidy-up --no-install; echo "exit=$?"`);
  await terminal.see(/\? Write \d+ files\?/);
  terminal.press("Enter");
  const done = await terminal.see(/exit=\d/);
  expect(done).toMatch(/✔ add task tidy-up: \d+ files: \d+ new, \d+ changed[\s\S]*exit=0/);
  expect(existsSync(join(repo, "src/tasks/tidy-up.ts"))).toBe(true);
});
