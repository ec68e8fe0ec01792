import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTree } from "../support/read-tree.ts";
import { identity, runCli, scratch } from "../support/run-cli.ts";

const bare = ["--yes", "--no-install", "--no-git"];

function repoWith(files: { readonly [path: string]: string }): string {
  const folder = join(scratch(), "my-app");
  mkdirSync(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const actionOf = (report: { files: { path: string; action: string }[] }, path: string) =>
  report.files.find((file) => file.path === path)?.action;

describe("into a directory with files", () => {
  it("keeps README and LICENSE, merges ignore files and adds the rest", async () => {
    const repo = repoWith({
      "README.rst": "Mine\n",
      LICENSE: "Mine too\n",
      ".gitignore": "/mine\nnode_modules/\n",
    });
    const ran = await runCli([".", ...bare, "--json"], { cwd: repo });
    expect(ran.code).toBe(0);
    const report = JSON.parse(ran.stdout);
    expect(report).toMatchObject({ written: true, conflicts: [] });
    expect([actionOf(report, "LICENSE"), actionOf(report, "README.md")]).toEqual(["keep", "keep"]);
    expect(actionOf(report, ".gitignore")).toBe("merge");
    expect(readFileSync(join(repo, "LICENSE"), "utf8")).toBe("Mine too\n");
    expect(existsSync(join(repo, "README.md"))).toBe(false);
    const ignored = readFileSync(join(repo, ".gitignore"), "utf8").split("\n");
    expect(ignored).toEqual(expect.arrayContaining(["/mine", "node_modules/", ".env", "dist/"]));
    expect(ignored.filter((line) => line === "node_modules/")).toHaveLength(1);
    expect(existsSync(join(repo, "Procfile"))).toBe(true);
    const receipt = JSON.parse(readFileSync(join(repo, ".twelve-factor.json"), "utf8"));
    expect(receipt.kept).toEqual(["LICENSE#", "README.md#"]);
  });

  it("takes a fresh clone, and leaves the commit to its owner", async () => {
    const repo = repoWith({ "README.md": "# Hosted\n", LICENSE: "MIT\n" });
    execFileSync("git", ["init", "--quiet"], { cwd: repo });
    const ran = await runCli([".", "--yes", "--no-install"], { cwd: repo, env: identity });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(repo, ".github/workflows/ci.yml"))).toBe(true);
    expect(() => execFileSync("git", ["rev-parse", "HEAD"], { cwd: repo, stdio: "ignore" })).toThrow();
  });

  it("finds nothing to do the second time", async () => {
    const cwd = scratch();
    await runCli(["my-app", ...bare], { cwd });
    const before = readTree(cwd);
    const report = JSON.parse((await runCli(["my-app", ...bare, "--json"], { cwd })).stdout);
    expect(new Set(report.files.map((file: { action: string }) => file.action))).toEqual(
      new Set(["identical"]),
    );
    expect(readTree(cwd)).toEqual(before);
  });

  it("shows what is in conflict as a diff, writes nothing and exits 1", async () => {
    const repo = repoWith({ Dockerfile: "FROM scratch\n", "bin/dev": "#!/bin/sh\necho mine\n" });
    const before = readTree(repo);
    const ran = await runCli([".", ...bare], { cwd: repo });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("  -FROM scratch\n");
    expect(ran.stderr).toContain("2 files are there already, with other contents: Dockerfile, bin/dev.");
    expect(ran.stderr).toContain("--force");
    expect(readTree(repo)).toEqual(before);
    const json = await runCli([".", ...bare, "--json"], { cwd: repo });
    expect(json.code).toBe(1);
    const report = JSON.parse(json.stdout);
    expect(report.written).toBe(false);
    expect(actionOf(report, "Dockerfile")).toBe("conflict");
    expect(report.conflicts).toContainEqual({
      path: "Dockerfile",
      keyPath: [],
      reason: expect.any(String),
      diff: expect.stringContaining("-FROM scratch"),
    });
    expect(readTree(repo)).toEqual(before);
  });

  it("overwrites what is in conflict with --force, and nothing else", async () => {
    const repo = repoWith({ Dockerfile: "FROM scratch\n", "README.md": "Mine\n", "notes.txt": "Mine\n" });
    const ran = await runCli([".", ...bare, "--force", "--json"], { cwd: repo });
    expect(ran.code).toBe(0);
    expect(actionOf(JSON.parse(ran.stdout), "Dockerfile")).toBe("overwrite");
    expect(readFileSync(join(repo, "Dockerfile"), "utf8")).not.toContain("FROM scratch");
    for (const kept of ["README.md", "notes.txt"])
      expect(readFileSync(join(repo, kept), "utf8")).toBe("Mine\n");
  });

  it.each([
    [
      "a symbolic link in a file's place",
      (repo: string) => symlinkSync("/etc/hostname", join(repo, "Procfile")),
    ],
    ["a symbolic link in a directory's place", (repo: string) => symlinkSync("/tmp", join(repo, "src"))],
    ["a directory in a file's place", (repo: string) => mkdirSync(join(repo, "Procfile"))],
    [
      "a name that differs by case alone",
      (repo: string) => writeFileSync(join(repo, "procfile"), "web: x\n"),
    ],
  ])("refuses %s", async (_, prepare) => {
    const repo = repoWith({});
    prepare(repo);
    const before = readdirSync(repo);
    const ran = await runCli([".", ...bare, "--force"], { cwd: repo });
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain("can't be written".replace("can't", "cannot"));
    expect(readdirSync(repo)).toEqual(before);
  });

  it("refuses a file in the directory's place", async () => {
    const cwd = scratch();
    writeFileSync(join(cwd, "my-app"), "");
    const ran = await runCli(["my-app", ...bare], { cwd });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("is a file, or lies in one");
  });
});

