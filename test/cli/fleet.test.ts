import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { personalPlace } from "../support/personal-place.ts";
import { openRegistry } from "../support/registry.ts";
import { runProgram } from "../support/run-cli.ts";

const owners = (team: string) => `# {{project.name}}\n\n## Owners\n\n${team}\n\n## Support\n\nAsk them.\n`;
const quiet = ["--yes", "--no-install"];

/** A pack beside which repos are made, as git has them, with a cache of its own. */
function workplace() {
  const { cwd, env, put, read, run, git, commit } = personalPlace();
  const release = (version: string, team: string) => {
    put("acme/pack.yaml", `name: acme-standards\nversion: ${version}\n`);
    put("acme/base/files/OWNERS.md.hbs", owners(team));
  };
  const edit = (path: string, from: string, to: string) => put(path, read(path).replace(from, to));
  release("1.0.0", "Team A");
  return { cwd, env, put, release, git, commit, run, read, edit };
}

type Place = ReturnType<typeof workplace>;

async function created({ run }: Place, name = "shop", ...flags: string[]) {
  const made = await run("", name, ...quiet, ...(flags.length > 0 ? flags : ["--pack", "acme"]));
  expect(made.code, made.stderr).toBe(0);
}

describe("update --reject", () => {
  it("remembers why a version isn't taken, until there is another", async () => {
    const place = workplace();
    const { run, release, read, commit } = place;
    await created(place);
    const nothing = await run("shop", "update", "--reject", "No", ...quiet);
    expect(nothing).toMatchObject({ code: 2 });
    expect(nothing.stderr).toContain("There is nothing to reject.");
    release("1.1.0", "Team B");
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 1 });
    expect((await run("shop", "update", "--reject", " ", ...quiet)).stderr).toContain("It is empty.");
    expect(await run("shop", "update", "--reject", "Frozen until May", "--yes")).toMatchObject({ code: 0 });
    const { packs, rejected } = JSON.parse(read("shop/.twelve-factor.json"));
    expect(packs).toMatchObject([{ version: "1.0.0" }]);
    expect(rejected).toEqual([
      {
        name: "acme-standards",
        version: "1.1.0",
        integrity: expect.stringMatching(/^sha512-/),
        reason: "Frozen until May",
      },
    ]);
    commit("shop");
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
    expect((await run("shop", "diff")).stdout).toContain("You changed nothing");
    const updated = await run("shop", "update", ...quiet);
    expect(updated.stderr).toContain("The pack acme-standards 1.1.0 was rejected: Frozen until May");
    expect(read("shop/OWNERS.md")).toContain("Team A");
    expect(await run("shop", "add", "redis", ...quiet)).toMatchObject({ code: 0 });
    expect(JSON.parse(read("shop/.twelve-factor.json")).rejected).toEqual(rejected);
    commit("shop");
    expect(await run("shop", "update", "--check", "--pack", "../acme")).toMatchObject({ code: 1 });
    release("1.2.0", "Team C");
    expect((await run("shop", "update", "--check")).stderr).toContain("goes from 1.0.0 to 1.2.0.");
    const check = JSON.parse((await run("shop", "update", "--check", "--json")).stdout);
    expect(check).toMatchObject({
      available: true,
      packs: [{ name: "acme-standards", from: "1.0.0", to: "1.2.0" }],
      rejected: [{ version: "1.1.0", reason: "Frozen until May" }],
    });
    expect(await run("shop", "update", ...quiet)).toMatchObject({ code: 0 });
    expect(read("shop/OWNERS.md")).toContain("Team C");
    expect(JSON.parse(read("shop/.twelve-factor.json"))).not.toHaveProperty("rejected");
  });
});

describe("pack report", () => {
  it("lists versions and drift of checked-out repos", async () => {
    const place = workplace();
    const { run, release, put, commit } = place;
    await created(place, "plain", "--no-config");
    await created(place, "old");
    await created(place, "edited");
    put("edited/OWNERS.md", "Nobody\n");
    commit("edited");
    release("1.1.0", "Team B");
    await created(place, "recent");
    put("none/x", "");
    const json = await run("", "pack", "report", "recent", "old", "edited", "plain", "none", "--json");
    expect(json).toMatchObject({ code: 1 });
    const moved = [{ name: "acme-standards", from: "1.0.0", to: "1.1.0" }];
    expect(JSON.parse(json.stdout).repos).toMatchObject([
      {
        directory: "recent",
        name: "recent",
        packs: [{ from: "1.1.0", to: "1.1.0" }],
        changes: [],
        conflicts: [],
      },
      { directory: "old", packs: moved, changes: ["OWNERS.md"], conflicts: [] },
      { directory: "edited", packs: moved, conflicts: ["OWNERS.md"] },
      { directory: "plain", packs: [], changes: [] },
      { directory: "none", error: expect.stringContaining("There is no .twelve-factor.json") },
    ]);
    const text = await run("", "pack", "report", "recent", "old");
    expect(text.stdout).toMatch(
      /^repo +release +packs +drift\nrecent +\S+ +acme-standards 1\.1\.0 +up to date\nold .*1\.0\.0 → 1\.1\.0 +files: 1 to change\n$/,
    );
    expect(await run("", "pack", "report", "recent")).toMatchObject({ code: 0 });
    expect(await run("", "pack", "report")).toMatchObject({ code: 2 });
  });
});

