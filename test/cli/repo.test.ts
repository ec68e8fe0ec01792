import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { packOtherRelease } from "../support/other-release.ts";
import { readTree } from "../support/read-tree.ts";
import { openRegistry } from "../support/registry.ts";
import { identity, runCli, scratch } from "../support/run-cli.ts";

type Report = {
  readonly title: string;
  readonly answers: { readonly services: readonly string[] };
  readonly changes: readonly { path: string; kind: string; diff: string }[];
  readonly conflicts: readonly { path: string; keyPath: string[]; reason: string }[];
  readonly kept: readonly string[];
  readonly written: boolean;
  readonly install: { readonly command: readonly string[]; readonly done: boolean } | null;
};

const git = (cwd: string, ...args: string[]) =>
  execFileSync("git", args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...identity, GIT_CONFIG_GLOBAL: "/dev/null" },
    stdio: ["ignore", "pipe", "ignore"],
  });

/** A default repo with its first commit; `--no-git` for one without. */
async function emitted(...flags: string[]): Promise<string> {
  const cwd = scratch();
  const created = await runCli(["shop", "--yes", "--no-install", ...flags], { cwd, env: identity });
  expect(created).toMatchObject({ code: 0 });
  return join(cwd, "shop");
}

const quiet = ["--yes", "--no-install"];
const run = (cwd: string, ...args: string[]) => runCli(args, { cwd });
async function report(cwd: string, ...args: string[]): Promise<Report> {
  const ran = await run(cwd, ...args, "--json");
  return JSON.parse(ran.stdout);
}

