import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { readTree } from "../support/read-tree.ts";
import { identity, runCli, runProgram, scratch, withoutProcessesAndSockets } from "../support/run-cli.ts";

const bare = ["--yes", "--no-install", "--no-git"];

describe("create", () => {
  it("writes a repo, starts no process and opens no socket", async () => {
    const cwd = scratch();
    const ran = await runCli(["my-app", ...bare], { cwd, env: withoutProcessesAndSockets(scratch()) });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(cwd)).toEqual(["my-app"]);
    expect(statSync(join(cwd, "my-app/bin/dev")).mode & 0o111).not.toBe(0);
    expect(statSync(join(cwd, "my-app/README.md")).mode & 0o111).toBe(0);
    expect(existsSync(join(cwd, "my-app/.git"))).toBe(false);
    for (const line of ["cd my-app", "bin/setup", "bin/dev"]) expect(ran.stdout).toContain(`    ${line}\n`);
    expect(ran.stdout).not.toContain("\u001b");
  });

  it("gives the same bytes for the same answers, wherever it runs", async () => {
    const [one, two] = [scratch(), scratch()];
    const args = [
      "my-app",
      ...bare,
      "--services",
      "postgres,redis,rabbitmq",
      "--processes",
      "web,worker,clock",
    ];
    await runCli(args, { cwd: one, env: { TZ: "Asia/Tokyo", LANG: "C", USER: "a", HOME: one } });
    await runCli(args, { cwd: two, env: { TZ: "UTC", LANG: "de_DE.UTF-8", USER: "b" } });
    expect(readTree(join(one, "my-app"))).toEqual(readTree(join(two, "my-app")));
  });

  it("takes the directory . and the name from where it is, and makes missing parents", async () => {
    const cwd = join(scratch(), "spot-on");
    mkdirSync(cwd);
    expect(await runCli([".", ...bare], { cwd })).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(cwd, "package.json"), "utf8")).name).toBe("spot-on");
    const inner = scratch();
    expect(await runCli(["apps/api-one", ...bare], { cwd: inner })).toMatchObject({ code: 0 });
    expect(existsSync(join(inner, "apps/api-one/Procfile"))).toBe(true);
  });

  it("takes a verb's name as the verb, and ./verb as the directory", async () => {
    const cwd = scratch();
    mkdirSync(join(cwd, "list"));
    expect((await runCli(["list"], { cwd })).stdout).toContain("node-fastify");
    expect(readdirSync(join(cwd, "list"))).toEqual([]);
    expect(await runCli(["./schema", ...bare], { cwd })).toMatchObject({ code: 0 });
    expect(existsSync(join(cwd, "schema/Procfile"))).toBe(true);
  });

  it("names the directory after --name where none is given", async () => {
    const cwd = scratch();
    expect(await runCli(["--name", "named-app", ...bare], { cwd })).toMatchObject({ code: 0 });
    expect(readdirSync(cwd)).toEqual(["named-app"]);
  });

  it("shows a dry run on stdout and writes nothing", async () => {
    const cwd = scratch();
    const ran = await runCli(["my-app", "--yes", "--dry-run"], {
      cwd,
      env: withoutProcessesAndSockets(scratch()),
    });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/Procfile[\s\S]*\n {2}\d+ files\n/);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("says as JSON what was, or would be, written", async () => {
    const cwd = scratch();
    const args = ["my-app", ...bare, "--json", "--services", "redis"];
    const dry = JSON.parse((await runCli([...args, "--dry-run"], { cwd })).stdout);
    expect(dry).toMatchObject({ written: false, directory: join(cwd, "my-app"), conflicts: [] });
    expect(existsSync(dry.directory)).toBe(false);
    const { code, stdout } = await runCli(args, { cwd });
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(Object.keys(report)).toEqual(["directory", "answers", "files", "conflicts", "written", "replay"]);
    expect(report).toMatchObject({
      written: true,
      answers: { name: "my-app", services: ["redis"], jobs: "redis" },
    });
    expect(report.files).toEqual(dry.files);
    expect(report.files.map((file: { path: string }) => file.path)).toEqual(
      Object.keys(readTree(report.directory)).sort(),
    );
    expect(report.files).toContainEqual({ path: "bin/dev", action: "add", executable: true });
    expect(report.files).toContainEqual({ path: "Procfile", action: "add", executable: false });
  });

  it("empties a list with none", async () => {
    const args = ["my-app", ...bare, "--dry-run", "--json", "--services", "none", "--processes", "web"];
    const { stdout } = await runCli([...args, "--platforms", "none", "--ci", "none"], { cwd: scratch() });
    const { answers, files } = JSON.parse(stdout);
    expect(answers).toMatchObject({ services: [], platforms: [], ci: null, jobs: null });
    expect(files.map((file: { path: string }) => file.path)).not.toContain("app.json");
  });

  it("keeps hostile text literal", async () => {
    const cwd = scratch();
    const description = `", "scripts":{ $(id) \${{ secrets.X }} \`id\` 'x'`;
    expect(await runCli(["my-app", ...bare, "--description", description], { cwd })).toMatchObject({
      code: 0,
    });
    const written = JSON.parse(readFileSync(join(cwd, "my-app/package.json"), "utf8"));
    expect(written.description).toBe(description);
    expect(
      JSON.parse(readFileSync(join(cwd, "my-app/.twelve-factor.json"), "utf8")).answers.description,
    ).toBe(description);
  });

  it("reads answers from a file or stdin, JSON or YAML, and lets flags win", async () => {
    const answersOf = async (args: readonly string[], input?: string) => {
      const all = ["my-app", ...bare, "--dry-run", "--json", ...args];
      const { stdout } = await runCli(all, { cwd, ...(input !== undefined && { input }) });
      return JSON.parse(stdout).answers;
    };
    const cwd = scratch();
    writeFileSync(join(cwd, "answers.yaml"), "services: [redis]\nlicense: UNLICENSED\nci: null\n");
    expect(await answersOf(["--answers", "answers.yaml"])).toMatchObject({ services: ["redis"], ci: null });
    const json = JSON.stringify({ services: ["redis"], example: false });
    expect(await answersOf(["--answers", "-"], json)).toMatchObject({ services: ["redis"], example: false });
    expect(await answersOf(["--answers", "-", "--services", "postgres", "--example"], json)).toMatchObject({
      services: ["postgres"],
      example: true,
    });
  });
});

