import { describe, expect, it } from "vitest";
import { pruneNpmLock, readNpmLock } from "../../src/core/lockfile/npm.ts";
import { prunePnpmLock, readPnpmLock } from "../../src/core/lockfile/pnpm.ts";
import { pruneUvLock, readUvLock } from "../../src/core/lockfile/uv.ts";

const npmLock = {
  lockfileVersion: 3,
  packages: {
    "": { name: "all", dependencies: { app: "1", driver: "3" }, devDependencies: { linter: "1" } },
    "node_modules/app": {
      version: "1.0.0",
      integrity: "sha512-app",
      dependencies: { shared: "^2" },
      license: "MIT",
    },
    "node_modules/driver": {
      version: "3.0.0",
      integrity: "sha512-driver",
      bin: { driver: "d.js" },
      dependencies: { shared: "^1" },
      optionalDependencies: { native: "1" },
      peerDependencies: { host: "1", idle: "1" },
      peerDependenciesMeta: { idle: { optional: true } },
    },
    "node_modules/driver/node_modules/shared": { version: "1.0.0", integrity: "sha512-one" },
    "node_modules/host": { version: "1.0.0", integrity: "sha512-host" },
    "node_modules/idle": { version: "1.0.0", integrity: "sha512-idle" },
    "node_modules/linter": { version: "1.0.0", dev: true, dependencies: { native: "1" } },
    "node_modules/native": { version: "1.0.0", cpu: ["x64"], integrity: "sha512-native" },
    "node_modules/shared": { version: "2.0.0", integrity: "sha512-two" },
  },
};

function npm(dependencies: Record<string, string>, devDependencies: Record<string, string> = {}) {
  const manifest = { name: "shop", private: true, license: "MIT", dependencies, devDependencies };
  return JSON.parse(pruneNpmLock(readNpmLock(JSON.stringify(npmLock)), manifest)) as {
    packages: Record<string, Record<string, unknown>>;
  };
}

describe("package-lock.json", () => {
  it("keeps what the manifest reaches, where it was", () => {
    expect(Object.keys(npm({ app: "1" }).packages)).toEqual(["", "node_modules/app", "node_modules/shared"]);
    expect(Object.keys(npm({ driver: "3" }).packages)).toEqual([
      "",
      "node_modules/driver",
      "node_modules/driver/node_modules/shared",
      "node_modules/host",
      "node_modules/native",
    ]);
  });

  it("computes the flags of each package anew", () => {
    const flags = (packages: Record<string, Record<string, unknown>>, name: string) =>
      ["dev", "optional", "devOptional", "peer"].filter((flag) => packages[`node_modules/${name}`]?.[flag]);
    const { packages } = npm({ driver: "3" });
    expect(flags(packages, "native")).toEqual(["optional"]);
    expect(flags(packages, "host")).toEqual(["peer"]);
    expect(flags(npm({ driver: "3" }, { linter: "1" }).packages, "native")).toEqual(["devOptional"]);
    expect(flags(npm({}, { driver: "3" }).packages, "native")).toEqual(["dev", "optional"]);
    expect(flags(npm({ linter: "1" }).packages, "linter")).toEqual([]);
  });

  it("prints keys in npm's order", () => {
    expect(Object.keys(npm({ driver: "3" }).packages["node_modules/driver"] ?? {})).toEqual([
      "version",
      "integrity",
      "dependencies",
      "bin",
      "optionalDependencies",
      "peerDependencies",
      "peerDependenciesMeta",
    ]);
  });

  it("fails for a dependency that it doesn't have", () => {
    expect(() => npm({ other: "1" })).toThrow('no "other"');
  });
});

const pnpmText = `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      '@scope/app':
        specifier: ^1.0.0
        version: 1.0.0
      queue:
        specifier: ^6.0.0
        version: 6.0.0(idle@1.0.0)
    devDependencies:
      idle:
        specifier: '>=1'
        version: 1.0.0

packages:

  '@scope/app@1.0.0':
    resolution: {integrity: sha512-app}

  aliased@2.0.0:
    resolution: {integrity: sha512-aliased}

  idle@1.0.0:
    resolution: {integrity: sha512-idle}

  queue@6.0.0:
    resolution: {integrity: sha512-queue}
    peerDependencies:
      idle: '>=1'
    peerDependenciesMeta:
      idle:
        optional: true

snapshots:

  '@scope/app@1.0.0':
    dependencies:
      other: aliased@2.0.0

  aliased@2.0.0: {}

  idle@1.0.0: {}

  queue@6.0.0(idle@1.0.0):
    optionalDependencies:
      idle: 1.0.0
`;

