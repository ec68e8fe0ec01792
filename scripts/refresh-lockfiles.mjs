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
  run("npx", "--yes", facts.pnpm, "install", "--lockfile-only");
  for (const name of ["package-lock.json", "pnpm-lock.yaml"])
    copyFileSync(join(work, name), join(stack, name));
} finally {
  rmSync(work, { recursive: true });
}

/** A layer is JSON with trailing commas, and placeholders where no dependency stands. */
function readLayer(text) {
  return JSON.parse(text.replace(/\{\{[^}]*\}\}/g, "null").replace(/,(\s*[}\]])/g, "$1"));
}

function run(command, ...args) {
  execFileSync(command, args, { cwd: work, stdio: "inherit" });
}
