import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTree } from "../support/read-tree.ts";
import { identity, runCli, scratch } from "../support/run-cli.ts";

type Report = {
  readonly changes: readonly { readonly path: string; readonly kind: string }[];
  readonly offers: readonly {
    readonly id: string;
    readonly taken: boolean;
    readonly ends: readonly string[];
  }[];
  readonly withheld: readonly { readonly id: string; readonly reason: string }[];
  readonly findings: {
    readonly before: readonly unknown[];
    readonly after: readonly unknown[];
    readonly new: readonly unknown[];
  };
  readonly found: readonly { readonly what: string; readonly value: string; readonly sure: boolean }[];
  readonly advice: readonly { readonly place: string; readonly example: string | null }[];
  readonly written: boolean;
};

const fixtures = join(import.meta.dirname, "../fixtures/foreign");

/** One of the small repos of the fixtures, with a commit. */
function repo(name: string, more: { readonly [path: string]: string } = {}): string {
  const root = join(scratch(), name);
  const [, ...parts] = readFileSync(join(fixtures, `${name}.txt`), "utf8").split(/^=== /m);
  const files = parts.map(
    (part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)] as const,
  );
  mkdirSync(root);
  for (const [path, text] of [...files, ...Object.entries(more)]) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  git(root, "init", "--quiet", "--initial-branch=main");
  commit(root);
  return root;
}

const git = (cwd: string, ...args: string[]) =>
  execFileSync("git", args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...identity, GIT_CONFIG_GLOBAL: "/dev/null" },
  });
function commit(root: string): void {
  git(root, "add", "--all");
  git(root, "commit", "--quiet", "--allow-empty", "--message=all");
}

const adopt = (cwd: string, ...args: string[]) => runCli(["adopt", ...args], { cwd });
async function report(cwd: string, ...args: string[]): Promise<Report> {
  return JSON.parse((await adopt(cwd, ...args, "--json")).stdout);
}

describe("adopt", () => {
  it("writes what the dry run shows, does nothing the second time, and is taken back to the byte", async () => {
    const root = repo("express");
    const before = readTree(root);
    const dry = await report(root, "--dry-run");
    expect(dry.written).toBe(false);
    expect(readTree(root)).toEqual(before);
    expect(dry.offers.filter(({ taken }) => taken).map(({ id }) => id)).toEqual(["schema", "ci"]);
    expect(dry.advice.map(({ place }) => place)).toEqual(["server.js:11", "server.js:11"]);

    const ran = await adopt(root, "--yes");
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/postgres is postgres:\S+ here: make it the version that production has/);
    for (const { path } of dry.changes) expect(ran.stdout).toContain(`+ ${path}\n`);
    expect(ran.stdout).toContain("ends config/schema");
    expect(ran.stdout).toContain("server.js:11");
    expect(ran.stdout).toContain("process.env.PORT");

    const written = readTree(root);
    const again = await adopt(root, "--yes");
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain("there is nothing to do");
    expect(readTree(root)).toEqual(written);

    expect(await runCli(["undo", "--yes"], { cwd: root })).toMatchObject({ code: 0 });
    expect(readTree(root)).toEqual(before);
  });

  it("gives every verb a repo to work on", async () => {
    const root = repo("fastapi");
    expect(await adopt(root, "--yes", "--only", "all")).toMatchObject({ code: 0 });
    commit(root);
    const adopted = readTree(root);
    const added = await runCli(["add", "nats", "--yes", "--no-install"], { cwd: root });
    expect(added).toMatchObject({ code: 0 });
    expect(added.stderr).toContain("The code is yours: connect to nats there");
    expect(readFileSync(join(root, ".env.schema"), "utf8")).toContain("NATS_URL=");
    expect((await runCli(["update", "--check"], { cwd: root })).code).toBe(0);
    expect(await runCli(["swap", "nats", "rabbitmq", "--yes", "--no-install"], { cwd: root })).toMatchObject({
      code: 0,
    });
    expect(await runCli(["remove", "rabbitmq", "--yes", "--no-install"], { cwd: root })).toMatchObject({
      code: 0,
    });
    expect(readTree(root)).toEqual(adopted);
    const diff = JSON.parse((await runCli(["diff", "--json"], { cwd: root })).stdout);
    expect(diff.edits).toEqual([]);
  });

  it("takes the flags for what it found", async () => {
    const root = repo("hono");
    const { found, changes } = await report(
      root,
      "--dry-run",
      "--only=procfile,toolchain",
      "--tool=nodejs=22.11.0",
      "--command=web=node build/index.js",
    );
    expect(found).toContainEqual(
      expect.objectContaining({ what: "web", value: "node build/index.js", sure: true }),
    );
    expect(changes.map(({ path }) => path)).toEqual([".tool-versions", "Procfile", ".twelve-factor.json"]);
  });

  it("leaves what --skip names, and takes nothing with --only none but the receipt", async () => {
    const root = repo("express");
    expect((await report(root, "--dry-run", "--skip", "ci")).changes.map(({ path }) => path)).toEqual([
      ".env.schema",
      ".twelve-factor.json",
    ]);
    expect((await report(root, "--dry-run", "--only", "none")).changes.map(({ path }) => path)).toEqual([
      ".twelve-factor.json",
    ]);
  });

  it("works without git, and below the root of a repository", async () => {
    const outer = repo("no-http");
    mkdirSync(join(outer, "api"));
    const inner = repo("workspace-package");
    writeFileSync(join(outer, "api/package.json"), readFileSync(join(inner, "package.json")));
    const { withheld } = await report(join(outer, "api"), "--dry-run");
    expect(withheld).toContainEqual({ id: "ci", reason: "it counts only at the root of a repository" });
    const plain = scratch();
    writeFileSync(join(plain, "package.json"), readFileSync(join(inner, "package.json")));
    expect(await adopt(plain, "--yes", "--only", "procfile")).toMatchObject({ code: 0 });
    expect(readFileSync(join(plain, "Procfile"), "utf8")).toBe("web: node dist/index.js\n");
  });

  it.each([
    [[], "usage/confirm"],
    [["--only", "procfle"], "Did you mean procfile?"],
    [["--yes", "--command", "web=node x.js && true"], "can't be a command"],
    [["--yes", "--language", "cobol"], "isn't a language"],
    [["--yes", "--tool", "nodejs"], "isn't NAME=VALUE"],
    [["nowhere"], "There is no repo"],
  ])("refuses %j with 2, and writes nothing", async (args, message) => {
    const root = repo("express");
    const before = readTree(root);
    const { code, stderr } = await adopt(root, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message === "usage/confirm" ? "no terminal to confirm" : message);
    expect(readTree(root)).toEqual(before);
  });

  it("refuses a repo that it created, and a folder that says nothing", async () => {
    const cwd = scratch();
    await runCli(["shop", "--yes", "--no-install", "--no-git"], { cwd });
    expect(await adopt(join(cwd, "shop"), "--yes")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("nothing to adopt"),
    });
    writeFileSync(join(cwd, "notes.txt"), "hello\n");
    expect(await adopt(cwd, "--yes")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("tells how the app is run"),
    });
  });
});

