import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { personalPlace } from "../support/personal-place.ts";
import { openRegistry } from "../support/registry.ts";
import { runProgram } from "../support/run-cli.ts";

it("npm create acme-service is a package that is a pack, with a bin of three lines", async () => {
  const { cwd, env, put, read, run } = personalPlace();
  await run("", "pack", "new", "create-acme-service");
  const pack = "create-acme-service";
  const release = (version: string) => {
    const manifest = {
      name: pack,
      version,
      type: "module",
      bin: "create.js",
      files: ["create.js", "pack.yaml", "base"],
      dependencies: { "create-twelve-factor": "*" },
    };
    put(`${pack}/package.json`, JSON.stringify(manifest));
    put(
      `${pack}/create.js`,
      `#!/usr/bin/env node\nimport { run } from "create-twelve-factor";\nrun({ pack: "${pack}@${version}" });\n`,
    );
    chmodSync(join(cwd, pack, "create.js"), 0o755);
    put(`${pack}/pack.yaml`, read(`${pack}/pack.yaml`).replace(/^version: .*/m, `version: ${version}`));
    execFileSync("npm", ["pack", "--silent"], { cwd: join(cwd, pack), env: { ...process.env, ...env } });
    return join(cwd, pack, `${pack}-${version}.tgz`);
  };
  const registry = await openRegistry(release("1.0.0"), inject("packed").tarball);
  onTestFinished(() => registry.close());
  put(".npmrc", `registry=${registry.url}/\ncache=${join(cwd, "npm-cache")}\naudit=false\nfund=false\n`);
  const created = await runProgram(
    "npm",
    ["create", "--yes", "acme-service", "--", "shop", "--yes", "--no-install", "--team", "payments"],
    { cwd, env },
  );
  expect(created.code, created.stdout + created.stderr).toBe(0);
  expect(read("shop/OWNERS.md")).toContain("payments");
  const receipt = JSON.parse(readFileSync(join(cwd, "shop/.twelve-factor.json"), "utf8"));
  expect(receipt.packs).toMatchObject([{ name: pack, version: "1.0.0", source: `npm:${pack}@1.0.0` }]);
  expect(await run("shop", "update", "--check")).toMatchObject({ code: 0 });
});