describe("after a write that was cut off", () => {
  it("refuses until it's recovered", async () => {
    const repo = repoWith({ ".twelve-factor/staged": "half" });
    const refused = await runCli([".", ...bare], { cwd: repo });
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("create-twelve-factor recover .");
    const recovered = await runCli(["recover"], { cwd: repo });
    expect(recovered).toMatchObject({ code: 0, stderr: "" });
    expect(recovered.stdout).toContain("had not begun to write");
    expect(await runCli([".", ...bare], { cwd: repo })).toMatchObject({ code: 0 });
    expect((await runCli(["recover", "--abort"], { cwd: repo })).stdout).toBe(
      "There was nothing to recover.\n",
    );
    const { stdout } = await runCli(["recover", "--json"], { cwd: repo });
    expect(JSON.parse(stdout)).toEqual({ outcome: "nothing", paths: [] });
  });
});

describe("a signal", () => {
  it("while planning leaves nothing and exits 130", async () => {
    const cwd = scratch();
    const hold = join(cwd, "hold.cjs");
    // Signals itself when it looks at the target, which is before anything is written.
    writeFileSync(
      hold,
      `const fs = require("node:fs"); const read = fs.readdirSync;
fs.readdirSync = (...args) => {
  if (String(args[0]).endsWith("my-app")) process.kill(process.pid, "SIGINT");
  return read(...args);
};`,
    );
    const ran = await runCli(["my-app", ...bare], { cwd, env: { NODE_OPTIONS: `--require ${hold}` } });
    expect(ran).toMatchObject({ code: 130, stdout: "", stderr: "Cancelled. Nothing was written.\n" });
    expect(readdirSync(cwd)).toEqual(["hold.cjs"]);
  });

  it("while writing lets it finish and exits 130", async () => {
    const [cwd, whole] = [scratch(), scratch()];
    await runCli(["my-app", ...bare], { cwd: whole });
    const hold = join(cwd, "hold.cjs");
    writeFileSync(
      hold,
      `const fs = require("node:fs"); const rename = fs.renameSync;
fs.renameSync = (...args) => { process.kill(process.pid, "SIGINT"); return rename(...args); };`,
    );
    const ran = await runCli(["my-app", ...bare], { cwd, env: { NODE_OPTIONS: `--require ${hold}` } });
    expect(ran).toMatchObject({ code: 130, stdout: "" });
    expect(ran.stderr).toContain("All files are written");
    expect(readTree(join(cwd, "my-app"))).toEqual(readTree(join(whole, "my-app")));
  });
});

describe("the install", () => {
  it("that fails leaves the repo whole and committed, and exits 1", async () => {
    const cwd = scratch();
    const tools = join(cwd, "tools");
    mkdirSync(tools);
    writeFileSync(join(tools, "npm"), "#!/bin/sh\necho the registry is on fire >&2\nexit 7\n", {
      mode: 0o755,
    });
    const env = { ...identity, PATH: `${tools}:${process.env.PATH}` };
    const ran = await runCli(["my-app", "--yes"], { cwd, env });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("the registry is on fire");
    expect(ran.stderr).toContain("The install failed: npm ci ended with 7.");
    expect(ran.stderr).toContain("Run it again in my-app: npm ci");
    expect(ran.stdout).toContain("my-app is written");
    const log = execFileSync("git", ["log", "--format=%s"], { cwd: join(cwd, "my-app"), encoding: "utf8" });
    expect(log).toBe("Create my-app\n");
  });

  it("runs in the repo, without the variables of the package manager that runs us", async () => {
    const cwd = scratch();
    const tools = join(cwd, "tools");
    mkdirSync(tools);
    writeFileSync(join(tools, "npm"), `#!/bin/sh\n(pwd; echo "$@"; env) > ${cwd}/seen\n`, { mode: 0o755 });
    const env = {
      ...identity,
      PATH: `${tools}:${process.env.PATH}`,
      npm_package_name: "outer",
      INIT_CWD: "/",
    };
    expect(await runCli(["my-app", "--yes"], { cwd, env })).toMatchObject({ code: 0, stderr: "npm ci …\n" });
    const seen = readFileSync(join(cwd, "seen"), "utf8");
    expect(seen).toContain(`${cwd}/my-app\nci\n`);
    expect(seen).not.toMatch(/^(npm_package_|INIT_CWD)/m);
  });
});