describe("a hostile repo", () => {
  const secret = "sk_live_0123456789abcdefABCDEF";

  it("shows no secret, whatever file holds one", async () => {
    const root = repo("nest", {
      ".env": `STRIPE_KEY=${secret}\n`,
      Procfile: `web: API_TOKEN=${secret} node dist/main\n`,
      "compose.yaml": `services:\n  db:\n    image: postgres:17\n    environment: { POSTGRES_PASSWORD: "${secret}" }\n`,
      Dockerfile: `FROM node:22.11.0\nENV API_TOKEN=${secret}\nCMD ["node", "dist/main.js"]\n`,
      "src/key.ts": `export const url = process.env.BILLING_URL ?? "https://user:${secret}@example.com";\n`,
      "package.json": JSON.stringify({
        name: "x",
        description: secret,
        scripts: { start: `node dist/main --token=${secret}`, build: "nest build" },
        dependencies: { "@nestjs/core": "^10.0.0" },
      }),
    });
    for (const args of [
      ["--dry-run"],
      ["--dry-run", "--only", "all"],
      ["--dry-run", "--json", "--only", "all"],
      ["--yes", "--only", "all"],
    ]) {
      const { stdout, stderr, code } = await adopt(root, ...args);
      expect(code).toBe(0);
      expect(stdout + stderr).not.toContain(secret.slice(0, 16));
    }
    for (const path of [".env.schema", ".twelve-factor.json"])
      expect(readFileSync(join(root, path), "utf8")).not.toContain(secret);
  });

  it("is read through no link, and nothing is written through one", async () => {
    const outside = scratch();
    writeFileSync(join(outside, "outside"), "mine\n");
    const root = repo("express");
    symlinkSync(join(outside, "outside"), join(root, ".env.schema"));
    symlinkSync(outside, join(root, ".github"));
    symlinkSync("/etc/passwd", join(root, "Procfile"));
    const { code, stderr } = await adopt(root, "--yes", "--only", "all");
    expect(code).toBe(0);
    expect(stderr).not.toContain("root:");
    expect(readFileSync(join(outside, "outside"), "utf8")).toBe("mine\n");
    expect(Object.keys(readTree(outside))).toEqual(["outside"]);
  });

  it("may have broken YAML, JSON and TOML, huge files and binary ones", async () => {
    const root = repo("flask", {
      ".github/workflows/ci.yml": "jobs: [\n  - {",
      "compose.yaml": "services:\n\t- x: &a *a\n",
      "package.json": '{ "scripts": ',
      "pyproject.toml": "[project\nname",
      ".env.schema": "\0binary\0",
      "app/huge.py": `x = [${"1, ".repeat(1_500_000)}]\n`,
    });
    const before = readTree(root);
    const ran = await adopt(root, "--yes", "--only", "all");
    expect(ran.code).toBe(0);
    const after = readTree(root);
    for (const [path, content] of Object.entries(before)) {
      if (path === "Procfile") continue;
      expect(after[path], path).toEqual(content);
    }
  });

  it("may be a worktree, whose .git is a file", async () => {
    const root = repo("flask");
    const other = join(scratch(), "tree");
    git(root, "worktree", "add", "--quiet", "--detach", other);
    expect(await adopt(other, "--yes")).toMatchObject({ code: 0 });
    expect(await runCli(["undo", "--yes"], { cwd: other })).toMatchObject({ code: 0 });
    expect(git(other, "status", "--porcelain")).toBe("");
  });

  it("with edits that no commit has keeps them", async () => {
    const root = repo("express");
    writeFileSync(join(root, ".gitignore"), "node_modules\nmine-alone\n");
    const { code, stderr } = await adopt(root, "--yes", "--only", "ignore");
    expect(code).toBe(2);
    expect(stderr).toContain("aren't committed");
    expect(readFileSync(join(root, ".gitignore"), "utf8")).toBe("node_modules\nmine-alone\n");
  });

  it("with a directory where a file would be is offered the rest", async () => {
    const root = repo("express");
    renameSync(join(root, "README.md"), join(root, "readme"));
    mkdirSync(join(root, "Procfile"));
    writeFileSync(join(root, "Procfile/keep"), "");
    const { withheld, offers } = await report(root, "--dry-run");
    expect(withheld.map(({ id }) => id)).toContain("procfile");
    expect(offers.map(({ id }) => id)).toContain("schema");
  });
});