describe("add and remove", () => {
  it("write what the dry run shows, and take it back to the byte", async () => {
    const repo = await emitted();
    const before = readTree(repo);
    const dry = await report(repo, "add", "redis", "--dry-run");
    expect(dry).toMatchObject({ title: "add redis", written: false, conflicts: [], kept: [] });
    expect(dry.answers.services).toEqual(["postgres", "redis"]);
    expect(dry.changes.find(({ path }) => path === "compose.yaml")?.diff).toContain("+  redis:\n");
    expect(dry.install).toEqual({ command: ["npm", "ci"], done: false });
    expect(readTree(repo)).toEqual(before);

    const added = await run(repo, "add", "redis", ...quiet);
    expect(added).toMatchObject({ code: 0, stderr: "" });
    for (const { path } of dry.changes) expect(added.stdout).toContain(` ${path}\n`);
    const changed = git(repo, "status", "--porcelain", "--untracked-files=all").split("\n").slice(0, -1);
    expect(changed.map((line) => line.slice(3)).sort()).toEqual(dry.changes.map(({ path }) => path).sort());
    git(repo, "add", "--all");
    const patch = git(repo, "diff", "--cached", "--no-renames", "compose.yaml")
      .split("\n")
      .slice(2)
      .join("\n");
    expect(dry.changes.find(({ path }) => path === "compose.yaml")?.diff.split("\n")[3]).toBe(
      patch.split("\n")[3],
    );

    expect(await run(repo, "add", "redis", ...quiet)).toMatchObject({
      code: 0,
      stdout: "add redis: there is nothing to do.\n",
    });
    expect(await run(repo, "remove", "redis", ...quiet)).toMatchObject({ code: 0, stderr: "" });
    expect(readTree(repo)).toEqual(before);
  });

  it("give what create gives with all of it", async () => {
    const repo = await emitted("--no-git", "--services", "postgres", "--platforms", "none", "--ci", "none");
    for (const words of [["rabbitmq"], ["redis"], ["clock"], ["heroku"], ["github"]]) {
      expect(await run(repo, "add", ...words, ...quiet), words.join()).toMatchObject({ code: 0 });
    }
    const whole = await emitted(
      ...["--no-git", "--services", "postgres,rabbitmq,redis", "--processes", "web,worker,clock"],
      ...["--jobs", "postgres"],
    );
    rmSync(join(repo, ".twelve-factor"), { recursive: true });
    expect(readTree(repo)).toEqual(readTree(whole));
  });

  it("merge with what the person wrote, and keep theirs where both have something", async () => {
    const repo = await emitted();
    const path = join(repo, "package.json");
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    manifest.dependencies.ioredis = "5.0.0";
    manifest.scripts.deploy = "echo";
    writeFileSync(path, `${JSON.stringify(manifest, null, 4)}\n`);
    appendFileSync(join(repo, "src/config.ts"), "// mine\n");
    appendFileSync(join(repo, "compose.yaml"), "x-mine: 1 # mine\n");
    git(repo, "commit", "--all", "--quiet", "--message=mine");
    const before = readTree(repo);
    const added = await run(repo, "add", "redis", ...quiet);
    expect(added.code).toBe(1);
    expect(added.stderr).toMatch(/package.json at dependencies.ioredis: .* The template has "\^?\d/);
    expect(JSON.parse(readFileSync(path, "utf8")).dependencies.ioredis).toBe("5.0.0");
    expect(readFileSync(join(repo, "compose.yaml"), "utf8")).toContain("x-mine: 1 # mine");
    git(repo, "add", "--all");
    git(repo, "commit", "--quiet", "--message=redis");
    expect(await run(repo, "remove", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(readTree(repo)).toEqual(before);
  });

  it("work from below the root, and say where there is no repo", async () => {
    const repo = await emitted();
    expect(await run(join(repo, "src"), "add", "task", "tidy-up", ...quiet)).toMatchObject({ code: 0 });
    expect(existsSync(join(repo, "src/tasks/tidy-up.ts"))).toBe(true);
    const nowhere = await run(scratch(), "add", "redis", ...quiet);
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain("this isn't a repo that create-twelve-factor wrote");
  });

  it("add variables with what the flags say, and change them", async () => {
    const repo = await emitted();
    const flags = [
      "--type",
      "url",
      "--required",
      "--sensitive",
      "--processes",
      "web",
      "--description",
      "Pays",
    ];
    expect(await run(repo, "add", "env", "STRIPE_URL", ...flags, ...quiet)).toMatchObject({ code: 0 });
    const schema = readFileSync(join(repo, ".env.schema"), "utf8");
    expect(schema).toMatch(/# Pays\n# Used by: web\n# @type=url\n# @required\n# @sensitive\n/);
    expect(await run(repo, "add", "env", "STRIPE_URL", "--description", "Charges", ...quiet)).toMatchObject({
      code: 0,
    });
    expect(readFileSync(join(repo, ".env.schema"), "utf8")).toMatch(/# Charges\n# Used by: web\n# @type=url/);
  });
});

describe("what is refused, with exit 2 and nothing written", () => {
  it.each([
    [["add"], "add needs to know what"],
    [["add", "postgers"], "Did you mean postgres?"],
    [["add", "github"], "nothing to do"],
    [["remove", "postgres"], "add rabbitmq or add postgres or add redis"],
    [["remove", "web"], "needs a web process"],
    [["swap", "postgres"], "swap needs to know what"],
    [["swap", "postgres", "github"], "Only two of one kind"],
    [["add", "redis"], "there is no terminal to confirm it on"],
    [["add", "redis", "--force"], "add has no flag --force"],
    [["update", "--to", "0.0.1"], "0.0.1 is older"],
    [["update", "--to", "--x"], "--to needs a value"],
    [["diff", "nothing.txt"], "isn't among the files"],
  ])("%j", async (args, message) => {
    const repo = await emitted();
    const before = readTree(repo);
    const ran = await run(repo, ...args);
    expect(ran.code).toBe(message === "nothing to do" ? 0 : 2);
    expect(ran.stderr + ran.stdout).toContain(message);
    expect(readTree(repo)).toEqual(before);
  });

  it("a file with edits that no commit has, by name; other dirt is fine", async () => {
    const repo = await emitted();
    appendFileSync(join(repo, "compose.yaml"), "x-mine: 1\n");
    appendFileSync(join(repo, "tsconfig.json"), "\n");
    writeFileSync(join(repo, "new.txt"), "new\n");
    const before = readTree(repo);
    const refused = await run(repo, "add", "redis", ...quiet, "--json");
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout).error).toMatchObject({
      code: "repo/dirty",
      state: "Nothing was written.",
    });
    expect(refused.stderr).toContain("You have edits in compose.yaml that aren't committed");
    expect(refused.stderr).not.toMatch(/tsconfig|new\.txt/);
    expect(readTree(repo)).toEqual(before);
    git(repo, "add", "compose.yaml");
    expect(await run(repo, "add", "redis", ...quiet)).toMatchObject({ code: 2 });
    git(repo, "commit", "--quiet", "--message=mine");
    expect(await run(repo, "add", "redis", ...quiet)).toMatchObject({ code: 0 });
    // What a verb of ours wrote is no edit, committed or not.
    expect(await run(repo, "add", "rabbitmq", ...quiet)).toMatchObject({ code: 2 });
    expect(await run(repo, "add", "task", "tidy", ...quiet)).toMatchObject({ code: 0 });
  });

  it("an executable bit and an untracked file count as edits", async () => {
    const repo = await emitted();
    chmodSync(join(repo, "compose.yaml"), 0o755);
    const refused = await run(repo, "add", "redis", ...quiet);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("compose.yaml");
    chmodSync(join(repo, "compose.yaml"), 0o644);
    git(repo, "rm", "--quiet", "--cached", "app.json");
    appendFileSync(join(repo, "app.json"), "\n\n");
    writeFileSync(
      join(repo, "app.json"),
      readFileSync(join(repo, "app.json"), "utf8").replace("{", '{ "mine": 1,'),
    );
    expect((await run(repo, "add", "redis", ...quiet)).stderr).toContain("You have edits in app.json");
  });

  it("conflict markers in a file that it would change, also in a commit", async () => {
    const repo = await emitted();
    const path = join(repo, "src/config.ts");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, `${text}<<<<<<< yours\na\n=======\nb\n>>>>>>> template\n`);
    git(repo, "commit", "--all", "--quiet", "--message=oops");
    const refused = await run(repo, "add", "redis", ...quiet);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("Conflict markers remain in src/config.ts");
  });
});

describe("wherever the repo is", () => {
  it.each<[string, (repo: string) => string]>([
    ["without git", (repo) => repo],
    [
      "with git and no commit",
      (repo) => {
        git(repo, "init", "--quiet");
        git(repo, "add", "compose.yaml");
        return repo;
      },
    ],
  ])("%s nothing is refused for its edits", async (_, prepare) => {
    const repo = prepare(await emitted("--no-git"));
    appendFileSync(join(repo, "compose.yaml"), "x-mine: 1\n");
    expect(await run(repo, "add", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(readFileSync(join(repo, "compose.yaml"), "utf8")).toMatch(/\n {2}redis:\n[\s\S]*x-mine: 1/);
  });

  it("in a worktree, a shallow clone and a folder of a larger repo the same holds", async () => {
    const repo = await emitted();
    const places = scratch();
    git(repo, "worktree", "add", "--quiet", join(places, "tree"));
    git(places, "clone", "--quiet", "--depth=1", `file://${repo}`, "clone");
    mkdirSync(join(places, "whole"));
    git(join(places, "whole"), "init", "--quiet");
    git(places, "clone", "--quiet", repo, "whole/part");
    rmSync(join(places, "whole/part/.git"), { recursive: true });
    git(join(places, "whole"), "add", "--all");
    git(join(places, "whole"), "commit", "--quiet", "--message=all");
    for (const place of ["tree", "clone", "whole/part"]) {
      const at = join(places, place);
      appendFileSync(join(at, "compose.yaml"), "x-mine: 1\n");
      const refused = await run(at, "add", "redis", ...quiet);
      expect(refused.stderr, place).toContain("You have edits in compose.yaml");
      git(at, "commit", "--all", "--quiet", "--message=mine");
      expect(await run(at, "add", "redis", ...quiet), place).toMatchObject({ code: 0 });
      const status = git(at, "status", "--porcelain", "--untracked-files=all");
      expect(status, place).not.toMatch(/twelve-factor\//);
      // It counts only at the root of a repository.
      expect(status.includes("ci.yml"), place).toBe(place !== "whole/part");
    }
  });

  it("and 8 at once: one writes, the others are told who does, and nothing is half done", async () => {
    const repo = await emitted();
    const subjects = ["redis", "rabbitmq", "clock", "task a1", "task b1", "task c1", "env AA", "env BB"];
    const ran = await Promise.all(subjects.map((words) => run(repo, "add", ...words.split(" "), ...quiet)));
    const codes = ran.map(({ code }) => code);
    expect(codes.filter((code) => code === 0).length).toBeGreaterThan(0);
    for (const { code, stderr } of ran) {
      if (code !== 0)
        expect(stderr).toMatch(
          /is changing this repo|no longer as they were|Another run|keep changing|edits in/,
        );
    }
    for (const [index, words] of subjects.entries()) {
      if (codes[index] === 0) continue;
      git(repo, "add", "--all");
      git(repo, "commit", "--quiet", "--message=before");
      expect(await run(repo, "add", ...words.split(" "), ...quiet), words).toMatchObject({ code: 0 });
    }
    const check = await report(repo, "update", "--dry-run");
    expect(check.changes).toEqual([]);
    expect((await run(repo, "diff")).stdout).toContain("You changed nothing since it was emitted");
  });
});

describe("swap, undo, diff and update", () => {
  it("swap one service for another, with the jobs, and undo it", async () => {
    const repo = await emitted();
    const before = readTree(repo);
    const swapped = await run(repo, "swap", "postgres", "redis", ...quiet);
    expect(swapped.code).toBe(0);
    expect(swapped.stderr).toContain(
      "Jobs go over redis from the next release on. Those still in postgres stay there",
    );
    const created = await emitted("--services", "redis");
    expect(readTree(repo)).toEqual(readTree(created));
    const shown = await run(repo, "undo", "--dry-run");
    expect(shown.stdout).toContain("undo swap postgres redis");
    expect(await run(repo, "undo")).toMatchObject({ code: 2 });
    expect(await run(repo, "undo", ...quiet)).toMatchObject({ code: 0 });
    expect(readTree(repo)).toEqual(before);
    expect((await run(repo, "undo", ...quiet)).stdout).toBe("undo: there is nothing to do.\n");
  });

  it("undo refuses once something of it was edited", async () => {
    const repo = await emitted();
    await run(repo, "add", "redis", ...quiet);
    appendFileSync(join(repo, "src/resources/redis.ts"), "// mine\n");
    const before = readTree(repo);
    const refused = await run(repo, "undo", ...quiet);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("src/resources/redis.ts");
    expect(readTree(repo)).toEqual(before);
  });

  it("diff shows what the person changed, all of it or a path", async () => {
    const repo = await emitted();
    appendFileSync(join(repo, "src/config.ts"), "// mine\n");
    rmSync(join(repo, "SECURITY.md"));
    const all = JSON.parse((await run(repo, "diff", "--json")).stdout);
    expect(all.edits.map(({ path, kind }: { path: string; kind: string }) => [kind, path])).toEqual([
      ["delete", "SECURITY.md"],
      ["modify", "src/config.ts"],
    ]);
    expect(all.update).toEqual({ changes: [], conflicts: [] });
    const one = await run(repo, "diff", "src");
    expect(one).toMatchObject({ code: 0 });
    expect(one.stdout).toContain("+// mine");
    expect(one.stdout).not.toContain("SECURITY");
  });

  it("update changes nothing at the same release, and --check says so", async () => {
    const repo = await emitted();
    appendFileSync(join(repo, "src/config.ts"), "// mine\n");
    expect(await run(repo, "update", "--check")).toMatchObject({ code: 0 });
    expect(await run(repo, "update")).toMatchObject({ code: 0, stdout: "update: there is nothing to do.\n" });
  });
});

describe("two branches that each added a service", () => {
  it("are one receipt for the next verb, and what only both call for is added", async () => {
    const repo = await emitted();
    for (const [branch, service] of [
      ["a", "rabbitmq"],
      ["b", "redis"],
    ] as const) {
      git(repo, "switch", "--quiet", "--create", branch, "main");
      expect(await run(repo, "add", service, ...quiet)).toMatchObject({ code: 0 });
      git(repo, "add", "--all");
      git(repo, "commit", "--quiet", `--message=${service}`);
    }
    expect(() => git(repo, "merge", "--quiet", "a")).toThrow();
    const conflicted = git(repo, "diff", "--name-only", "--diff-filter=U").split("\n").slice(0, -1);
    expect(conflicted).toContain(".twelve-factor.json");
    const created = await emitted("--services", "postgres,rabbitmq,redis", "--jobs", "postgres");
    for (const path of conflicted.filter((path) => path !== ".twelve-factor.json"))
      writeFileSync(join(repo, path), readFileSync(join(created, path)));
    const merged = await report(repo, "update", ...quiet);
    expect(merged).toMatchObject({ conflicts: [], written: true });
    expect(merged.answers.services).toEqual(["postgres", "rabbitmq", "redis"]);
    expect(readTree(repo)).toEqual(readTree(created));
  });
});

describe("a repo of an earlier release", () => {
  /** What stands for another release has the name of this one's compiled code. */
  const uncached = { NODE_DISABLE_COMPILE_CACHE: "1" };

  /** A repo that another release wrote, and the registry that has that release alone. */
  async function earlier() {
    const folder = scratch();
    const tarball = packOtherRelease(inject("packed").tarball, folder, "0.0.9");
    const prefix = join(folder, "prefix");
    execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--prefix", prefix, tarball]);
    const bin = join(prefix, "node_modules/.bin/create-twelve-factor");
    execFileSync(bin, ["shop", "--yes", "--no-install"], {
      cwd: folder,
      env: { ...process.env, ...identity, ...uncached, GIT_CONFIG_GLOBAL: "/dev/null" },
      stdio: "ignore",
    });
    const repo = join(folder, "shop");
    expect(readFileSync(join(repo, "README.md"), "utf8")).toContain("## Shipping!");
    const registry = await openRegistry(tarball);
    const env = (url: string) => ({
      ...uncached,
      HOME: folder,
      npm_config_registry: url,
      npm_config_cache: join(folder, "cache"),
      npm_config_userconfig: join(folder, "none"),
      npm_config_update_notifier: "false",
    });
    return { repo, registry, env };
  }

  it("is merged by what that release rendered, from the registry or npm's cache", async () => {
    const { repo, registry, env } = await earlier();
    try {
      const readme = join(repo, "README.md");
      writeFileSync(readme, readFileSync(readme, "utf8").replace("# shop", "# My shop"));
      git(repo, "commit", "--all", "--quiet", "--message=mine");
      const options = { cwd: repo, env: env(registry.url) };
      const added = await runCli(["add", "redis", ...quiet], options);
      expect(added.code, added.stderr).toBe(0);
      expect(added.stderr).toBe("Rendering with release 0.0.9 …\n");
      expect(readFileSync(readme, "utf8")).toMatch(/# My shop[\s\S]*REDIS_URL[\s\S]*## Shipping!/);
      expect(readFileSync(join(repo, ".twelve-factor.json"), "utf8")).toContain('"version": "0.0.9"');
      git(repo, "add", "--all");
      git(repo, "commit", "--quiet", "--message=redis");
    } finally {
      await registry.close();
    }
    // Without the registry now: npm has that release in its cache.
    const options = { cwd: repo, env: env(registry.url) };
    expect(await runCli(["update", "--check"], options)).toMatchObject({ code: 1 });
    const updated = await runCli(["update", ...quiet], options);
    expect(updated.code, updated.stderr).toBe(0);
    const text = readFileSync(join(repo, "README.md"), "utf8");
    expect(text).toMatch(/# My shop[\s\S]*REDIS_URL[\s\S]*## Deploying/);
    expect(text).not.toContain("Shipping");
    expect(await runCli(["update", "--check"], options)).toMatchObject({ code: 0 });
  });

  it("is changed by the difference of two renders where that release can't be had, and updated with conflicts", async () => {
    const { repo, registry, env } = await earlier();
    await registry.close();
    const options = { cwd: repo, env: env("http://127.0.0.1:1") };
    const text = readFileSync(join(repo, "README.md"), "utf8");
    appendFileSync(join(repo, "README.md"), "mine\n");
    // Only to look at something nothing has to be committed.
    expect(await runCli(["update", "--check"], options)).toMatchObject({ code: 1 });
    expect((await runCli(["diff"], options)).stdout).toContain("+## Deploying");
    expect(await runCli(["update", ...quiet], options)).toMatchObject({ code: 2 });
    writeFileSync(join(repo, "README.md"), text);
    const added = await runCli(["add", "redis", ...quiet], options);
    expect(added.code, added.stderr).toBe(0);
    expect(added.stderr).toContain("Release 0.0.9, which wrote this repo, can't be had.");
    const readme = join(repo, "README.md");
    expect(readFileSync(readme, "utf8")).toMatch(/REDIS_URL[\s\S]*## Shipping!/);
    git(repo, "add", "--all");
    git(repo, "commit", "--quiet", "--message=redis");
    const updated = await runCli(["update", ...quiet], options);
    expect(updated.code).toBe(1);
    expect(readFileSync(readme, "utf8")).toContain(
      "<<<<<<< yours\n## Shipping!\n=======\n## Deploying\n>>>>>>> template\n",
    );
    expect((await runCli(["add", "rabbitmq", ...quiet], options)).stderr).toContain(
      "Conflict markers remain in README.md",
    );
  });

  it("that is later than this one is left alone", async () => {
    const repo = await emitted("--no-git");
    const path = join(repo, ".twelve-factor.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(/"version": "[^"]*"/, '"version": "99.0.0"'));
    for (const args of [["add", "redis"], ["update"], ["diff"]]) {
      const refused = await run(repo, ...args);
      expect(refused, args.join()).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain("npx create-twelve-factor@99.0.0");
    }
  });
});

describe("the install", () => {
  it("is the frozen one where the lockfile is ours, and one that resolves where it isn't", async () => {
    const repo = await emitted();
    const tools = scratch();
    writeFileSync(
      join(tools, "npm"),
      `#!/bin/sh\necho "$@" >> ${tools}/asked\n[ "$1" = ci ] || echo >> package-lock.json\n`,
      {
        mode: 0o755,
      },
    );
    const options = { cwd: repo, env: { PATH: `${tools}:${process.env.PATH}` } };
    expect(await runCli(["add", "redis", "--yes"], options)).toMatchObject({ code: 0 });
    expect(readFileSync(join(tools, "asked"), "utf8")).toBe("ci\n");
    git(repo, "add", "--all");
    git(repo, "commit", "--quiet", "--message=redis");
    const lock = join(repo, "package-lock.json");
    writeFileSync(
      lock,
      readFileSync(lock, "utf8").replace('"requires": true', '"requires": true, "mine": 1'),
    );
    git(repo, "commit", "--all", "--quiet", "--message=mine");
    const before = readTree(repo);
    expect(await runCli(["add", "rabbitmq", "--yes"], options)).toMatchObject({ code: 0 });
    expect(readFileSync(join(tools, "asked"), "utf8")).toBe("ci\ninstall\n");
    expect(await runCli(["undo", ...quiet], options)).toMatchObject({ code: 0 });
    expect(readTree(repo)).toEqual(before);
  });

  it("that fails leaves the files, and exits 1", async () => {
    const repo = await emitted();
    const tools = scratch();
    writeFileSync(join(tools, "npm"), "#!/bin/sh\necho on fire >&2\nexit 7\n", { mode: 0o755 });
    const ran = await runCli(["add", "redis", "--yes"], {
      cwd: repo,
      env: { PATH: `${tools}:${process.env.PATH}` },
    });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("The install failed: npm ci ended with 7.");
    expect(existsSync(join(repo, "src/resources/redis.ts"))).toBe(true);
  });
});

describe("killed with -9 as it moves its files into place", () => {
  it.each([
    ["add", "redis"],
    ["remove", "postgres", "--jobs", "redis"],
    ["swap", "postgres", "rabbitmq"],
    ["undo"],
  ])("%j %j is finished or undone by recover", async (...args) => {
    const start = await emitted("--services", args[0] === "remove" ? "postgres,redis" : "postgres");
    if (args[0] === "undo") await run(start, "add", "redis", ...quiet);
    const folder = scratch();
    const before = readTree(start);
    const kill = join(folder, "kill.cjs");
    // Dies at one of the renames, which are the steps that can be seen from outside.
    writeFileSync(
      kill,
      `const fs = require("node:fs"); const rename = fs.renameSync; let left = Number(process.env.KILL_AT);
fs.renameSync = (...args) => { if (left-- === 0) process.kill(process.pid, "SIGKILL"); return rename(...args); };`,
    );
    const killed = async (name: string, at: number) => {
      const repo = join(folder, name);
      cpSync(start, repo, { recursive: true });
      const env = { NODE_OPTIONS: `--require ${kill}`, KILL_AT: String(at) };
      return { repo, ...(await runCli([...args, ...quiet], { cwd: repo, env })) };
    };
    const whole = await killed("whole", 1_000);
    expect(whole.code).toBe(0);
    const after = readTree(whole.repo);
    expect(after).not.toEqual(before);
    for (const [index, at] of [0, 1, 9].entries()) {
      const { repo, signal } = await killed(`killed-${index}`, at);
      expect(signal, `rename ${at}`).toBe("SIGKILL");
      if (at > 0)
        expect(await run(repo, "add", "task", "x", ...quiet), `rename ${at}`).toMatchObject({ code: 2 });
      const abort = index % 2 === 1 ? ["--abort"] : [];
      expect(await run(repo, "recover", ...abort), `rename ${at}`).toMatchObject({ code: 0 });
      expect(readTree(repo), `rename ${at}`).toEqual(at > 0 && abort.length === 0 ? after : before);
    }
  });
});

it("a link in place of a file is not written through", async () => {
  const repo = await emitted("--no-git");
  renameSync(join(repo, "compose.yaml"), join(repo, "..", "elsewhere.yaml"));
  execFileSync("ln", ["-s", "../elsewhere.yaml", join(repo, "compose.yaml")]);
  const refused = await run(repo, "add", "redis", ...quiet);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("it is a symbolic link");
});
