import { spawn } from "node:child_process";
import { cpSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { buildEnvironment } from "../matrix/toolchain.ts";
import { personalPlace } from "../support/personal-place.ts";
import { isInstalled, tools } from "../support/tools.ts";

const companies = fileURLToPath(new URL("../companies", import.meta.url));
const quiet = ["--yes", "--no-install"];

/** A company's pack in a repository of its own, whose main branch its repos follow. */
function workplace(company: string) {
  const { cwd, env, put, read, run, git, commit } = personalPlace();
  const edit = (path: string, ...changes: readonly (readonly [string, string])[]) => {
    const changed = changes.reduce((text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    }, read(path));
    writeFileSync(join(cwd, path), changed);
  };
  cpSync(join(companies, company), join(cwd, "packs"), { recursive: true });
  git("packs", "init", "--quiet", "--initial-branch=main");
  commit("packs");
  /** Gives the consent that it first has to be refused for. */
  const agreed = async (at: string, ...args: string[]) => {
    const refused = await run(at, ...args);
    expect(refused.code, refused.stderr).toBe(2);
    const [, integrity = ""] = /--consent (sha512-\S+)/.exec(refused.stderr) ?? [];
    const ran = await run(at, ...args, "--consent", integrity);
    expect(ran.code, ran.stderr).toBe(0);
    return ran;
  };
  return {
    cwd,
    env,
    put,
    git,
    commit,
    read,
    edit,
    run,
    agreed,
    source: `git+file://${join(cwd, "packs")}#main`,
  };
}

describe("a bank with Python, GitLab, Artifactory, labels and a base image of its own", () => {
  const answers = [
    "--services",
    "postgres,redis",
    "--team",
    "payments",
    "--cost-center",
    "4711",
    "--tier",
    "gold",
  ];

  it("creates, edits, and follows its standards", async () => {
    const { agreed, run, read, edit, commit, cwd, source } = workplace("norsund");
    const create = ["ledger", ...quiet, "--pack", source];
    const open = await run("", ...create, "--consent", "x");
    expect(open).toMatchObject({ code: 2 });
    await agreed("", ...create, ...answers);

    expect(read("ledger/Dockerfile")).toMatch(
      /^FROM artifactory\.norsund\.test\/base\/python:3\.14\.8 AS base$/m,
    );
    expect(read("ledger/Dockerfile")).toMatch(
      /LABEL com\.norsund\.team="?payments"?\nLABEL com\.norsund\.cost-center="?4711"?\nLABEL com\.norsund\.tier="?gold"?\n/,
    );
    expect(read("ledger/Dockerfile")).toMatch(
      /^FROM artifactory\.norsund\.test\/ghcr-remote\/astral-sh\/uv:/m,
    );
    expect(existsSync(join(cwd, "ledger/app/web.py"))).toBe(true);
    const images = Object.values(
      parse(read("ledger/compose.yaml")).services as { [name: string]: { image?: string } },
    );
    const named = images.flatMap(({ image }) => image ?? []).filter((image) => image.includes("/"));
    expect(named).toHaveLength(2);
    for (const image of named)
      expect(image).toMatch(/^artifactory\.norsund\.test\/(base\/postgres:18\.1|docker-remote\/)/);
    const pipeline = parse(read("ledger/.gitlab-ci.yml"));
    expect(pipeline.verify.variables).toMatchObject({ NORSUND_COST_CENTER: "4711", PORT: expect.anything() });
    expect(existsSync(join(cwd, "ledger/.github"))).toBe(false);
    expect(existsSync(join(cwd, "ledger/app.json"))).toBe(false);
    expect(read("ledger/docs/on-call.md")).toContain("payments answers within 15 minutes");
    expect(await run("ledger", "check")).toMatchObject({ code: 0 });

    for (const [flags, said] of [
      [["--license", "MIT"], /UNLICENSED by a rule/],
      [["--ci", "github"], /github isn't|gitlab by a rule|There is no|rule/],
      [["--cost-center", "47"], /has to match/],
    ] as const) {
      const flag = flags[0] as string;
      const others = answers.filter((word, at) => word !== flag && answers[at - 1] !== flag);
      const refused = await run("", "other", ...quiet, "--pack", source, ...others, ...flags);
      expect(refused, flag).toMatchObject({ code: 2 });
      expect(refused.stderr, flag).toMatch(said);
    }
    expect(existsSync(join(cwd, "other"))).toBe(false);

    edit("ledger/docs/on-call.md", ["at any hour.", "at any hour, but in May."]);
    edit("ledger/.gitlab-ci.yml", ["timeout: 15 minutes", "timeout: 25 minutes"]);
    commit("ledger");
    edit(
      "packs/pack.yaml",
      ["version: 3.2.0", "version: 3.3.0"],
      [
        "  tier:",
        "  region: { type: enum, message: Where it runs, values: [north, south], default: north }\n  tier:",
      ],
    );
    edit("packs/base/files+tier=gold/docs/on-call.md.hbs", [
      "# On call for {{project.name}}",
      "# On call for {{project.name}} ({{project.answers.region}})",
    ]);
    edit("packs/ci/gitlab/files/.gitlab-ci.yml.hbs", ["tags: [norsund]", "tags: [norsund, arm64]"]);
    edit("packs/stacks/python-fastapi/template.yaml", ["python:3.14.8", "python:3.14.9"]);
    commit("packs");
    expect(await run("ledger", "update", "--check")).toMatchObject({ code: 1 });
    const updated = await agreed("ledger", "update", ...quiet);
    expect(updated.stderr).toContain("The pack @norsund/standards goes from 3.2.0 to 3.3.0.");
    expect(read("ledger/docs/on-call.md")).toMatch(/^# On call for ledger \(north\)\n[\s\S]*but in May\.\n$/);
    expect(parse(read("ledger/.gitlab-ci.yml"))).toMatchObject({
      default: { tags: ["norsund", "arm64"] },
      verify: { timeout: "25 minutes" },
    });
    expect(read("ledger/Dockerfile")).toContain("FROM artifactory.norsund.test/base/python:3.14.9 AS base");
    commit("ledger");
    expect(await run("ledger", "update", "--check")).toMatchObject({ code: 0 });
    expect(await run("ledger", "check")).toMatchObject({ code: 0 });
    expect(await run("ledger", "add", "clock", ...quiet)).toMatchObject({ code: 0 });
    expect((await run("ledger", "add", "heroku", ...quiet)).code).toBe(2);
  });

  it("creates, boots, edits, follows its pack, and boots again", async ({ skip }) => {
    const needed = [tools.python314, join(tools.python, "uv")];
    skip(!needed.every(isInstalled), "npm run test:matrix:tools has not installed Python and uv");
    const { agreed, run, put, read, edit, commit, cwd, env, source } = workplace("norsund");
    const web = ["--services", "none", "--processes", "web", "--team", "claims", "--cost-center", "0815"];
    await agreed("", "claims", ...quiet, "--pack", source, ...web);
    const python = { ...buildEnvironment(cwd, 26), ...env };
    const first = await slowly(join(cwd, "claims"), python, "check", "--boot");
    expect(first.output).toMatch(/^0 violations, 0 risks, /m);
    expect(first.code, first.output).toBe(0);

    edit("claims/app/messages/routes.py", ["@router.post", "# Claims, as messages.\n@router.post"]);
    commit("claims");
    edit("packs/pack.yaml", ["version: 3.2.0", "version: 3.3.0"]);
    const shorter = read("claims/app/messages/message.py").replace("max_length=1000", "max_length=500");
    put("packs/stacks/python-fastapi/files+example/app/messages/message.py", shorter);
    commit("packs");
    await agreed("claims", "update", ...quiet);
    expect(read("claims/app/messages/message.py")).toContain("max_length=500");
    expect(read("claims/app/messages/routes.py")).toContain("# Claims, as messages.");
    commit("claims");
    expect(await run("claims", "update", "--check")).toMatchObject({ code: 0 });
    const second = await slowly(join(cwd, "claims"), python, "check", "--boot");
    expect(second.code, second.output).toBe(0);
  });

  it("has a pack that lints, and whose samples render", async () => {
    const { run } = workplace("norsund");
    expect((await run("", "pack", "lint", "packs")).stdout).toContain("Nothing is wrong with it.");
    expect((await run("", "pack", "test", "packs", "--write")).stdout).toMatch(
      /✔ gold\n[\s\S]*✔ web\n[\s\S]*✔ \d+ sets of answers/,
    );
  });
});

describe("a start-up with a stack of its own", () => {
  it("creates, boots, edits, follows its pack, and boots again", async () => {
    const { agreed, run, read, edit, commit, cwd, env, source } = workplace("kivo");
    await agreed("", "shop", ...quiet, "--pack", source, "--data-class", "secret", "--pii");
    expect(read("shop/README.md")).toMatch(/## Data\n\nsecret\n$/);
    expect(read("shop/AGENTS.md")).toContain("- Its data is secret:");
    expect(read("shop/docs/privacy.md")).toContain("Class: secret.");
    const { stdout } = await run("", "list", "--json", "--pack", source);
    expect(JSON.parse(stdout).stacks.map(({ id }: { id: string }) => id)).not.toContain("node-fastify");
    expect((await run("", "other", ...quiet, "--pack", source, "--stack", "node-fastify")).code).toBe(2);
    expect(
      await run("", "open", ...quiet, "--pack", source, "--data-class", "public", "--pii"),
    ).toMatchObject({
      code: 0,
    });
    expect(existsSync(join(cwd, "open/docs/privacy.md"))).toBe(false);
    const first = await slowly(join(cwd, "shop"), env, "check", "--boot");
    expect(first.code, first.output).toBe(0);

    edit("shop/src/web.js", ['"/": { ok: true }', '"/": { ok: true, shop: true }']);
    edit("shop/docs/privacy.md", ["within 30 days", "within 10 days"]);
    commit("shop");
    edit("packs/pack.yaml", ["version: 1.0.0", "version: 1.1.0"]);
    edit("packs/stacks/node-plain/files/src/web.js", ['"stopping"', '"stopping", { signal: "TERM" }']);
    edit("packs/base/blocks/agents-rules.hbs", ["into a log or a test", "into a log, a test or a ticket"]);
    commit("packs");
    await agreed("shop", "update", ...quiet);
    expect(read("shop/src/web.js")).toContain("shop: true");
    expect(read("shop/src/web.js")).toContain('"stopping", { signal: "TERM" }');
    expect(read("shop/AGENTS.md")).toContain("a test or a ticket");
    expect(read("shop/docs/privacy.md")).toContain("within 10 days");
    commit("shop");
    expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
    const second = await slowly(join(cwd, "shop"), env, "check", "--boot");
    expect(second.code, second.output).toBe(0);
  });

  it("has a pack that lints, and whose samples render", async () => {
    const { run } = workplace("kivo");
    expect((await run("", "pack", "lint", "packs")).stdout).toContain("Nothing is wrong with it.");
    expect((await run("", "pack", "test", "packs", "--write")).stdout).toMatch(
      /✔ default\n[\s\S]*✔ \d+ sets of answers/,
    );
  });

  it("has a pack whose sample is installed, checked and booted by pack test --boot, or is said to fail", async () => {
    const { run, edit, cwd, env } = workplace("kivo");
    await run("", "pack", "test", "packs", "--write");
    const test = () => slowly(cwd, env, "pack", "test", "packs", "--boot");
    const fine = await test();
    expect(fine.output).toMatch(/✔ default\n {2}✔ Install\n {2}✔ Syntax\n {2}✔ check --boot\n/);
    expect(fine.code, fine.output).toBe(0);
    edit("packs/stacks/node-plain/files/src/web.js", [
      'for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, stop);',
      'process.once("SIGTERM", () => setTimeout(stop, 60_000));',
    ]);
    await run("", "pack", "test", "packs", "--write");
    const stubborn = await test();
    expect(stubborn.output).toMatch(/✖ default\n[\s\S]*✔ Syntax\n {2}✖ check --boot\n[\s\S]*disposability\//);
    expect(stubborn.code).toBe(1);
    edit("packs/stacks/node-plain/template.yaml", ["install: [npm, ci]", "install: [npm, no-such-command]"]);
    await run("", "pack", "test", "packs", "--write");
    const broken = await test();
    expect(broken.output).toMatch(/✖ default\n {2}✖ Install\n/);
    expect(broken.output).not.toContain("Syntax");
    expect(broken.code).toBe(1);
  });
});

/** Takes longer than a command may: it runs the app many times over. */
function slowly(
  cwd: string,
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(inject("packed").bin, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        output += chunk;
      });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
