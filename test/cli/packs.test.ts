import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readTree } from "../support/read-tree.ts";
import { openRegistry } from "../support/registry.ts";
import { identity, runCli, scratch } from "../support/run-cli.ts";

type Files = { readonly [path: string]: string };

const owners = (team: string) => `# {{project.name}}\n\n## Owners\n\n${team}\n\n## Support\n\nAsk them.\n`;
const files: Files = {
  "base/files/OWNERS.md.hbs": owners("Team A"),
  "stacks/node-fastify/blocks/image-runtime.hbs": "RUN install -d /acme\n",
  "services/postgres/template.yaml": "container: { image: registry.acme.test/postgres:18 }\n",
};

function put(folder: string, contents: Files): void {
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A folder with a pack beside which repos are made, and a cache of its own. */
function workplace(contents: Files = files) {
  const cwd = scratch();
  const acme = join(cwd, "packs/acme");
  const write = (version: string, more: Files) =>
    put(acme, { "pack.yaml": `name: acme\nversion: ${version}\n`, ...more });
  write("1.0.0", contents);
  const env = { ...identity, XDG_CACHE_HOME: join(cwd, "cache"), XDG_CONFIG_HOME: join(cwd, "config") };
  const run = (at: string, ...args: string[]) => runCli(args, { cwd: join(cwd, at), env });
  const repo = join(cwd, "shop");
  const read = (path: string) => readFileSync(join(repo, path), "utf8");
  const commit = () =>
    execFileSync("git", ["commit", "-qam", "Change"], { cwd: repo, env: { ...process.env, ...env } });
  const create = async () => {
    const ran = await run("", "shop", "--yes", "--no-install", "--pack", "packs/acme");
    expect(ran).toMatchObject({ code: 0 });
    return ran;
  };
  return { cwd, env, acme, write, run, repo, read, commit, create };
}

const quiet = ["--yes", "--no-install"];

describe("create --pack", () => {
  it("lays the pack over ours, and records which one", async () => {
    const { create, read, repo, run } = workplace();
    const { stdout } = await create();
    expect(stdout).toContain("--pack=packs/acme");
    expect(read("OWNERS.md")).toContain("# shop\n\n## Owners\n\nTeam A\n");
    expect(read("Dockerfile")).toContain("RUN install -d /acme\n");
    expect(read("compose.yaml")).toContain('image: "registry.acme.test/postgres:18"');
    const { packs } = JSON.parse(read(".twelve-factor.json"));
    expect(packs).toEqual([
      {
        name: "acme",
        source: "../packs/acme",
        version: "1.0.0",
        integrity: expect.stringMatching(/^sha512-/),
      },
    ]);
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
    const rendered = await run("shop", "render", "--receipt", ".twelve-factor.json", "--json");
    const paths = (JSON.parse(rendered.stdout).files as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual(
      Object.keys(readTree(repo))
        .filter((path) => !path.startsWith(".git/"))
        .sort(),
    );
  });

  it("writes nothing where a pack is refused", async () => {
    const { run, repo, acme } = workplace();
    symlinkSync("/etc/passwd", join(acme, "base/files/passwd"));
    const ran = await run("", "shop", ...quiet, "--pack", "packs/acme");
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toMatch(/base\/files\/passwd: it is a symbolic link[\s\S]*Nothing was written/);
    expect(existsSync(repo)).toBe(false);
  });

  it("says where a template is wrong, without what a terminal would obey", async () => {
    const { run, repo, write } = workplace();
    write("1.0.0", {
      "base/files/x.md.hbs": "\n{{project.nme}}\n",
      "services/x\u001b[31m/template.yaml": "",
    });
    const ran = await run("", "shop", ...quiet, "--pack", "packs/acme");
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).not.toContain("\u001b[31m");
    rmSync(join(repo, "../packs/acme/services"), { recursive: true });
    const again = await run("", "shop", ...quiet, "--pack", "packs/acme");
    expect(again.stderr).toMatch(/acme:base\/files\/x\.md\.hbs:2: project has no "nme"/);
  });

  it("takes several, the later over the earlier", async () => {
    const { run, cwd, repo } = workplace();
    put(join(cwd, "packs/team"), {
      "pack.yaml": "name: team\nversion: 2.0.0\nextends: [create-twelve-factor, acme]\n",
      "base/files/OWNERS.md": "Team B\n",
    });
    const both = ["--pack", "packs/acme", "--pack", "packs/team"];
    expect(await run("", "shop", ...quiet, ...both)).toMatchObject({ code: 0 });
    expect(readFileSync(join(repo, "OWNERS.md"), "utf8")).toBe("Team B\n");
    const { stderr } = await run("", "other", ...quiet, "--pack", "packs/team");
    expect(stderr).toMatch(/team:pack\.yaml: it extends acme/);
  });

  it("offers what the pack has, in list and schema too", async () => {
    const { run, write } = workplace();
    write("1.0.0", { "platforms/acme-cloud/template.yaml": "label: Acme Cloud\ndescription: Ours\n" });
    expect((await run("", "list", "platforms", "--pack", "packs/acme")).stdout).toContain("acme-cloud");
    expect((await run("", "list", "platforms")).stdout).not.toContain("acme-cloud");
    const schema = JSON.parse((await run("", "schema", "--pack", "packs/acme")).stdout);
    expect(schema.properties.platforms.items.enum).toContain("acme-cloud");
    expect(JSON.parse((await run("", "schema", "pack")).stdout).required).toEqual(["name", "version"]);
    const made = await run("", "shop", ...quiet, "--platforms", "acme-cloud", "--pack", "packs/acme");
    expect(made).toMatchObject({ code: 0 });
  });
});

describe("a pack with files that run by themselves", () => {
  const workflow = (step: string) => ({
    "stacks/node-fastify/blocks/ci-steps.hbs": `      - run: ${step}\n`,
  });
  const flags = [...quiet, "--pack", "packs/acme"];

  it("writes them only after consent to exactly its contents, which --yes isn't", async () => {
    const { run, repo, write, read } = workplace(workflow("one"));
    const refused = await run("", "shop", ...flags);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(
      /acme 1\.0\.0 brings files, or commands, that run by themselves:\n {2}\.github\/workflows\/ci\.yml/,
    );
    expect(existsSync(repo)).toBe(false);
    const [, integrity = ""] = /--consent (sha512-\S+)/.exec(refused.stderr) ?? [];
    const other = `sha512-${"A".repeat(86)}==`;
    expect(await run("", "shop", ...flags, "--consent", other)).toMatchObject({ code: 2 });
    expect(await run("", "shop", ...flags, "--consent", integrity.slice(0, 60))).toMatchObject({ code: 2 });
    expect(await run("", "shop", ...flags, "--dry-run")).toMatchObject({ code: 0 });
    expect(existsSync(repo)).toBe(false);
    expect(await run("", "shop", ...flags, "--consent", other, "--consent", integrity)).toMatchObject({
      code: 0,
    });
    expect(read(".github/workflows/ci.yml")).toContain("- run: one\n");
    expect(await run("shop", "add", "redis", ...quiet, "--dry-run")).toMatchObject({ code: 0 });
    expect(await run("", "again", ...flags)).toMatchObject({ code: 0 });
    write("1.0.0", workflow("two"));
    expect(await run("", "more", ...flags)).toMatchObject({ code: 2 });
    const updated = await run("shop", "update", ...quiet);
    expect(updated).toMatchObject({ code: 2 });
    expect(updated.stderr).toContain("--consent sha512-");
    expect(read(".github/workflows/ci.yml")).toContain("- run: one\n");
  });

  it("asks each who works on the repo", async () => {
    const { run, cwd } = workplace(workflow("one"));
    const { stderr } = await run("", "shop", ...flags);
    const consent = ["--consent", /sha512-\S+/.exec(stderr)?.[0] ?? ""];
    expect(await run("", "shop", ...flags, ...consent)).toMatchObject({ code: 0 });
    rmSync(join(cwd, "config"), { recursive: true });
    expect(await run("shop", "add", "redis", ...quiet)).toMatchObject({ code: 2 });
    expect(await run("shop", "diff")).toMatchObject({ code: 0 });
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
    expect(await run("shop", "add", "redis", ...quiet, ...consent)).toMatchObject({ code: 0 });
  });
});

describe("questions and policy", () => {
  const asking = `name: acme
version: 1.0.0
questions:
  team: { type: string, message: Which team owns it, pattern: "^[a-z-]+$" }
  pii: { type: boolean, message: Whether it holds personal data, default: false }
policy: { fixed: { license: UNLICENSED }, hide: [rabbitmq] }
`;
  const manifest = (text: string) => ({
    "pack.yaml": text,
    "base/files/OWNERS.md.hbs": "{{project.answers.team}}\n",
    "base/files+pii/PRIVACY.md": "Kept for 30 days.\n",
  });
  const flags = [...quiet, "--pack", "packs/acme"];

  it("give each question a flag, which --yes doesn't answer where it has no default", async () => {
    const { run, repo, read, write } = workplace();
    write("1.0.0", manifest(asking));
    const open = await run("", "shop", ...flags);
    expect(open).toMatchObject({ code: 2 });
    expect(open.stderr).toContain("--team");
    expect((await run("", "shop", ...flags, "--team", "A B")).stderr).toContain("It has to match");
    expect((await run("", "shop", ...flags, "--tem", "a")).stderr).toContain("no flag --tem");
    expect((await run("", "shop", ...quiet, "--team", "a")).stderr).toContain("no flag --team");
    expect((await run("", "shop", ...flags, "--team", "a", "--license", "MIT")).stderr).toMatch(
      /UNLICENSED by a rule/,
    );
    expect((await run("", "shop", ...flags, "--team", "a", "--services", "rabbitmq")).stderr).toMatch(
      /isn't to be used/,
    );
    expect(existsSync(repo)).toBe(false);
    const made = await run("", "shop", ...flags, "--team", "payments", "--pii");
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toMatch(/shop --team payments --pii --yes .*--pack=packs\/acme/);
    expect(read("OWNERS.md")).toBe("payments\n");
    expect(read("PRIVACY.md")).toBe("Kept for 30 days.\n");
    expect(read("LICENSE")).toContain("All rights reserved");
  });

  it("ask an old repo for what is new, and change nothing until it is answered", async () => {
    const { create, run, read, write, repo } = workplace();
    await create();
    write("2.0.0", manifest(asking.replace("license: UNLICENSED", "ci: github").replace("1.0.0", "2.0.0")));
    const before = readTree(repo);
    const open = await run("shop", "update", ...quiet);
    expect(open).toMatchObject({ code: 2 });
    expect(open.stderr).toContain("--team (Which team owns it)");
    expect(readTree(repo)).toEqual(before);
    expect(await run("shop", "update", ...quiet, "--team", "payments", "--no-pii")).toMatchObject({
      code: 0,
    });
    expect(read("OWNERS.md")).toBe("payments\n");
    expect(JSON.parse(read(".twelve-factor.json")).answers.more).toEqual({ team: "payments", pii: false });
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
    expect((await run("shop", "add", "rabbitmq", ...quiet)).code).toBe(2);
  });
});

describe("a pack that extends another by its source", () => {
  const base = (cwd: string, version: string, team: string, more = "") =>
    put(join(cwd, "packs/base"), {
      "pack.yaml": `name: base\nversion: ${version}\nquestions: { tier: { type: string, message: Tier, default: low } }\n${more}`,
      "base/files/BASE.md.hbs": `${team} {{project.answers.tier}}\n`,
    });

  it("brings it along, records it, and follows it", async () => {
    const { run, write, cwd, read, commit } = workplace();
    base(cwd, "1.0.0", "Base A");
    write("1.0.0", { "pack.yaml": "name: acme\nversion: 1.0.0\nextends: [../base]\n" });
    const made = await run("", "shop", ...quiet, "--pack", "packs/acme", "--tier", "high");
    expect(made.code, made.stderr).toBe(0);
    expect(read("BASE.md")).toBe("Base A high\n");
    expect(read("OWNERS.md")).toContain("Team A");
    expect(JSON.parse(read(".twelve-factor.json")).packs).toMatchObject([
      { name: "base", source: "../packs/base" },
      { name: "acme", source: "../packs/acme" },
    ]);
    base(cwd, "1.1.0", "Base B");
    expect(await run("shop", "add", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(read("BASE.md")).toBe("Base A high\n");
    commit();
    expect((await run("shop", "update", ...quiet)).stderr).toContain(
      "The pack base goes from 1.0.0 to 1.1.0.",
    );
    expect(read("BASE.md")).toBe("Base B high\n");
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
    const both = ["--pack", "packs/base", "--pack", "packs/acme"];
    expect(await run("", "other", ...quiet, ...both)).toMatchObject({ code: 0 });
    expect((await run("", "third", ...quiet, ...both, "--pack", "packs/acme")).stderr).toContain(
      "named twice",
    );
  });

  it("in git finds it in the same repository, and nowhere else on this machine", async () => {
    const { run, write, cwd, read } = workplace();
    base(cwd, "1.0.0", "Base A");
    const git = (...args: string[]) =>
      execFileSync("git", args, {
        cwd: join(cwd, "packs"),
        env: { ...process.env, ...identity },
        stdio: "pipe",
      });
    const extending = (entry: string) => {
      write("1.0.0", { "pack.yaml": `name: acme\nversion: 1.0.0\nextends: ["${entry}"]\n` });
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", "Change");
    };
    git("init", "--quiet", "--initial-branch=main");
    extending("../base");
    const source = `git+file://${join(cwd, "packs")}#main:acme`;
    const made = await run("", "shop", ...quiet, "--pack", source);
    expect(made.code, made.stderr).toBe(0);
    expect(JSON.parse(read(".twelve-factor.json")).packs[0].source).toBe(
      `git+file://${join(cwd, "packs")}#main:base`,
    );
    for (const [entry, said] of [
      ["../../elsewhere", "outside of its repository"],
      [`git+file://${join(cwd, "packs")}#main:base`, "which is on this machine"],
      ["../acme", "which extends it"],
    ] as const) {
      extending(entry);
      const refused = await run("", "other", ...quiet, "--pack", source);
      expect(refused, entry).toMatchObject({ code: 2 });
      expect(refused.stderr, entry).toContain(said);
    }
    expect(existsSync(join(cwd, "other"))).toBe(false);
  });
});

describe("a pack that isn't a folder", () => {
  const flags = (source: string) => [...quiet, "--pack", source];

  it("may be a tarball", async () => {
    const { run, cwd, read } = workplace();
    execFileSync("tar", ["-czf", join(cwd, "acme-1.0.0.tgz"), "-C", join(cwd, "packs"), "acme"]);
    expect(await run("", "shop", ...flags("acme-1.0.0.tgz"))).toMatchObject({ code: 0 });
    expect(read("OWNERS.md")).toContain("Team A");
    expect(JSON.parse(read(".twelve-factor.json")).packs[0].source).toBe("../acme-1.0.0.tgz");
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
  });

  it("may be in git: a branch is followed, and without a network the last copy is used", async () => {
    const { run, cwd, acme, read, write, commit } = workplace();
    const git = (...args: string[]) =>
      execFileSync("git", args, {
        cwd: join(cwd, "packs"),
        env: { ...process.env, ...identity },
        stdio: "pipe",
      });
    const commitPacks = () => {
      git("add", "--all");
      git("commit", "--quiet", "--message", "Change");
    };
    git("init", "--quiet", "--initial-branch=main");
    commitPacks();
    const source = `git+file://${join(cwd, "packs")}#main:acme`;
    expect(await run("", "shop", ...flags(source))).toMatchObject({ code: 0 });
    expect(JSON.parse(read(".twelve-factor.json")).packs[0].source).toBe(source);
    write("1.1.0", { "base/files/OWNERS.md.hbs": owners("Team B") });
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
    commitPacks();
    expect(await run("shop", "add", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(read("OWNERS.md")).toContain("Team A");
    commit();
    expect(await run("shop", "update", ...quiet)).toMatchObject({ code: 0 });
    expect(read("OWNERS.md")).toContain("Team B");
    rmSync(join(acme, ".."), { recursive: true });
    commit();
    const offline = await run("shop", "update", "--check");
    expect(offline).toMatchObject({ code: 0 });
    expect(offline.stderr).toContain("The copy that was fetched last is used.");
    expect(await run("shop", "remove", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(await run("", "other", ...flags(source))).toMatchObject({ code: 0 });
    rmSync(join(cwd, "cache"), { recursive: true });
    const gone = await run("", "third", ...flags(source));
    expect(gone).toMatchObject({ code: 2 });
    expect(gone.stderr).toMatch(/git can't read the pack[\s\S]*Nothing was written/);
  });

  it("may be in a registry, by the person's npm, which runs nothing of it and verifies it", async () => {
    const { env, cwd, acme, read } = workplace();
    const packed = (version: string, team: string) => {
      put(acme, {
        "pack.yaml": `name: acme-standards\nversion: ${version}\n`,
        "base/files/OWNERS.md.hbs": owners(team),
      });
      const touch = `touch ${join(cwd, "ran")}`;
      const scripts = {
        preinstall: touch,
        install: touch,
        postinstall: touch,
        prepare: touch,
        prepack: touch,
      };
      const manifest = JSON.stringify({ name: "acme-standards", version, scripts });
      writeFileSync(join(acme, "package.json"), manifest);
      const tarball = join(cwd, `standards-${version}.tgz`);
      execFileSync("tar", [
        "-czf",
        tarball,
        "--transform",
        "s,^acme,package,",
        "-C",
        join(cwd, "packs"),
        "acme",
      ]);
      return tarball;
    };
    const first = await openRegistry(packed("1.0.0", "Team A"));
    onTestFinished(() => first.close());
    const npmrc = join(cwd, "npmrc");
    const configure = (url: string) =>
      writeFileSync(npmrc, `registry=${url}/\ncache=${join(cwd, "npm-cache")}\n`);
    configure(first.url);
    const npm = (at: string, ...args: string[]) =>
      runCli(args, { cwd: join(cwd, at), env: { ...env, npm_config_userconfig: npmrc } });
    const made = await npm("", "shop", ...flags("acme-standards"));
    expect(made).toMatchObject({ code: 0 });
    expect(read("OWNERS.md")).toContain("Team A");
    const [recorded] = JSON.parse(read(".twelve-factor.json")).packs;
    expect(recorded).toMatchObject({
      name: "acme-standards",
      source: "npm:acme-standards",
      version: "1.0.0",
    });
    const second = await openRegistry(packed("1.1.0", "Team B"));
    onTestFinished(() => second.close());
    configure(second.url);
    expect(await npm("shop", "update", ...quiet)).toMatchObject({ code: 0 });
    expect(read("OWNERS.md")).toContain("Team B");
    expect(existsSync(join(cwd, "ran"))).toBe(false);
    const tarball = `${second.url}/acme-standards/-/acme-standards-1.1.0.tgz`;
    const other = `sha512-${"A".repeat(86)}==`;
    const version = { name: "acme-standards", version: "1.1.0", dist: { tarball, integrity: other } };
    const tampered = createServer((_, response) =>
      response.end(
        JSON.stringify({
          name: version.name,
          "dist-tags": { latest: "1.1.0" },
          versions: { "1.1.0": version },
        }),
      ),
    );
    await new Promise<void>((resolve) => tampered.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void tampered.close());
    configure(`http://127.0.0.1:${(tampered.address() as AddressInfo).port}`);
    rmSync(join(cwd, "npm-cache"), { recursive: true });
    rmSync(join(cwd, "cache"), { recursive: true });
    const refused = await npm("", "other", ...flags("acme-standards"));
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toMatch(/npm can't fetch the pack acme-standards: .*integrity/);
    expect(existsSync(join(cwd, "other"))).toBe(false);
    configure(second.url);
    const unknown = await npm("", "other", ...flags("acme-unknown"));
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toMatch(/npm can't fetch the pack acme-unknown: .*404/);
  });
});

describe("a repo that was made from a pack", () => {
  it("adds and removes with it, to the byte", async () => {
    const { create, run, repo, commit } = workplace();
    await create();
    const before = readTree(repo);
    expect(await run("shop", "add", "redis", ...quiet)).toMatchObject({ code: 0 });
    commit();
    expect(await run("shop", "remove", "redis", ...quiet)).toMatchObject({ code: 0 });
    const after = readTree(repo);
    for (const [path, content] of Object.entries(before))
      if (!path.startsWith(".git/")) expect(after[path]).toEqual(content);
  });

  it("stays with the pack as it was until an update, which merges the new one under its edits", async () => {
    const { create, run, repo, read, write, commit } = workplace();
    await create();
    writeFileSync(join(repo, "OWNERS.md"), read("OWNERS.md").replace("Ask them.", "Ask us."));
    commit();
    write("1.1.0", { "base/files/OWNERS.md.hbs": owners("Team B") });
    expect(await run("shop", "add", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(read("OWNERS.md")).toContain("Team A");
    expect(JSON.parse(read(".twelve-factor.json")).packs[0].version).toBe("1.0.0");
    commit();
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 1 });
    const updated = await run("shop", "update", ...quiet);
    expect(updated).toMatchObject({ code: 0 });
    expect(updated.stderr).toContain("The pack acme goes from 1.0.0 to 1.1.0.");
    expect(read("OWNERS.md")).toBe("# shop\n\n## Owners\n\nTeam B\n\n## Support\n\nAsk us.\n");
    expect(JSON.parse(read(".twelve-factor.json")).packs[0].version).toBe("1.1.0");
  });

  it("loses nothing where the pack as it was can't be had", async () => {
    const { create, run, repo, read, write, cwd, commit } = workplace();
    await create();
    writeFileSync(join(repo, "OWNERS.md"), read("OWNERS.md").replace("Ask them.", "Ask us."));
    commit();
    write("1.1.0", { "base/files/OWNERS.md.hbs": owners("Team B") });
    rmSync(join(cwd, "cache"), { recursive: true });
    const diff = await run("shop", "diff");
    expect(diff.stdout).toContain(
      "The templates of acme 1.0.0, as they were when this repo was written, can't be had.",
    );
    const added = await run("shop", "add", "redis", ...quiet);
    expect(added).toMatchObject({ code: 0 });
    expect(added.stderr).toContain("can't be had");
    commit();
    await run("shop", "update", ...quiet);
    expect(read("OWNERS.md")).toContain("Ask us.");
  });

  it("says what to do where the pack isn't at hand at all", async () => {
    const { create, run, read, cwd, repo } = workplace();
    await create();
    rmSync(join(cwd, "cache"), { recursive: true });
    renameSync(join(cwd, "packs"), join(cwd, "moved"));
    const before = readTree(repo);
    for (const args of [
      ["add", "redis"],
      ["update"],
      ["diff"],
      ["render", "--receipt", ".twelve-factor.json", "--json"],
    ]) {
      const ran = await run("shop", ...args);
      expect(ran, args[0]).toMatchObject({ code: 2 });
      expect(ran.stderr, args[0]).toMatch(/acme 1\.0\.0[\s\S]*--pack SOURCE/);
    }
    expect(readTree(repo)).toEqual(before);
    const given = await run("shop", "add", "redis", ...quiet, "--pack", "../moved/acme");
    expect(given).toMatchObject({ code: 0 });
    expect(JSON.parse(read(".twelve-factor.json")).packs[0].source).toBe("../packs/acme");
    expect(await run("shop", "undo", ...quiet)).toMatchObject({ code: 0 });
  });

  it("refuses a pack that isn't the one that it names", async () => {
    const { create, run, cwd, acme } = workplace();
    await create();
    cpSync(acme, join(cwd, "packs/other"), { recursive: true });
    writeFileSync(join(cwd, "packs/other/pack.yaml"), "name: other\nversion: 1.0.0\n");
    const ran = await run("shop", "add", "redis", ...quiet, "--pack", "../packs/other");
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toMatch(/isn't made from the pack other[\s\S]*update/);
  });

  it("may get one later, by an update", async () => {
    const { run, read, commit } = workplace();
    expect(await run("", "shop", ...quiet)).toMatchObject({ code: 0 });
    const updated = await run("shop", "update", ...quiet, "--pack", "../packs/acme");
    expect(updated).toMatchObject({ code: 0 });
    expect(updated.stderr).toContain("The pack acme 1.0.0 is new.");
    expect(read("OWNERS.md")).toContain("Team A");
    commit();
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
  });

  it("refuses a receipt whose packs are none", async () => {
    const { create, run, repo, read } = workplace();
    await create();
    for (const packs of ['"x"', '[{ "name": "acme" }]', "[null]"]) {
      const receipt = JSON.parse(read(".twelve-factor.json"));
      writeFileSync(
        join(repo, ".twelve-factor.json"),
        JSON.stringify({ ...receipt, packs: JSON.parse(packs) }),
      );
      const ran = await run("shop", "diff");
      expect(ran).toMatchObject({ code: 2 });
      expect(ran.stderr).toMatch(/an entry of its "packs"/);
    }
  });
});
