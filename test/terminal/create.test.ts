import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { scratch } from "../support/run-cli.ts";
import { openTerminal, type Terminal } from "../support/tmux.ts";

function start(cwd: string, args: string, env: NodeJS.ProcessEnv = {}): Terminal {
  const terminal = openTerminal(cwd, { columns: 100, rows: 44 }, env);
  onTestFinished(terminal.close);
  terminal.type(`clear; ${inject("packed").bin} ${args}; echo "exit=$?"`);
  terminal.press("Enter");
  return terminal;
}

const questions = [
  "Name of the service",
  "What it does, in a sentence",
  "Stack",
  "Backing services",
  "Process types",
  "Platforms to deploy to",
  "Continuous integration",
  "Package manager",
  "License",
  "Author",
  "Include the example feature",
];

async function acceptAll(terminal: Terminal, asked: readonly string[] = questions): Promise<void> {
  for (const question of asked) {
    await terminal.see(new RegExp(`\\? ${question}`));
    terminal.press("Enter");
  }
}

describe("in a terminal", () => {
  it("asks every question, shows what it'll write, writes it and says what is next", async () => {
    const cwd = scratch();
    const terminal = start(cwd, "my-app --no-install --no-git");
    await acceptAll(terminal);
    const summary = await terminal.see("? Write ");
    expect(summary).toContain("my-app  node-fastify · postgres · web worker · heroku · github · npm");
    expect(summary).toMatch(/bin\/ +admin {2}ci {2}console {2}dev {2}migrate {2}seed {2}setup/);
    expect(summary).toMatch(/\n {2}\d+ files\n/);
    expect(readdirSync(cwd)).toEqual([]);
    terminal.press("Enter");
    const last = await terminal.see("exit=0");
    expect(last).toMatch(
      /✔ my-app is written: \d+ files\.\n\n {2}Next\n {4}cd my-app\n {4}bin\/setup\n {4}bin\/dev\n/,
    );
    expect(last).toContain("create-twelve-factor my-app --yes --no-install --no-git");
    expect(terminal.cursor()).toBe(true);
    expect(existsSync(join(cwd, "my-app/Procfile"))).toBe(true);
  });

  it("keeps its compiled code while the first question is read, and the rest of it when it's over", async () => {
    const cwd = scratch();
    const cache = join(cwd, "cache/create-twelve-factor");
    const kept = () => {
      const [name] = existsSync(cache) ? readdirSync(cache).filter((each) => !/\.\d+$/.test(each)) : [];
      return name === undefined ? null : readFileSync(join(cache, name), "latin1").slice(0, 1_000);
    };
    const terminal = start(cwd, "my-app --no-install --no-git", { XDG_CACHE_HOME: join(cwd, "cache") });
    await terminal.see("? Name of the service");
    await expect.poll(kept, { timeout: 5_000 }).toContain('"unfinished"');
    await acceptAll(terminal);
    await terminal.see("? Write ");
    terminal.press("Enter");
    await terminal.see("exit=0");
    expect(kept()).toContain('"main"');
    expect(kept()).not.toContain('"unfinished"');
  });

  it("goes back, keeps what was said there, and takes the redone line off the screen", async () => {
    const cwd = scratch();
    const terminal = start(cwd, "--no-install --no-git");
    await terminal.see("? Name of the service");
    terminal.type("first-name");
    terminal.press("Enter");
    await terminal.see("? What it does");
    terminal.press("Enter");
    await terminal.see("? Stack");
    terminal.press("Enter");
    await terminal.see("? Backing services");
    const downs = readdirSync("templates/services").sort().indexOf("rabbitmq");
    terminal.press(...Array<string>(downs).fill("Down"), "Space", "Enter");
    await terminal.see("? Process types");
    terminal.press("Escape");
    const again = await terminal.see("? Backing services");
    expect(again).not.toContain("Process types");
    expect(again.match(/Backing services/g)).toHaveLength(1);
    expect(again).toMatch(/◉ +PostgreSQL[\s\S]*◉ +RabbitMQ[\s\S]*◯ +Redis/);
    for (const question of ["Stack", "What it does", "Name of the service"]) {
      terminal.press("Escape");
      await terminal.see(new RegExp(`\\? ${question}`));
    }
    terminal.press("Escape");
    await new Promise((resolve) => setTimeout(resolve, 300));
    const first = await terminal.see("? Name of the service › first-name");
    expect(first).not.toContain("✔");
    expect(first).not.toContain("✖");
    terminal.type("other-name");
    await acceptAll(terminal, [
      ...questions.slice(0, 5),
      "Which service carries the jobs",
      ...questions.slice(5),
    ]);
    await terminal.see("? Write ");
    terminal.press("Enter");
    await terminal.see("exit=0");
    const { answers } = JSON.parse(readFileSync(join(cwd, "other-name/.twelve-factor.json"), "utf8"));
    expect(answers).toMatchObject({
      name: "other-name",
      services: ["postgres", "rabbitmq"],
      jobs: "rabbitmq",
    });
  });

  it("goes back from the summary", async () => {
    const cwd = scratch();
    const terminal = start(cwd, "my-app --no-install --no-git");
    await acceptAll(terminal);
    await terminal.see("? Write ");
    terminal.press("Escape");
    const back = await terminal.see("? Include the example feature");
    expect(back).not.toContain("Procfile");
    terminal.press("n");
    expect(await terminal.see("? Write ")).not.toContain("src/messages/");
    terminal.press("n");
    await terminal.see("exit=130");
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("leaves nothing at Ctrl-C, at any question, and gives the cursor back", async () => {
    const cwd = scratch();
    const terminal = start(cwd, "my-app --no-install");
    await terminal.see("? Name of the service");
    terminal.press("C-c");
    expect(await terminal.see("exit=130")).toContain("Cancelled. Nothing was written.");
    expect(terminal.cursor()).toBe(true);
    const later = start(cwd, "my-app --no-install");
    await acceptAll(later, questions.slice(0, 3));
    await later.see("? Backing services");
    later.press("C-c");
    await later.see("exit=130");
    expect(later.cursor()).toBe(true);
    const last = start(cwd, "my-app --no-install");
    await acceptAll(last);
    await last.see("? Write ");
    last.press("C-c");
    await last.see("exit=130");
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("asks only what wasn't answered, and says what is wrong with an answer", async () => {
    const cwd = scratch();
    const given =
      "--description x --stack node-fastify --platforms none --ci none --license MIT --author '' --no-example";
    const terminal = start(cwd, `--no-install --no-git ${given} --package-manager npm --services none`);
    await terminal.see("? Name of the service");
    terminal.type("Not A Name");
    terminal.press("Enter");
    await terminal.see("A name has 1 to 63 lower-case letters");
    terminal.press("C-a");
    for (let count = 0; count < 10; count++) terminal.press("DC");
    terminal.type("good-name");
    terminal.press("Enter");
    await terminal.see("? Process types");
    terminal.press("Space", "Enter");
    await terminal.see("needs a web process");
    await terminal.see("? Process types");
    terminal.press("Space", "Enter");
    await terminal.see("? Write ");
    terminal.press("y");
    await terminal.see("exit=0");
    expect(readdirSync(cwd)).toEqual(["good-name"]);
  });

  it("shows each file in the way as a diff and does as told", async () => {
    const cwd = scratch();
    const repo = join(cwd, "my-app");
    mkdirSync(join(repo, "bin"), { recursive: true });
    writeFileSync(join(repo, "Dockerfile"), "FROM scratch\n");
    writeFileSync(join(repo, "Procfile"), "web: mine\n");
    writeFileSync(join(repo, "bin/dev"), "#!/bin/sh\n");
    const terminal = start(cwd, "my-app --no-install --no-git");
    await acceptAll(terminal);
    expect(await terminal.see("? Dockerfile is there already")).toContain("-FROM scratch");
    terminal.press("Down", "Enter");
    await terminal.see("? Procfile is there already");
    terminal.press("Down", "Down", "Enter");
    await terminal.see("? bin/dev is there already");
    terminal.press("Escape");
    await terminal.see("? Procfile is there already");
    terminal.press("Enter");
    await terminal.see("? bin/dev is there already");
    terminal.press("Enter");
    expect(await terminal.see("? Write ")).toMatch(/!Dockerfile[\s\S]*~Procfile[\s\S]*=dev/);
    terminal.press("Enter");
    await terminal.see("exit=0");
    expect(readFileSync(join(repo, "Dockerfile"), "utf8")).not.toContain("FROM scratch");
    expect(readFileSync(join(repo, "Procfile"), "utf8")).toMatch(/^web: mine$[\s\S]*^worker: /m);
    expect(readFileSync(join(repo, "bin/dev"), "utf8")).toBe("#!/bin/sh\n");
  });

  it("shows that an install goes on, and ends it at Ctrl-C with the repo whole", async () => {
    const cwd = scratch();
    mkdirSync(join(cwd, "tools"));
    writeFileSync(join(cwd, "tools/npm"), "#!/bin/sh\nexec sleep 30\n", { mode: 0o755 });
    const terminal = start(cwd, "my-app --yes", { PATH: `${cwd}/tools:${process.env.PATH}` });
    await terminal.see(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] npm ci \(\d+ s\)/);
    terminal.press("C-c");
    expect(await terminal.see("exit=130")).toContain("All files are written in my-app");
    expect(existsSync(join(cwd, "my-app/Procfile"))).toBe(true);
  });

  it("has no colour under NO_COLOR", async () => {
    const cwd = scratch();
    const terminal = start(cwd, "my-app --no-install --no-git", { NO_COLOR: "1" });
    await acceptAll(terminal);
    await terminal.see("? Write ");
    terminal.press("Enter");
    await terminal.see("exit=0");
    expect(terminal.colours()).not.toMatch(/\u001b\[[\d;]*[39]\d/);
    const coloured = start(scratch(), "my-app --no-install --no-git --yes");
    await coloured.see("exit=0");
    expect(coloured.colours()).toMatch(/\u001b\[[\d;]*3\d/);
  });
});
