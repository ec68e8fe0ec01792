/**
 * Draws docs/screenshot.svg: the command in a real terminal, with stand-ins for npm's download and install.
 *
 *   node test/support/run.mjs scripts/screenshot.ts
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openTerminal } from "../test/support/tmux.ts";
import { terminalSvg } from "./terminal-svg.ts";

const columns = 96;
const folder = mkdtempSync(join(tmpdir(), "screenshot-"));
execFileSync(process.execPath, ["scripts/build.mjs", "--quiet"], { stdio: "inherit" });
mkdirSync(join(folder, "bin"));
mkdirSync(join(folder, "work"));
writeFileSync(
  join(folder, "bin/npm"),
  `#!/bin/sh
[ "$1" = create ] || exit 0
shift 2
npm_config_user_agent=npm/11.0.0 exec "${process.execPath}" "${resolve("dist/bin.cjs")}" "$@"
`,
  { mode: 0o755 },
);
const terminal = openTerminal(
  join(folder, "work"),
  { columns, rows: 60 },
  {
    PATH: `${folder}/bin:${process.env.PATH}`,
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "You",
    GIT_CONFIG_KEY_1: "user.email",
    GIT_CONFIG_VALUE_1: "you@example.com",
  },
);
try {
  terminal.type("clear");
  terminal.press("Enter");
  await terminal.see(/^\$ *$/);
  terminal.type("npm create twelve-factor my-app");
  terminal.press("Enter");
  await answer();
  await terminal.see("The same again");
  await terminal.see(/\n\$$/);
  const screen = terminal.colours().replace(/\n[^\n]*$/, "");
  mkdirSync("docs", { recursive: true });
  writeFileSync(
    "docs/screenshot.svg",
    terminalSvg(screen, columns, "npm create twelve-factor my-app, in a terminal"),
  );
} finally {
  terminal.close();
  rmSync(folder, { recursive: true });
}

async function answer(): Promise<void> {
  const keys: readonly (readonly [question: string, keys: readonly string[]])[] = [
    ["Name of the service", []],
    ["What it does", []],
    ["Stack", []],
    ["Backing services", ["Down", "Down", "Space"]],
    ["Process types", []],
    ["Which service carries the jobs", []],
    ["Platforms", []],
    ["Continuous integration", []],
    ["Package manager", []],
    ["License", []],
    ["Author", []],
    ["Include the example", []],
    ["Write", []],
  ];
  for (const [question, pressed] of keys) {
    await terminal.see(`? ${question}`);
    terminal.press(...pressed, "Enter");
  }
}
