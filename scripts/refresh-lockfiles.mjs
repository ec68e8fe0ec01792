// Resolves anew the lockfiles of a stack, for the union of what its layers depend on. Needs npm 11:
//   node scripts/refresh-lockfiles.mjs node-fastify
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const [id = "node-fastify"] = process.argv.slice(2);
const stack = fileURLToPath(new URL(`../templates/stacks/${id}/`, import.meta.url));
const { facts } = parse(readFileSync(join(stack, "template.yaml"), "utf8"));
const work = mkdtempSync(join(tmpdir(), "lockfiles-"));
try {
  const layers = readdirSync(stack, { recursive: true })
    .filter((path) => path.endsWith("package.json.hbs"))
    .sort()
    .map((path) => readLayer(readFileSync(join(stack, path), "utf8")));
  const union = {
    name: id,
    private: true,
    dependencies: Object.assign({}, ...layers.map((layer) => layer.dependencies)),
    devDependencies: Object.assign({}, ...layers.map((layer) => layer.devDependencies)),
  };
  writeFileSync(join(work, "package.json"), JSON.stringify(union, null, 2));
  copyFileSync(join(stack, "files+npm/.npmrc.hbs"), join(work, ".npmrc"));
  copyFileSync(join(stack, "files+pnpm/pnpm-workspace.yaml"), join(work, "pnpm-workspace.yaml"));
  run("npm", "install", "--package-lock-only", "--no-audit", "--no-fund");
  namePlatforms(join(work, "package-lock.json"));
  run("npx", "--yes", facts.pnpm, "install", "--lockfile-only");
  for (const name of ["package-lock.json", "pnpm-lock.yaml"])
    copyFileSync(join(work, name), join(stack, name));
} finally {
  rmSync(work, { recursive: true });
}

/** A layer is JSON with trailing commas, and with blocks and placeholders where no dependency stands. */
function readLayer(text) {
  const plain = text.replace(/^\{\{[#/].*\n/gm, "").replace(/\{\{[^}]*\}\}/g, "null");
  return JSON.parse(plain.replace(/,(\s*[}\]])/g, "$1"));
}

/** A registry that lacks the packages of some platforms makes npm leave them out, and then `npm ci` refuses the lockfile. */
function namePlatforms(path) {
  const lock = JSON.parse(readFileSync(path, "utf8"));
  for (const owner of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      lock.packages[`node_modules/${name}`] ??= platformPackage({ name, version, owner });
    }
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}

/** Without an integrity: npm takes it from the registry when that platform installs. */
function platformPackage({ name, version, owner }) {
  const [, system, cpu, libc] =
    /(android|darwin|linux|win32|freebsd)-([a-z\d]+)-?(musl|glibc)?/.exec(name) ?? [];
  if (system === undefined)
    throw new Error(`${name} is optional, not in the lockfile, and names no platform.`);
  return {
    version,
    cpu: [cpu],
    ...(owner.dev ? { dev: true } : {}),
    ...(owner.license ? { license: owner.license } : {}),
    optional: true,
    os: [system],
    ...(owner.engines ? { engines: owner.engines } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
  };
}

function run(command, ...args) {
  execFileSync(command, args, { cwd: work, stdio: "inherit" });
}