describe("the line that replays", () => {
  const cases: readonly (readonly string[])[] = [
    [],
    ["--services", "postgres,redis,rabbitmq", "--jobs", "redis", "--processes", "web,worker,clock"],
    ["--services", "none", "--processes", "web", "--platforms", "none", "--ci", "none", "--no-example"],
    [
      "--description",
      'It\'s "quoted" & $HOME',
      "--author",
      "-dash",
      "--license",
      "UNLICENSED",
      "--package-manager",
      "pnpm",
    ],
    ["--name", "other-name", "--processes", "web,mailer:worker"],
  ];

  it.each(cases.map((flags) => [flags.join(" "), flags] as const))(
    "gives the same bytes: %s",
    async (_, flags) => {
      const [one, two] = [scratch(), scratch()];
      const given = flags.flatMap((word, at) =>
        word.startsWith("-dash") ? [] : flags[at + 1] === "-dash" ? [`${word}=-dash`] : [word],
      );
      const first = await runCli(["my-app", ...bare, ...given, "--json"], { cwd: one });
      expect(first).toMatchObject({ code: 0 });
      const { replay } = JSON.parse(first.stdout);
      const again = await runProgram("sh", ["-c", replay], {
        cwd: two,
        env: { PATH: `${binFolder()}:${process.env.PATH}` },
      });
      expect(again).toMatchObject({ code: 0 });
      expect(readTree(join(two, "my-app"))).toEqual(readTree(join(one, "my-app")));
    },
  );

  it("brings along variables and tasks that no flag can give", async () => {
    const [one, two] = [scratch(), scratch()];
    const env = [
      {
        name: "API_KEY",
        type: "string",
        required: true,
        sensitive: true,
        description: "It's a key",
        processes: ["web"],
      },
    ];
    const args = ["my-app", ...bare, "--json", "--answers", "-"];
    const first = await runCli(args, { cwd: one, input: JSON.stringify({ env }) });
    expect(first).toMatchObject({ code: 0 });
    const { replay, answers } = JSON.parse(first.stdout);
    expect(answers.env).toEqual(env);
    const again = await runProgram("sh", ["-c", replay], {
      cwd: two,
      env: { PATH: `${binFolder()}:${process.env.PATH}` },
    });
    expect(again).toMatchObject({ code: 0 });
    expect(readTree(join(two, "my-app"))).toEqual(readTree(join(one, "my-app")));
  });

  it.each([
    ["npm/11.6.0 node/v24.9.0", `npm create twelve-factor@${manifest.version} my-app -- --services redis`],
    [
      "pnpm/12.0.0 npm/? node/v24.9.0",
      `pnpm create twelve-factor@${manifest.version} my-app --services redis`,
    ],
    [
      "yarn/4.9.0 npm/? node/v24.9.0",
      `yarn create twelve-factor@${manifest.version} my-app --services redis`,
    ],
    ["yarn/1.22.22 npm/? node/v24.9.0", "yarn create twelve-factor my-app --services redis"],
    ["bun/1.3.0 npm/? node/v24.9.0", `bun create twelve-factor@${manifest.version} my-app --services redis`],
  ])("is worded for %s", async (agent, line) => {
    const env = { npm_config_user_agent: agent };
    const { stdout } = await runCli(["my-app", ...bare, "--services", "redis"], { cwd: scratch(), env });
    expect(stdout).toContain(`${line} --yes --no-install --no-git\n`);
  });
});

