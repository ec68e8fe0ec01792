import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTree } from "../support/read-tree.ts";
import { identity, runCli, scratch } from "../support/run-cli.ts";

const quiet = ["--yes", "--no-install"];

/** A repo of a pack whose plopfile leaves a mark when it is read. */
async function workplace() {
  const cwd = scratch();
  const env = { ...identity, XDG_CACHE_HOME: join(cwd, "cache"), XDG_CONFIG_HOME: join(cwd, "config") };
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  const run = (at: string, ...args: string[]) => runCli(args, { cwd: join(cwd, at), env });
  const mark = join(cwd, "ran");
  const release = (version: string) => {
    put("acme/pack.yaml", `name: "@acme/standards"\nversion: ${version}\n`);
    put("acme/base/files/.envrc", "layout node\n");
    put("acme/plop/endpoint.ts.hbs", "export const {{camelCase name}} = {{version}};\n");
    put(
      "acme/plopfile.mjs",
      `import { appendFileSync } from "node:fs";
import { version } from "./plop/version.mjs";
appendFileSync(${JSON.stringify(mark)}, "x");
export default (plop) => plop.setGenerator("endpoint", {
  description: "An endpoint",
  prompts: [{ type: "input", name: "name", message: "Name" }],
  actions: [{ type: "add", path: "src/{{kebabCase name}}.ts", templateFile: "plop/endpoint.ts.hbs", data: { version } }],
});
`,
    );
    put("acme/plop/version.mjs", `export const version = ${JSON.stringify(version)};\n`);
  };
  release("1.0.0");
  const consented = async (at: string, ...args: string[]) => {
    const refused = await run(at, ...args);
    expect(refused.code, refused.stderr).toBe(2);
    const integrity = /--consent (sha512-\S+)/.exec(refused.stderr)?.[1] ?? "";
    return { refused, integrity };
  };
  const { integrity } = await consented("", "shop", ...quiet, "--pack", "acme");
  const made = await run("", "shop", ...quiet, "--pack", "acme", "--consent", integrity);
  expect(made.code, made.stderr).toBe(0);
  const hasRun = () => existsSync(mark);
  return {
    cwd,
    env,
    run,
    release,
    consented,
    integrity,
    hasRun,
    read: (path: string) => readFileSync(join(cwd, path), "utf8"),
  };
}

describe("the plopfile of a pack", () => {
  it("runs only after consent to exactly that one, which neither --yes nor that to its files is", async () => {
    const { cwd, run, release, consented, integrity, hasRun, read } = await workplace();
    const generate = ["generate", "@acme/standards:endpoint", "Big Order"];
    const before = readTree(join(cwd, "shop"));
    for (const flags of [
      [],
      ["--yes"],
      ["--dry-run"],
      ["--yes", "--run-actions"],
      ["--yes", "--consent", `sha512-${"A".repeat(86)}==`],
    ]) {
      const { refused } = await consented("shop", ...generate, ...flags);
      expect(refused.stderr).toContain(
        "The plopfile of the pack @acme/standards 1.0.0 is a program, which may do whatever you may.",
      );
      expect(refused.stderr).toContain(`--consent ${integrity}`);
    }
    expect(hasRun()).toBe(false);
    expect(readTree(join(cwd, "shop"))).toEqual(before);
    const done = await run("shop", ...generate, "--yes", "--consent", integrity);
    expect(done.code, done.stderr).toBe(0);
    expect(read("shop/src/big-order.ts")).toBe("export const bigOrder = 1.0.0;\n");
    expect(JSON.parse(read("config/create-twelve-factor/consents.json"))).toEqual({
      [integrity]: "@acme/standards 1.0.0",
      [`${integrity}#plopfile`]: "plopfile of @acme/standards 1.0.0",
    });
    const again = await run("shop", "generate", "@acme/standards:endpoint", "small", "--yes");
    expect(again.code, again.stderr).toBe(0);
    expect(await run("shop", "undo", "--yes")).toMatchObject({ code: 0 });
    expect(existsSync(join(cwd, "shop/src/small.ts"))).toBe(false);

    release("1.1.0");
    expect(await run("shop", "generate", "@acme/standards:endpoint", "still", "--yes")).toMatchObject({
      code: 0,
    });
    expect(read("shop/src/still.ts")).toContain("1.0.0");
    execFileSync("git", ["add", "--all"], { cwd: join(cwd, "shop") });
    execFileSync("git", ["commit", "--quiet", "--message", "Change"], {
      cwd: join(cwd, "shop"),
      env: { ...process.env, ...identity },
    });
    const next = await consented("shop", "update", ...quiet);
    expect(next.integrity).not.toBe(integrity);
    expect(await run("shop", "update", ...quiet, "--consent", next.integrity)).toMatchObject({ code: 0 });
    const { refused } = await consented("shop", "generate", "@acme/standards:endpoint", "new", "--yes");
    expect(refused.stderr).toContain("1.1.0 is a program");
  });

  it("is named by its pack, and said where there is none", async () => {
    const { run, integrity } = await workplace();
    for (const [word, said] of [
      ["other:endpoint", "This repo isn't made from a pack other.\n  Its packs are @acme/standards."],
      ["endpoint", "There is no plopfile in"],
    ] as const) {
      const ran = await run("shop", "generate", word, "x", "--yes");
      expect(ran).toMatchObject({ code: 2 });
      expect(ran.stderr).toContain(said);
    }
    const unknown = await run("shop", "generate", "@acme/standards:endpint", "--yes", "--consent", integrity);
    expect(unknown.stderr).toContain("Use one of endpoint.");
  });
});
