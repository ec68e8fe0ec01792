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
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { version } from "../../src/core/version.ts";
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

  it("mark what has no place any more, never put it at the start, and exit 1; undo takes it back", async () => {
    const repo = await emitted();
    const path = join(repo, "src/resources.ts");
    writeFileSync(path, "export const resources = {};\n");
    git(repo, "commit", "--all", "--quiet", "--message=mine");
    const before = readTree(repo);
    const added = await run(repo, "add", "redis", ...quiet);
    expect(added.code).toBe(1);
    expect(added.stderr).toContain("src/resources.ts: You and the template both changed these lines.");
    expect(readFileSync(path, "utf8")).toMatch(
      /^<<<<<<< yours\nexport const resources = \{\};\n=======\n[\s\S]*redis[\s\S]*>>>>>>> template\n$/,
    );
    for (const args of [
      ["remove", "redis"],
      ["swap", "redis", "rabbitmq"],
      ["add", "rabbitmq"],
    ]) {
      const refused = await run(repo, ...args, ...quiet);
      expect(refused.code, args.join()).toBe(2);
      expect(refused.stderr).toContain("Conflict markers remain in src/resources.ts");
    }
    expect(await run(repo, "add", "task", "x", ...quiet)).toMatchObject({ code: 0 });
    expect(await run(repo, "undo", ...quiet)).toMatchObject({ code: 0 });
    const undone = await run(repo, "undo", ...quiet);
    expect(undone.stdout).toContain("there is nothing to do");
    git(repo, "checkout", "--quiet", "--", ".");
    git(repo, "clean", "--quiet", "--force", "-d");
    expect(readTree(repo)).toEqual(before);
    expect(await run(repo, "add", "redis", ...quiet)).toMatchObject({ code: 1 });
    expect(await run(repo, "undo", ...quiet)).toMatchObject({ code: 0 });
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
    [["remove", "postgres"], "add rabbitmq or add nats or add postgres or add redis"],
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
  it.each<[string, (repo: string) => void]>([
    ["without git", () => {}],
    [
      "with git and no commit",
      (repo) => {
        git(repo, "init", "--quiet");
        git(repo, "add", "compose.yaml");
      },
    ],
    [
      "with a first commit that has the edits",
      (repo) => {
        git(repo, "init", "--quiet");
        git(repo, "add", "--all");
        git(repo, "commit", "--quiet", "--message=first");
      },
    ],
  ])("%s edits are merged, and nothing is refused for them", async (_, prepare) => {
    const repo = await emitted("--no-git");
    appendFileSync(join(repo, "compose.yaml"), "x-mine: 1\n");
    prepare(repo);
    const before = readTree(repo);
    expect(await run(repo, "add", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(readFileSync(join(repo, "compose.yaml"), "utf8")).toMatch(/\n {2}redis:\n[\s\S]*x-mine: 1/);
    expect((await run(repo, "diff")).stdout).toContain("+x-mine: 1");
    expect(await run(repo, "undo", ...quiet)).toMatchObject({ code: 0 });
    expect(readTree(repo)).toEqual(before);
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

  it("below the root of a repository all verbs hold, without the files that count only there", async () => {
    const whole = scratch();
    const [shop, cart] = [join(whole, "services/shop"), join(whole, "services/cart")];
    mkdirSync(join(whole, "services"));
    writeFileSync(join(whole, "compose.yaml"), "services: {}\n");
    git(whole, "init", "--quiet");
    for (const name of ["shop", "cart"]) {
      const created = await runCli([name, "--yes", "--no-install"], { cwd: join(whole, "services") });
      expect(created.code, created.stderr).toBe(0);
    }
    git(whole, "add", "--all");
    git(whole, "commit", "--quiet", "--message=both");
    const before = readTree(whole);
    expect(Object.keys(before).filter((path) => /(^|\/)\.github\//.test(path))).toEqual([]);
    appendFileSync(join(whole, "compose.yaml"), "x-mine: 1\n");

    expect(await run(shop, "add", "redis", ...quiet)).toMatchObject({ code: 0, stderr: "" });
    expect(await run(join(cart, "src"), "add", "rabbitmq", ...quiet)).toMatchObject({ code: 0, stderr: "" });
    const touched = git(whole, "status", "--porcelain", "--untracked-files=all").split("\n").slice(0, -1);
    for (const line of touched) expect(line).toMatch(/ (services\/(shop|cart)\/(?!\.github)|compose\.yaml$)/);
    expect((await run(shop, "diff")).stdout).toContain("You changed nothing since it was emitted");
    expect(await run(shop, "update", "--check")).toMatchObject({ code: 0 });
    expect(await run(shop, "undo", ...quiet)).toMatchObject({ code: 0 });
    expect(await run(cart, "remove", "rabbitmq", ...quiet)).toMatchObject({ code: 0 });
    expect(await run(cart, "swap", "postgres", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(await run(cart, "undo", ...quiet)).toMatchObject({ code: 0 });
    git(whole, "checkout", "--quiet", "--", "compose.yaml");
    expect(readTree(whole)).toEqual(before);

    expect(await run(shop, "remove", "github", ...quiet)).toMatchObject({ code: 0, stderr: "" });
    const added = await run(shop, "add", "github", ...quiet);
    expect(added.code, added.stderr).toBe(0);
    expect(added.stderr).toContain("counts only at the root");
    expect(readTree(whole)).toEqual(before);

    appendFileSync(join(shop, "compose.yaml"), "x-mine: 1\n");
    const refused = await run(shop, "add", "redis", ...quiet);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("You have edits in compose.yaml that aren't committed");
    expect(await run(cart, "add", "redis", ...quiet)).toMatchObject({ code: 0 });
  });

  it("in a workspace without git they hold as well", async () => {
    const whole = scratch();
    writeFileSync(join(whole, "package.json"), JSON.stringify({ name: "all", workspaces: ["apps/*"] }));
    mkdirSync(join(whole, "apps"));
    const created = await runCli(["shop", "--yes", "--no-install", "--no-git"], { cwd: join(whole, "apps") });
    expect(created.code, created.stderr).toBe(0);
    const shop = join(whole, "apps/shop");
    const before = readTree(whole);
    appendFileSync(join(shop, "compose.yaml"), "x-mine: 1\n");
    expect(await run(shop, "add", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(readFileSync(join(shop, "compose.yaml"), "utf8")).toMatch(/\n {2}redis:\n[\s\S]*x-mine: 1/);
    expect(existsSync(join(shop, ".github"))).toBe(false);
    expect(await run(shop, "undo", ...quiet)).toMatchObject({ code: 0 });
    writeFileSync(
      join(shop, "compose.yaml"),
      readFileSync(join(shop, "compose.yaml"), "utf8").replace("x-mine: 1\n", ""),
    );
    expect(readTree(whole)).toEqual(before);
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

describe("8 verbs at once", () => {
  it("leave what some of them make one after the other, in a shallow clone too", async () => {
    const repo = join(scratch(), "clone");
    git(
      ".",
      "clone",
      "--quiet",
      "--depth=1",
      `file://${await emitted("--services", "postgres,rabbitmq")}`,
      repo,
    );
    await run(repo, "add", "task", "x", ...quiet);
    const verbs = [
      ...["add redis", "add clock", "remove github", "remove heroku"],
      ...["swap rabbitmq redis", "update", "undo", "add env AA"],
    ];
    const ran = await Promise.all(verbs.map((words) => run(repo, ...words.split(" "), ...quiet)));
    expect(ran.map(({ code }) => code)).toContain(0);
    for (const { code, stderr } of ran) {
      if (code === 0) continue;
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /is changing this repo|no longer as they were|Another run|keep changing|edits in|can't be taken back/,
      );
    }
    expect((await run(repo, "diff")).stdout).toContain("You changed nothing since it was emitted");
    expect(await run(repo, "recover")).toMatchObject({ code: 0 });
    expect(await run(repo, "update", "--check")).toMatchObject({ code: 0 });
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

  it("swap one database for another at the same variable, and back", async () => {
    const chosen = ["--services", "postgres,redis", "--jobs", "redis"];
    const repo = await emitted(...chosen);
    const before = readTree(repo);
    expect((await run(repo, "add", "mysql", ...quiet)).stderr).toContain("Run swap postgres mysql.");
    const swapped = await run(repo, "swap", "postgres", "mysql", ...quiet);
    expect(swapped).toMatchObject({ code: 0 });
    expect(swapped.stderr).toContain("mysql is the store from the next release on.");
    expect(readTree(repo)).toEqual(readTree(await emitted("--services", "mysql,redis", ...chosen.slice(2))));
    expect(await run(repo, "swap", "mysql", "postgres", ...quiet)).toMatchObject({ code: 0 });
    expect(readTree(repo)).toEqual(before);
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

/** What stands for another release has the name of this one's compiled code. */
const uncached = { NODE_DISABLE_COMPILE_CACHE: "1" };

const npmSettings = (folder: string, registry: string) => ({
  HOME: folder,
  npm_config_registry: registry,
  npm_config_cache: join(folder, "cache"),
  npm_config_userconfig: join(folder, "none"),
  npm_config_update_notifier: "false",
});

/** A repo that another release wrote, and the registry that has that release alone. */
async function earlier() {
  const folder = scratch();
  const tarball = await packOtherRelease(inject("packed").tarball, folder, "0.0.9");
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
  const env = (url: string) => ({ ...uncached, ...npmSettings(folder, url) });
  return { repo, registry, env };
}

describe("a repo of an earlier release", () => {
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
    expect(await runCli(["undo", ...quiet], options)).toMatchObject({ code: 0 });
    expect(readFileSync(readme, "utf8")).toMatch(/REDIS_URL[\s\S]*## Shipping!/);
    expect(git(repo, "status", "--porcelain")).toBe("");
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

describe("update --to", () => {
  it("has that release do it, from the registry or npm's cache, with the flags as they were given", async () => {
    const { repo, registry, env } = await later("0.2.0");
    const copy = `${repo}-copy`;
    const readme = join(repo, "README.md");
    writeFileSync(readme, readFileSync(readme, "utf8").replace("# shop", "# My shop"));
    git(repo, "commit", "--all", "--quiet", "--message=mine");
    cpSync(repo, copy, { recursive: true });
    const options = { cwd: repo, env: env(registry.url) };
    const before = readTree(repo);
    try {
      const checked = await runCli(["update", "--to", "0.2.0", "--check", "--json"], options);
      expect(checked.code, checked.stderr).toBe(1);
      expect(JSON.parse(checked.stdout)).toMatchObject({ from: version, to: "0.2.0", available: true });
      const dry = await runCli(["update", "--to", "latest", "--dry-run"], options);
      expect(dry.code, dry.stderr).toBe(0);
      expect(dry.stdout).toContain("+## Shipping!");
      const unknown = await runCli(["update", "--to", "0.3.0", ...quiet, "--json"], options);
      expect(unknown.code).toBe(2);
      expect(JSON.parse(unknown.stdout).error).toMatchObject({
        code: "update/release",
        message: "The registry has no release 0.3.0 of create-twelve-factor.",
        state: "Nothing was written.",
      });
      expect(readTree(repo)).toEqual(before);
      const updated = await runCli(["update", "--to", "0.2.0", ...quiet], options);
      expect(updated.code, updated.stderr).toBe(0);
      expect(updated.stdout).toContain(`update from ${version} to 0.2.0`);
      expect(readFileSync(readme, "utf8")).toMatch(/# My shop[\s\S]*## Shipping!/);
      expect(readFileSync(join(repo, ".twelve-factor.json"), "utf8")).toContain('"version": "0.2.0"');
      expect((await runCli(["update"], options)).stderr).toContain("npx create-twelve-factor@0.2.0");
      const again = await runCli(["update", "--to", "latest", ...quiet], options);
      expect(again.code, again.stderr).toBe(0);
      expect(again.stdout).toContain("there is nothing to do");
    } finally {
      await registry.close();
    }
    // Without the registry now, from npm's cache.
    const offline = await runCli(["update", "--to", "0.2.0", ...quiet], { ...options, cwd: copy });
    expect(offline.code, offline.stderr).toBe(0);
    expect(readTree(copy)).toEqual(readTree(repo));
  });

  it("is refused where that release can't be had, with nothing written", async () => {
    const repo = await emitted();
    const before = readTree(repo);
    const env = { ...uncached, ...npmSettings(scratch(), "http://127.0.0.1:1") };
    const refused = await runCli(["update", "--to", "0.2.0", ...quiet], { cwd: repo, env });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("Release 0.2.0 can't be had: npm ended with ECONNREFUSED.");
    const without = await runCli(["update", "--to", "0.2.0"], { cwd: repo, env: { PATH: nodeAlone() } });
    expect(without.code).toBe(2);
    expect(without.stderr).toContain("Release 0.2.0 can't be had: npm ended with ENOENT.");
    expect(readTree(repo)).toEqual(before);
  });

  /** A repo of this release, and a registry that has it and a later one. */
  async function later(release: string) {
    const folder = scratch();
    const { tarball } = inject("packed");
    const registry = await openRegistry(tarball, await packOtherRelease(tarball, folder, release));
    const env = (url: string) => ({ ...uncached, ...npmSettings(folder, url) });
    return { repo: await emitted(), registry, env };
  }

  /** A PATH on which there is Node and no npm. */
  function nodeAlone(): string {
    const folder = scratch();
    symlinkSync(process.execPath, join(folder, "node"));
    return folder;
  }
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

describe("killed with -9 at any write", () => {
  /** Counts what a verb does to the file system, and ends it before one of these; not the npm that it may run. */
  const ending = `const fs = require("node:fs");
const { KILL_VERB, KILL_AT, KILL_COUNT } = process.env;
if (process.argv[2] === KILL_VERB) {
  let count = 0;
  const names = "rename link copyFile mkdir rm rmdir unlink writeFile write chmod fchmod fsync".split(" ");
  for (const name of names.map((name) => name + "Sync")) {
    const real = fs[name];
    fs[name] = (...args) => {
      if (count++ === Number(KILL_AT)) process.kill(process.pid, "SIGKILL");
      return real(...args);
    };
  }
  const { writeFileSync } = fs;
  process.on("exit", () => { const total = count; count = NaN; writeFileSync(KILL_COUNT, String(total)); });
}`;
  /** How many places of each verb are tried, spread over all that there are. */
  const places = Number(process.env.KILL_PLACES ?? 5);

  it.each([
    ["add", "redis"],
    ["remove", "postgres", "--jobs", "redis"],
    ["swap", "postgres", "rabbitmq"],
    ["update"],
    ["undo"],
  ])("%j %j is finished or undone by recover", { timeout: 60_000 + places * 5_000 }, async (...args) => {
    const [verb = ""] = args;
    const folder = scratch();
    const from = verb === "update" ? await earlier() : null;
    const start =
      from?.repo ?? (await emitted("--services", verb === "remove" ? "postgres,redis" : "postgres"));
    if (verb === "undo") await run(start, "add", "redis", ...quiet);
    const before = readTree(start);
    writeFileSync(join(folder, "ending.cjs"), ending);
    const killed = async (name: string, at: number | null) => {
      const repo = join(folder, name);
      const count = join(folder, `${name}.count`);
      cpSync(start, repo, { recursive: true });
      const env = {
        ...uncached,
        ...from?.env(from.registry.url),
        NODE_OPTIONS: `--require ${join(folder, "ending.cjs")}`,
        KILL_VERB: verb,
        KILL_AT: String(at ?? -1),
        KILL_COUNT: count,
      };
      return { repo, count, ...(await runCli([...args, ...quiet], { cwd: repo, env })) };
    };
    try {
      const whole = await killed("whole", null);
      expect(whole.code, whole.stderr).toBe(0);
      const after = readTree(whole.repo);
      expect(after).not.toEqual(before);
      const total = Number(readFileSync(whole.count, "utf8"));
      expect(total).toBeGreaterThan(places);
      const tried = Math.min(places, total);
      const ends: string[] = [];
      for (let index = 0; index < tried; index++) {
        const at = Math.floor((index * (total - 1)) / (tried - 1));
        const { repo, signal } = await killed(`killed-${at}`, at);
        expect(signal, `write ${at} of ${total}`).toBe("SIGKILL");
        const next = await run(repo, "add", "task", "x", ...quiet, "--dry-run");
        const abort = index % 2 === 1 ? ["--abort"] : [];
        expect(await run(repo, "recover", ...abort), `write ${at}`).toMatchObject({ code: 0 });
        const tree = readTree(repo);
        const end = isDeepStrictEqual(tree, after)
          ? "after"
          : isDeepStrictEqual(tree, before)
            ? "before"
            : "half";
        expect(end, `write ${at} of ${total}`).not.toBe("half");
        expect([0, 2], next.stderr).toContain(next.code);
        if (next.code === 2) expect(next.stderr).toContain("create-twelve-factor recover");
        ends.push(end);
        rmSync(repo, { recursive: true });
      }
      expect(ends[0]).toBe("before");
      expect(ends.at(-1)).toBe("after");
    } finally {
      await from?.registry.close();
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