describe("git", () => {
  const args = ["my-app", "--yes", "--no-install"];
  const git = (cwd: string, ...words: string[]) =>
    execFileSync("git", words, { cwd, encoding: "utf8", env: { PATH: process.env.PATH } }).trim();

  it("makes one commit on main of all that was written, with the x-bits", async () => {
    const cwd = scratch();
    const ran = await runCli(args, { cwd, env: identity });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const repo = join(cwd, "my-app");
    expect(git(repo, "log", "--format=%s %an", "--all")).toBe("Create my-app Test");
    expect(git(repo, "branch", "--show-current")).toBe("main");
    expect(git(repo, "status", "--porcelain")).toBe("");
    expect(git(repo, "ls-files").split("\n").sort()).toEqual(Object.keys(readTree(repo)).sort());
    expect(git(repo, "ls-files", "--stage", "bin/dev")).toMatch(/^100755/);
  });

  it("stages and says so where git knows nobody", async () => {
    const cwd = scratch();
    const ran = await runCli(args, { cwd, env: { HOME: cwd } });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/^! Staged, not committed: git knows no user.name and user.email\..*\n$/);
    expect(git(join(cwd, "my-app"), "status", "--porcelain")).toMatch(/^A {2}/);
  });

  it("stages and says so where signing or a hook fails", async () => {
    const cwd = scratch();
    const config = join(cwd, "config");
    writeFileSync(config, "[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = false\n");
    const ran = await runCli(args, { cwd, env: { ...identity, GIT_CONFIG_GLOBAL: config } });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("Staged, not committed");
    expect(git(join(cwd, "my-app"), "status", "--porcelain")).toMatch(/^A {2}/);
  });

  it("keeps x-bits where the file system has none", async () => {
    const cwd = scratch();
    const wrapper = join(cwd, "bin");
    mkdirSync(wrapper);
    const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    // As git itself does on such a file system: its init notes it in the repository.
    const script = `#!/bin/sh\n"${real}" "$@" || exit\ncase "$1" in init) "${real}" config core.fileMode false ;; esac\n`;
    writeFileSync(join(wrapper, "git"), script, { mode: 0o755 });
    const PATH = `${wrapper}:${process.env.PATH}`;
    const repo = join(cwd, "my-app");
    expect(await runCli(args, { cwd, env: { ...identity, PATH } })).toMatchObject({ code: 0 });
    expect(git(repo, "config", "core.fileMode")).toBe("false");
    expect(git(repo, "ls-files", "--stage", "bin/dev")).toMatch(/^100755/);
  });

  it("isn't led astray by the variables of a hook, and does without git", async () => {
    const [cwd, elsewhere] = [scratch(), scratch()];
    const env = { ...identity, GIT_DIR: elsewhere, GIT_INDEX_FILE: join(elsewhere, "index") };
    expect(await runCli(args, { cwd, env })).toMatchObject({ code: 0 });
    expect(git(join(cwd, "my-app"), "log", "--format=%s")).toBe("Create my-app");
    expect(readdirSync(elsewhere)).toEqual([]);
    const ran = await runProgram(process.execPath, [programFile(), ...args], {
      cwd: scratch(),
      env: { PATH: "" },
    });
    expect(ran).toMatchObject({ code: 0, stderr: "! No git repository was made: git isn't installed.\n" });
  });

  it("inside a work tree makes none, and leaves out what only counts at the root", async () => {
    const cwd = scratch();
    git(cwd, "init", "--quiet");
    const ran = await runCli(["apps/my-app", "--yes", "--no-install"], { cwd, env: identity });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/Skipped .*\.github\/workflows\/ci\.yml.*only at the root/);
    expect(existsSync(join(cwd, "apps/my-app/.git"))).toBe(false);
    expect(existsSync(join(cwd, "apps/my-app/.github"))).toBe(false);
    expect(existsSync(join(cwd, "apps/my-app/Procfile"))).toBe(true);
    expect(git(cwd, "status", "--porcelain")).toBe("?? apps/");
  });

  it("inside a workspace makes none either", async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, "package.json"), JSON.stringify({ workspaces: ["apps/*"] }));
    const ran = await runCli(["apps/my-app", "--yes", "--no-install"], { cwd, env: identity });
    expect(ran.stderr).toContain("Skipped .github/");
    expect(existsSync(join(cwd, "apps/my-app/.git"))).toBe(false);
  });
});

function binFolder(): string {
  return dirname(inject("packed").bin);
}

function programFile(): string {
  return join(binFolder(), "../create-twelve-factor/dist/bin.cjs");
}
