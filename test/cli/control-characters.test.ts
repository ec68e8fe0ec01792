import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { personalPlace } from "../support/personal-place.ts";
import type { Ran } from "../support/run-cli.ts";

/** Clears the screen, sets a title, as one character of C1, and turns the reading direction. */
const evil = "\u001b[2J\u001b]0;x\u0007\u009b31m\u202e";
const quiet = ["--yes", "--no-install"];

describe("what packs and repos hold", () => {
  it("reaches a terminal without anything that it acts upon, and programs whole", async () => {
    const { cwd, put, run, commit } = personalPlace();
    const release = (version: string, lines: string) => {
      put("acme/pack.yaml", `name: acme\nversion: ${version}\n`);
      put("acme/base/files/.gitignore", `/own${lines}\n`);
      put("acme/base/files/package.json", JSON.stringify({ "x-acme": { [`k${lines}`]: lines } }));
      put("acme/base/files/GUIDE.md", `Read it.\n${lines}\n`);
    };
    release("1.0.0", evil);
    put("acme/tests/default.yaml", "services: [postgres]\n");
    // An escape in a manifest may hide a script.
    const create = ["shop", ...quiet, "--pack", "acme"];
    const refused = await said(run("", ...create));
    const [, integrity = ""] = /--consent (sha512-\S+)/.exec(refused.stderr) ?? [];
    expect(await said(run("", ...create, "--consent", integrity))).toMatchObject({ code: 0 });
    const told = [
      await said(run("shop", "explain", ".gitignore")),
      await said(run("shop", "explain", "package.json")),
      await said(run("", "pack", "test", "acme", "--write")),
      await said(run("", "pack", "lint", "acme")),
      await said(run("", "pack", "docs", "acme")),
      await said(run("", "list", "--pack", "acme")),
    ];
    expect(told[0]?.stdout).toContain("/own\uFFFD[2J");
    expect(told[1]?.stdout).toContain("x-acme.k\uFFFD[2J");
    writeFileSync(join(cwd, "shop/GUIDE.md"), `Read ${evil} it.\nAnd ${evil}.\n`);
    writeFileSync(join(cwd, "shop/.gitignore"), `/mine${evil}\n`);
    commit("shop");
    put("old/pack.yaml", "name: acme\nversion: 1.0.0\n");
    release("1.1.0", `${evil}2`);
    const [diff, check, dry, packDiff] = [
      await said(run("shop", "diff")),
      await said(run("shop", "update", "--check")),
      await said(run("shop", "update", "--dry-run", "--consent", "x")),
      await said(run("", "pack", "diff", "old", "acme")),
    ];
    expect(diff.stdout).toContain("+Read \uFFFD[2J");
    expect(check.code).toBe(1);
    expect(dry.stdout + dry.stderr).toContain("\uFFFD[2J");
    expect(packDiff.stdout).toContain("+/own\uFFFD[2J");
    for (const args of [
      ["diff", "--json"],
      ["update", "--check", "--json"],
    ] as const) {
      const { stdout } = await said(run("shop", ...args));
      expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(evil).slice(1, -1));
    }
    const explained = JSON.parse((await said(run("shop", "explain", "package.json", "--json"))).stdout);
    expect(explained.parts).toContainEqual({ part: `x-acme.k${evil}`, files: expect.anything() });
  });

  it("reaches it so in what a generator made, and in what is in its way", async () => {
    const { put, run, git, commit } = personalPlace();
    put(
      "repo/plopfile.mjs",
      `export default (plop) => {
  plop.setGenerator("one", { prompts: [], actions: [{ type: "add", path: ${JSON.stringify(`made${evil}`)}, template: "x\\n" }] });
};
`,
    );
    git("repo", "init", "--quiet");
    commit("repo");
    const made = await said(run("repo", "generate", "one", "--yes"));
    expect(made).toMatchObject({ code: 2 });
    expect(made.stderr).toContain("`made\uFFFD[2J");
    put("there/.gitignore", `node_modules${evil}\n`);
    put("there/README.md", `${evil}\n`);
    put("there/Dockerfile", `${evil}\n`);
    const refused = await said(run("", "there", ...quiet));
    expect(refused.stderr).toContain("\uFFFD[2J");
  });
});

async function said(running: Promise<Ran>): Promise<Ran> {
  const ran = await running;
  expect(ran.stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(ran.stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  return ran;
}
