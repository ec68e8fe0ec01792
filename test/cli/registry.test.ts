import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { openRegistry, type Registry } from "../support/registry.ts";
import { runProgram, scratch } from "../support/run-cli.ts";

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry(inject("packed").tarball);
});

afterAll(() => registry.close());

describe("npm create, from a registry that has nothing else", () => {
  const environment = (home: string) => ({
    HOME: home,
    npm_config_registry: registry.url,
    npm_config_cache: join(home, "cache"),
    npm_config_userconfig: join(home, "none"),
    npm_config_update_notifier: "false",
  });

  it("writes the repo, and its own line writes it again", async () => {
    const cwd = scratch();
    const env = environment(scratch());
    const unknown = await runProgram("npm", ["create", "--yes", "no-such-package-here", "x"], { cwd, env });
    expect(unknown.code).not.toBe(0);
    expect(readdirSync(cwd)).toEqual([]);
    const args = ["create", "--yes", "twelve-factor", "my-app", "--", "--yes", "--no-install", "--no-git"];
    const ran = await runProgram("npm", args, { cwd, env });
    expect(ran.code).toBe(0);
    expect(existsSync(join(cwd, "my-app/Procfile"))).toBe(true);
    const replay = `npm create twelve-factor@${manifest.version} my-app -- --yes --no-install --no-git`;
    expect(ran.stdout).toContain(`${replay}\n`);
    const again = scratch();
    expect(
      await runProgram("sh", ["-c", replay], { cwd: again, env: { ...env, npm_config_yes: "true" } }),
    ).toMatchObject({
      code: 0,
    });
    expect(existsSync(join(again, "my-app/Procfile"))).toBe(true);
    const others = registry.asked.filter((request) => /^GET (?!\/create-twelve-factor)/.test(request));
    expect(new Set(others)).toEqual(new Set(["GET /create-no-such-package-here"]));
  });

  it("reminds of the two hyphens, where npm took the flags for its own", async () => {
    const cwd = scratch();
    const args = ["create", "--yes", "twelve-factor", "my-app", "--yes"];
    const ran = await runProgram("npm", args, { cwd, env: environment(scratch()) });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("npm keeps flags to itself unless -- stands before them");
  });
});

describe("the tarball", () => {
  it("holds the bundle and the papers, nothing else, and stays small", () => {
    const { tarball } = inject("packed");
    const listed = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
    const strange = listed.filter(
      (path) => !/^package\/(dist\/[\w.-]+|package\.json|README\.md|LICENSE)$/.test(path),
    );
    expect(strange).toEqual([]);
    expect(Number(execFileSync("wc", ["-c", tarball], { encoding: "utf8" }).split(" ")[0])).toBeLessThan(
      446_000,
    );
  });

  it("has no dependencies, and no scripts that run at an install", () => {
    const read = execFileSync("tar", ["-xzOf", inject("packed").tarball, "package/package.json"], {
      encoding: "utf8",
    });
    const packed = JSON.parse(read);
    for (const key of ["dependencies", "optionalDependencies", "peerDependencies", "bundleDependencies"]) {
      expect(packed).not.toHaveProperty(key);
    }
    for (const script of ["preinstall", "install", "postinstall", "prepare"])
      expect(packed.scripts).not.toHaveProperty(script);
    expect(packed).toMatchObject({
      type: "module",
      license: "MIT",
      engines: { node: "^20.19.0 || >=22.12.0" },
    });
    expect(Object.keys(packed.bin)).toEqual(["create-twelve-factor", "twelve-factor"]);
  });
});