describe("pnpm-lock.yaml", () => {
  const prune = (dependencies: Record<string, string>, devDependencies: Record<string, string> = {}) =>
    prunePnpmLock(readPnpmLock(pnpmText), { dependencies, devDependencies });

  it("gives back the whole for the whole", () => {
    expect(prune({ "@scope/app": "^1.0.0", queue: "^6.0.0" }, { idle: ">=1" })).toBe(pnpmText);
  });

  it("follows aliases and leaves out the rest", () => {
    const text = prune({ "@scope/app": "^1.0.0" });
    expect(text).toContain("  aliased@2.0.0: {}\n");
    expect(text).not.toContain("queue");
    expect(text).not.toContain("idle");
  });

  it("drops an optional peer that only another choice brought", () => {
    const text = prune({ queue: "^6.0.0" });
    expect(text).toContain("version: 6.0.0\n");
    expect(text).toContain("  queue@6.0.0:\n    resolution");
    expect(text).toContain("\nsnapshots:\n\n  queue@6.0.0: {}\n");
    expect(text).not.toContain("(idle");
    expect(text).not.toContain("idle@1.0.0");
  });
});

const uvProject = `[project]
name = "shop"
version = "0"
dependencies = [
    "driver[binary]>=3.0.0",
    "web>=1.0.0",
]

[dependency-groups]
dev = [
    "linter>=1.0.0",
]

[tool.uv]
environments = [
    "sys_platform == 'linux'",
]
`;

const uvText = `version = 1
revision = 5
requires-python = "==3.14.*"

[[package]]
name = "driver"
version = "3.0.0"
source = { registry = "https://example.com/simple" }
wheels = [
    { url = "https://example.com/driver-3.0.0-py3-none-any.whl", hash = "sha256:driver" },
]

[package.optional-dependencies]
binary = [
    { name = "driver-binary", marker = "implementation_name != 'pypy'" },
]
pool = [
    { name = "pool" },
]

[[package]]
name = "driver-binary"
version = "3.0.0"

[[package]]
name = "linter"
version = "1.0.0"
dependencies = [
    { name = "shared" },
]

[[package]]
name = "pool"
version = "1.0.0"

[[package]]
name = "shared"
version = "2.0.0"

[[package]]
name = "shop"
version = "0"
source = { virtual = "." }
dependencies = [
    { name = "driver", extra = ["binary"] },
    { name = "web" },
]

[package.dev-dependencies]
dev = [
    { name = "linter" },
]

[package.metadata]
requires-dist = [
    { name = "driver", extras = ["binary"], specifier = ">=3.0.0" },
    { name = "web", specifier = ">=1.0.0" },
]

[package.metadata.requires-dev]
dev = [{ name = "linter", specifier = ">=1.0.0" }]

[[package]]
name = "web"
version = "1.0.0"
dependencies = [
    { name = "driver", extra = ["pool"] },
]
`.replace(
  'dev = [{ name = "linter", specifier = ">=1.0.0" }]',
  'dev = [\n    { name = "linter", specifier = ">=1.0.0" },\n]',
);

describe("uv.lock", () => {
  const prune = (manifest: string) => pruneUvLock(readUvLock(uvText), manifest);
  const namesIn = (text: string) => [...text.matchAll(/^name = "(.+)"$/gm)].map(([, name]) => name);

  it("gives back the whole for the whole", () => {
    expect(prune(uvProject)).toBe(uvText);
  });

  it("keeps what the manifest reaches, an extra where it is asked for", () => {
    const text = prune(uvProject.replace('    "web>=1.0.0",\n', ""));
    expect(namesIn(text)).toEqual(["driver", "driver-binary", "linter", "shared", "shop"]);
    expect(text).toContain("binary = [");
    expect(text).not.toContain("pool");
    const bare = prune(uvProject.replace("driver[binary]>=3.0.0", "driver"));
    expect(namesIn(bare)).toEqual(["driver", "linter", "pool", "shared", "shop", "web"]);
    expect(bare).not.toContain("binary");
    expect(bare).toContain('requires-dist = [\n    { name = "driver" },\n');
  });

  it("puts the project where its name is, and leaves out what it hasn't", () => {
    const alone = prune('[project]\nname = "A-shop"\nversion = "0"\ndependencies = [\n    "web",\n]\n');
    expect(namesIn(alone)).toEqual(["a-shop", "driver", "pool", "web"]);
    expect(alone).not.toContain("dev-dependencies");
  });

  it("fails for a dependency that it doesn't have, and for a package of two versions", () => {
    expect(() => prune(uvProject.replace("web", "other"))).toThrow('no "other"');
    const twice = uvText.replace('\nname = "driver-binary"', '\nname = "driver"');
    expect(() => readUvLock(twice)).toThrow('two versions of "driver"');
  });
});
