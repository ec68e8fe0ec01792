// Resolves anew the lockfiles of a stack, for the union of what its layers depend on. Needs npm 11, or uv and its Python:
//   node scripts/refresh-lockfiles.mjs node-fastify
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const [id = "node-fastify"] = process.argv.slice(2);
const stack = fileURLToPath(new URL(`../templates/stacks/${id}/`, import.meta.url));
const { facts, lockfiles } = parse(readFileSync(join(stack, "template.yaml"), "utf8"));
const work = mkdtempSync(join(tmpdir(), "lockfiles-"));
try {
  if ("npm" in lockfiles) resolveNpm();
  if ("uv" in lockfiles) resolveUv();
  for (const name of Object.values(lockfiles)) copyFileSync(join(work, name), join(stack, name));
} finally {
  rmSync(work, { recursive: true });
}

function resolveNpm() {
  const layers = layersOf("package.json.hbs").map(readLayer);
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
}

function resolveUv() {
  const layers = layersOf("pyproject.toml.hbs").map(plain);
  const dependencies = layers.map((text) => /^dependencies = \[\n([\s\S]*?)^\]/m.exec(text)[1]).join("");
  const whole = layers.find((text) => text.startsWith("[project]"));
  const union = whole.replace(/^dependencies = \[\n/m, `$&${dependencies}`);
  writeFileSync(join(work, "pyproject.toml"), union);
  run("uv", "lock");
  const lock = readFileSync(join(work, "uv.lock"), "utf8").split("\n").filter(isUsed).join("\n");
  writeFileSync(join(work, "uv.lock"), lock);
}

/** Wheels for CPython on the platforms that pyproject.toml names: nothing is built, and others are never installed. */
function isUsed(line) {
  if (line.startsWith("sdist = ")) return false;
  const [, tags] = /\/[^/]*?-([^-/]*-[^-/]*-[^-/]*)\.whl"/.exec(line) ?? [];
  if (tags === undefined) return true;
  if (/\bcp\d+t\b|abi3t/.test(tags)) return false;
  return /-any$|-macosx_\d+_\d+_arm64|manylinux.*_(x86_64|aarch64)/.test(tags);
}

function layersOf(name) {
  return readdirSync(stack, { recursive: true })
    .filter((path) => path.endsWith(name))
    .sort()
    .map((path) => readFileSync(join(stack, path), "utf8"));
}

/** Without blocks, and with a plain text for a placeholder. */
function plain(text) {
  return text
    .replace(/^\{\{[#/].*\n/gm, "")
    .replace(/\{\{join "==" facts\.python "\.\*"\}\}/, `"==${facts.python}.*"`)
    .replace(/\{\{[^}]*\}\}/g, '"x"');
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
