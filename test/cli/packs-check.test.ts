import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { identity, runCli, scratch } from "../support/run-cli.ts";

const slug = "admin/raw-sql";

/** A repo in which two findings are, from a pack that says how they are to be taken. */
async function workplace(rules: string) {
  const cwd = scratch();
  const env = { ...identity, XDG_CACHE_HOME: join(cwd, "cache"), XDG_CONFIG_HOME: join(cwd, "config") };
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  put("acme/pack.yaml", `name: acme\nversion: 1.2.0\npolicy:\n  checks:\n${rules}`);
  put("acme/base/files/scripts/reset.sh", "#!/bin/sh\npsql < reset.sql\n");
  const run = (at: string, ...args: string[]) => runCli(args, { cwd: join(cwd, at), env });
  const made = await run("", "shop", "--yes", "--no-install", "--pack", "acme");
  expect(made.code, made.stderr).toBe(0);
  const check = async () => {
    const ran = await run("shop", "check", "--json");
    const { findings, suppressed } = JSON.parse(ran.stdout) as {
      findings: { slug: string; severity: string; message: string }[];
      suppressed: { finding: { slug: string }; reason: string }[];
    };
    return {
      code: ran.code,
      stderr: ran.stderr,
      found: findings.filter((each) => each.slug === slug),
      suppressed,
    };
  };
  const suppress = (reason: string) => {
    const path = join(cwd, "shop/.twelve-factor.json");
    const receipt = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...receipt, suppressions: [{ slug, reason }] }, null, 2));
  };
  return { cwd, env, run, check, suppress };
}

describe("what a pack says of checks", () => {
  it("raises what is found, and names the pack", async () => {
    const { check, cwd } = await workplace(`    ${slug}: violation\n`);
    expect(await check()).toMatchObject({
      code: 1,
      found: [
        { severity: "violation", message: expect.stringContaining("acme 1.2.0 makes this a violation.") },
      ],
    });
    rmSync(join(cwd, "cache"), { recursive: true });
    expect(await check()).toMatchObject({ code: 1, stderr: "" });
    writeFileSync(join(cwd, "acme/pack.yaml"), "name: acme\nversion: 1.3.0\n");
    rmSync(join(cwd, "cache"), { recursive: true });
    const unknown = await check();
    expect(unknown).toMatchObject({ code: 0, found: [{ severity: "advice" }] });
    expect(unknown.stderr).toContain(
      "! The pack acme 1.2.0 isn't at ../acme as it was, so what it says of checks is not known.",
    );
  });

  it("never lowers it", async () => {
    const { cwd, run } = await workplace("    logs/files: risk\n");
    const app = join(cwd, "shop/src/app.ts");
    const text = `import { appendFileSync } from "node:fs";\n${readFileSync(app, "utf8")}`;
    writeFileSync(app, `${text}appendFileSync("/var/log/app.log", "x");\n`);
    const { findings } = JSON.parse((await run("shop", "check", "--json")).stdout);
    expect(findings).toContainEqual(expect.objectContaining({ slug: "logs/files", severity: "violation" }));
  });

  it("lets a suppression hold only with a reason of the form that it asks for", async () => {
    const { check, suppress } = await workplace(`    ${slug}: { reason: "^SEC-[0-9]+: .+$" }\n`);
    suppress("We need it.");
    expect(await check()).toMatchObject({
      found: [
        {
          severity: "advice",
          message: expect.stringContaining(
            "It isn't suppressed: acme 1.2.0 wants a reason that matches ^SEC-[0-9]+: .+$.",
          ),
        },
      ],
      suppressed: [],
      stderr: "",
    });
    suppress("SEC-12: we need it.");
    expect(await check()).toMatchObject({ found: [], suppressed: [{ reason: "SEC-12: we need it." }] });
  });

  it.each([
    ["[]", "exempts no repo", false],
    ["[billing]", "exempts only billing", false],
    ["[billing, shop]", "", true],
  ])("lets only the repos that it exempts suppress: %s", async (exempt, said, holds) => {
    const { check, suppress } = await workplace(`    ${slug}: { severity: violation, exempt: ${exempt} }\n`);
    suppress("We need it.");
    const { code, found, suppressed } = await check();
    expect([code, found.length, suppressed.length]).toEqual(holds ? [0, 0, 1] : [1, 1, 0]);
    if (!holds) expect(found[0]?.message).toContain(said);
  });

  it("is linted, documented, and refused where it can't be", async () => {
    const { cwd, run } = await workplace(`    ${slug}: violation\n    logs/fles: risk\n`);
    const linted = await run("", "pack", "lint", "acme");
    expect(linted).toMatchObject({ code: 1 });
    expect(linted.stdout).toMatch(/acme:pack\.yaml: there is no check "logs\/fles"/);
    expect((await run("", "pack", "docs", "acme")).stdout).toContain(
      `- What \`${slug}\` finds is a violation at least.`,
    );
    for (const [rule, said] of [
      ["logs/files: advice", /"policy\.checks\.logs\/files"/],
      ["files: risk", /"files" can't be a name here/],
      ['logs/files: { reason: "(a+)+" }', /can't be a pattern/],
      ["logs/files: { exemptions: [shop] }", /no "exemptions" here/],
    ] as const) {
      writeFileSync(
        join(cwd, "acme/pack.yaml"),
        `name: acme\nversion: 1.2.0\npolicy:\n  checks:\n    ${rule}\n`,
      );
      const refused = await run("", "pack", "lint", "acme");
      expect(refused.stdout, rule).toMatch(said);
      expect(refused.stdout, rule).toMatch(/pack\.yaml:5/);
    }
  });
});
