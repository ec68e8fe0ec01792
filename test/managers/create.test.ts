import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { readTree } from "../support/read-tree.ts";
import { openRegistry, type Registry } from "../support/registry.ts";
import { runCli, runProgram, scratch } from "../support/run-cli.ts";

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry(inject("packed").tarball);
});

afterAll(() => registry.close());

const programs = {
  pnpm: "pnpm/pnpm",
  yarn: "@yarnpkg/cli-dist/bin/yarn.js",
  "yarn 1": "yarn/bin/yarn.js",
  bun: "@oven/bun-linux-x64/bin/bun",
} as const;

describe("create", () => {
  it.each(Object.keys(programs) as (keyof typeof programs)[])(
    "through %s, and by the line that it prints",
    async (name) => {
      const [one, two, plain] = [scratch(), scratch(), scratch()];
      const command = name.split(" ")[0] as string;
      const env = environment(command, join(inject("managers"), programs[name]));
      const unknown = await runProgram(command, ["create", "no-such-package-here", "x"], { cwd: one, env });
      expect(unknown.code).not.toBe(0);
      expect(readdirSync(one)).toEqual([]);
      const args = [
        "create",
        "twelve-factor",
        "my-app",
        "--yes",
        "--no-install",
        "--no-git",
        "--services",
        "redis",
      ];
      const ran = await runProgram(command, args, { cwd: one, env });
      expect(ran.stderr + ran.stdout).toContain("my-app is written");
      expect(ran.code).toBe(0);
      const release = name === "yarn 1" ? "" : `@${manifest.version}`;
      const replay = `${command} create twelve-factor${release} my-app --services redis --yes --no-install --no-git`;
      expect(ran.stdout).toContain(replay);
      expect(await runProgram("sh", ["-c", replay], { cwd: two, env })).toMatchObject({ code: 0 });
      await runCli(["my-app", "--yes", "--no-install", "--no-git", "--services", "redis"], { cwd: plain });
      for (const cwd of [one, two])
        expect(readTree(join(cwd, "my-app"))).toEqual(readTree(join(plain, "my-app")));
    },
  );
});

/** Each has variables of its own for the registry, and waits some days before it trusts a release. */
function environment(command: string, program: string): NodeJS.ProcessEnv {
  const home = scratch();
  mkdirSync(join(home, "bin"));
  symlinkSync(program, join(home, "bin", command));
  const { url } = registry;
  return {
    HOME: home,
    PATH: `${home}/bin:${process.env.PATH}`,
    // Where yarn 1 installs a program before it runs it.
    PREFIX: home,
    YARN_GLOBAL_FOLDER: join(home, "global"),
    YARN_CACHE_FOLDER: join(home, "cache"),
    npm_config_registry: url,
    pnpm_config_registry: url,
    pnpm_config_minimum_release_age: "0",
    YARN_NPM_REGISTRY_SERVER: url,
    YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
    YARN_NPM_MINIMAL_AGE_GATE: "0",
    YARN_ENABLE_TELEMETRY: "0",
    BUN_CONFIG_REGISTRY: url,
    BUN_INSTALL_CACHE_DIR: join(home, "cache"),
  };
}
