import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { identity, runCli, scratch } from "../support/run-cli.ts";

const bad = {
  Procfile: "web: node web.js >> app.log\n",
  "web.js": 'const db = "postgres://app:hunter2@db/app";\napp.listen(3000);\n',
};

function repo(files: { readonly [path: string]: string }): string {
  const cwd = scratch();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  }
  return cwd;
}

describe("check", () => {
  it.each([
    ["the default repo", []],
    ["all services, with pnpm", ["--services", "postgres,redis,rabbitmq", "--package-manager", "pnpm"]],
    ["no services and no example", ["--services", "none", "--no-example"]],
  ])("finds no violation and no risk in what create emits: %s", async (_, flags) => {
    const cwd = scratch();
    await runCli(["my-app", "--yes", "--no-install", "--no-git", ...flags], { cwd });
    const { code, stdout, stderr } = await runCli(["check", "my-app", "--json"], { cwd });
    const { findings, passed } = JSON.parse(stdout);
    expect({
      code,
      stderr,
      serious: findings.filter(({ severity }: { severity: string }) => severity !== "advice"),
    }).toEqual({
      code: 0,
      stderr: "",
      serious: [],
    });
    expect(passed.length).toBeGreaterThan(50);
  });

  it("ends with 1 where there is a violation, and shows its place but no secret", async () => {
    const cwd = repo(bad);
    const { code, stdout, stderr } = await runCli(["check"], { cwd });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toContain("✖ violation  port-binding/literal-port");
    expect(stdout).toContain("web.js:2");
    expect(stdout).toContain("postgres://app:***@db/app");
    expect(stdout).not.toContain("hunter2");
  });

  it("judges only what is asked for, by slug or factor", async () => {
    const cwd = repo(bad);
    const slugs = async (...flags: readonly string[]) => {
      const { stdout } = await runCli(["check", "--json", ...flags], { cwd });
      return JSON.parse(stdout).findings.map(({ slug }: { slug: string }) => slug);
    };
    expect(await slugs("--only", "logs,port-binding/literal-port")).toEqual([
      "port-binding/literal-port",
      "logs/redirect",
    ]);
    expect(await slugs("--only", "logs", "--skip", "logs/redirect")).toEqual([]);
    const { stdout } = await runCli(["check", "--json", "--only", "logs/json"], { cwd });
    expect(JSON.parse(stdout).notRun).toEqual([
      { slug: "logs/json", reason: "the app was not run: add --boot" },
    ]);
  });

  it("counts what is suppressed, and ends with 0 when that was all", async () => {
    const suppressions = [{ slug: "port-binding/literal-port", reason: "a probe of the platform" }];
    const cwd = repo({
      "web.js": "app.listen(3000);",
      ".twelve-factor-check.json": JSON.stringify({ suppressions }),
    });
    const { code, stdout } = await runCli(["check", "--only", "port-binding"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain("1 suppressed");
  });

  it("writes SARIF", async () => {
    const { stdout } = await runCli(["check", "--format", "sarif"], { cwd: repo(bad) });
    const { version, runs } = JSON.parse(stdout);
    expect(version).toBe("2.1.0");
    expect(runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toContain("logs/redirect");
  });

  it("lists and explains its checks", async () => {
    const cwd = scratch();
    const list = await runCli(["check", "list"], { cwd });
    expect(list.stdout).toMatch(/logs\/files +read {2}\S/);
    expect(list.stdout).toMatch(/config\/leave-one-out +run {3}\S/);
    const { stdout } = await runCli(["check", "explain", "config/leave-one-out"], { cwd });
    for (const word of ["Asks", "Why", "Fix", "Fooled by"]) expect(stdout).toContain(`${word}\n`);
  });

  it.each([
    [["check", "nowhere"], "There is no directory nowhere."],
    [["check", "--only", "logs/flies"], "Did you mean logs/files?"],
    [["check", "--format", "xml"], "Use text, json or sarif."],
    [["check", "explain", "nope/nope"], "There is no check"],
    [["check", "--procfile", "Procfile.x"], "There is no Procfile.x"],
    [["check", "a", "b"], "one argument too many"],
  ])("ends with 2 and a fix: %j", async (args, message) => {
    const { code, stderr } = await runCli(args, { cwd: scratch() });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("what a check keeps of a repo", () => {
  /** With a cache directory of its own, which has the compiled code too. */
  async function checked() {
    const cwd = repo(bad);
    const home = scratch();
    const env = { XDG_CACHE_HOME: join(home, "cache"), HOME: home, CI: "" };
    const folder = join(
      home,
      process.platform === "darwin" ? "Library/Caches" : "cache",
      "create-twelve-factor",
    );
    const run = (more: NodeJS.ProcessEnv = {}) =>
      runCli(["check", "--json"], { cwd, env: { ...env, ...more } });
    const facts = () => readdirSync(folder).filter((name) => name.startsWith("facts-"));
    return { cwd, folder, run, facts };
  }

  it("is for this user alone, and the next check of the same files says the same", async () => {
    const { folder, run, facts } = await checked();
    const first = await run();
    const [name = ""] = facts();
    const path = join(folder, name);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { mtimeMs } = statSync(path);
    expect(await run()).toEqual(first);
    expect(facts()).toEqual([name]);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
  });

  it("is not taken for a file that was changed", async () => {
    const { cwd, run } = await checked();
    expect((await run()).stdout).toContain("port-binding/literal-port");
    writeFileSync(join(cwd, "web.js"), "app.listen(process.env.PORT);\n");
    expect((await run()).stdout).not.toMatch(/"slug": ?"port-binding\/literal-port",\s*"factor"/);
  });

  it("is not taken for other files than there were", async () => {
    const { cwd, run } = await checked();
    const git = (...words: readonly string[]) =>
      execFileSync("git", words, { cwd, env: { ...process.env, ...identity } });
    const isAsWithoutIt = async () => expect(await run()).toEqual(await run({ CI: "true" }));
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message=all");
    await isAsWithoutIt();
    await isAsWithoutIt();
    writeFileSync(join(cwd, "more.js"), "app.listen(4000);\n");
    await isAsWithoutIt();
    rmSync(join(cwd, "web.js"));
    await isAsWithoutIt();
    writeFileSync(join(cwd, ".env"), "SECRET=1\n");
    await isAsWithoutIt();
    git("add", ".env");
    await isAsWithoutIt();
    git("rm", "--cached", "--quiet", ".env");
    await isAsWithoutIt();
  });

  it("is not taken where it was damaged, or another user may have written it", async () => {
    const { folder, run, facts } = await checked();
    const first = await run();
    const [name = ""] = facts();
    const path = join(folder, name);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    expect(await run()).toEqual(first);
    expect(readFileSync(path)).toEqual(whole);
    const { ino } = statSync(path);
    chmodSync(path, 0o666);
    expect(await run()).toEqual(first);
    expect(statSync(path).ino).not.toBe(ino);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is nothing on CI", async () => {
    const { run, facts } = await checked();
    await run({ CI: "true" });
    expect(facts()).toEqual([]);
  });
});