/** What Renovate makes of a file by a manager of type regex: each match, global, and the new value in the place of the old. */
function renovate(text: string, matchStrings: readonly string[], newValue: string) {
  const found = matchStrings.flatMap((each) => [...text.matchAll(new RegExp(each, "g"))]);
  const replaced = found.reduce(
    (changed, { 0: whole, groups }) =>
      changed.replace(whole, whole.replace(groups?.currentValue ?? "", newValue)),
    text,
  );
  return { found: found.map(({ groups }) => ({ ...groups })), replaced };
}

describe("pack fleet", () => {
  it("writes what Renovate and GitHub Actions need, over nothing that is there", async () => {
    const { run, read, put } = workplace();
    expect((await run("", "pack", "fleet", "nowhere")).stderr).toContain("nowhere isn't there.");
    const written = await run("", "pack", "fleet", "acme");
    expect(written).toMatchObject({ code: 0 });
    expect(JSON.parse(read("acme/fleet/renovate.json")).customManagers).toHaveLength(2);
    expect(read("acme/.github/workflows/roll-out.yml")).toMatch(/actions\/checkout@[0-9a-f]{40} # v/);
    put("acme/fleet/repos.txt", "acme/shop\n");
    expect(await run("", "pack", "fleet", "acme")).toMatchObject({ code: 2 });
    expect(read("acme/fleet/repos.txt")).toBe("acme/shop\n");
  });

  it("lets Renovate see a pack of a registry, and update bring it in, without what a cache holds", async () => {
    const place = workplace();
    const { cwd, env, release, run, read, put, commit, edit } = place;
    const packed = (version: string, team: string) => {
      release(version, team);
      put("acme/package.json", JSON.stringify({ name: "@acme/standards", version }));
      const tarball = join(cwd, `standards-${version}.tgz`);
      execFileSync("tar", ["-czf", tarball, "--transform", "s,^acme,package,", "-C", cwd, "acme"]);
      return tarball;
    };
    const registry = await openRegistry(packed("1.0.0", "Team A"), packed("1.1.0", "Team B"));
    onTestFinished(() => registry.close());
    put("npmrc", `registry=${registry.url}/\ncache=${join(cwd, "npm-cache")}\n`);
    env.npm_config_userconfig = join(cwd, "npmrc");
    await created(place, "shop", "--pack", "@acme/standards@1.0.0");
    edit("shop/OWNERS.md", "Ask them.", "Ask us.");
    commit("shop");
    await run("", "pack", "fleet", "acme");
    const preset = JSON.parse(read("acme/fleet/renovate.json"));
    const receipt = read("shop/.twelve-factor.json");
    const [npm, git] = preset.customManagers;
    for (const pattern of npm.managerFilePatterns)
      expect(".twelve-factor.json").toMatch(new RegExp(pattern.slice(1, -1)));
    expect(renovate(receipt, git.matchStrings, "1.1.0").found).toEqual([]);
    const { found, replaced } = renovate(receipt, npm.matchStrings, "1.1.0");
    expect(found).toEqual([{ depName: "@acme/standards", currentValue: "1.0.0" }]);
    put("shop/.twelve-factor.json", replaced);
    expect(renovate(replaced, npm.matchStrings, "").found).toEqual([
      { depName: "@acme/standards", currentValue: "1.1.0" },
    ]);
    for (const cache of ["cache", "npm-cache"]) rmSync(join(cwd, cache), { recursive: true });
    const [command] = preset.packageRules[0].postUpgradeTasks.commands as [string];
    const [, words = ""] = /^npx --yes create-twelve-factor@\S+ (.*)$/.exec(command) ?? [];
    const updated = await run("shop", ...words.split(" "));
    expect(updated.code, updated.stderr).toBe(0);
    expect(read("shop/OWNERS.md")).toContain("Team B\n\n## Support\n\nAsk us.\n");
    expect(JSON.parse(read("shop/.twelve-factor.json")).packs).toMatchObject([
      { version: "1.1.0", source: "npm:@acme/standards@1.1.0" },
    ]);
  });

  it("lets Renovate see a pack at a tag in git", async () => {
    const place = workplace();
    const { cwd, git, release, run, read, put, commit, edit } = place;
    git("acme", "init", "--quiet", "--initial-branch=main");
    commit("acme");
    git("acme", "tag", "v1.0.0");
    release("1.1.0", "Team B");
    commit("acme");
    git("acme", "tag", "v1.1.0");
    const url = `file://${join(cwd, "acme")}`;
    await created(place, "shop", "--pack", `git+${url}#v1.0.0`);
    edit("shop/OWNERS.md", "Ask them.", "Ask us.");
    commit("shop");
    await run("", "pack", "fleet", "acme");
    const [npm, tags] = JSON.parse(read("acme/fleet/renovate.json")).customManagers;
    const receipt = read("shop/.twelve-factor.json");
    expect(renovate(receipt, npm.matchStrings, "").found).toEqual([]);
    const { found, replaced } = renovate(receipt, tags.matchStrings, "v1.1.0");
    expect(found).toEqual([{ depName: "acme-standards", packageName: url, currentValue: "v1.0.0" }]);
    put("shop/.twelve-factor.json", replaced);
    rmSync(join(cwd, "cache"), { recursive: true });
    const updated = await run("shop", "update", ...quiet);
    expect(updated.code, updated.stderr).toBe(0);
    expect(read("shop/OWNERS.md")).toContain("Team B\n\n## Support\n\nAsk us.\n");
    expect(JSON.parse(read("shop/.twelve-factor.json")).packs).toMatchObject([
      { version: "1.1.0", source: `git+${url}#v1.1.0` },
    ]);
  });

  it("rolls out by one pull request a repo, with what check says, or a rejection", async () => {
    const place = workplace();
    const { cwd, env, git, release, run, read, put } = place;
    await created(place);
    await run("", "pack", "fleet", "acme");
    git("", "init", "--quiet", "--bare", "origin.git");
    git("shop", "remote", "add", "origin", join(cwd, "origin.git"));
    git("shop", "push", "--quiet", "origin", "main");
    put(
      "bin/gh",
      `#!/bin/sh\nprintf '%s\\n' "$@" >>"${cwd}/asked"\nwhile [ $# -gt 0 ]; do if [ "$1" = --body-file ]; then cp "$2" "${cwd}/body.md"; fi; shift; done\n`,
    );
    chmodSync(join(cwd, "bin/gh"), 0o755);
    const rollOut = (more: NodeJS.ProcessEnv = {}) =>
      runProgram("bash", [join(cwd, "acme/fleet/roll-out.sh")], {
        cwd: join(cwd, "shop"),
        env: {
          ...env,
          PATH: `${join(cwd, "bin")}:${process.env.PATH}`,
          TOOL: inject("packed").bin,
          REPO: "acme/shop",
          ...more,
        },
      });
    expect(await rollOut()).toMatchObject({ code: 0, stdout: "Nothing is new for acme/shop.\n" });
    release("1.1.0", "Team B");
    const opened = await rollOut();
    expect(opened.code, opened.stderr).toBe(0);
    expect(read("asked")).toMatch(
      /pr\ncreate\n--repo\nacme\/shop\n--head\ntwelve-factor\/update\n--title\nUpdate what packs/,
    );
    expect(read("asked")).not.toContain("--draft");
    expect(read("body.md")).toMatch(
      /The pack acme-standards goes from 1\.0\.0 to 1\.1\.0\.[\s\S]*check: passed[\s\S]*--field reject=/,
    );
    expect(git("origin.git", "show", "twelve-factor/update:OWNERS.md")).toContain("Team B");
    expect(git("origin.git", "show", "main:OWNERS.md")).toContain("Team A");
    git("shop", "switch", "--quiet", "main");
    const rejected = await rollOut({ REJECT: 'Frozen "$(touch hacked)"' });
    expect(rejected.code, rejected.stderr).toBe(0);
    const receipt = JSON.parse(git("origin.git", "show", "twelve-factor/update:.twelve-factor.json"));
    expect(receipt.rejected).toMatchObject([{ version: "1.1.0", reason: 'Frozen "$(touch hacked)"' }]);
    expect(git("origin.git", "show", "twelve-factor/update:OWNERS.md")).toContain("Team A");
    expect(git("origin.git", "ls-tree", "--name-only", "twelve-factor/update")).not.toContain("hacked");
    git("shop", "switch", "--quiet", "main");
    git("shop", "merge", "--quiet", "twelve-factor/update");
    expect(await rollOut()).toMatchObject({ code: 0, stdout: "Nothing is new for acme/shop.\n" });
  });
});
