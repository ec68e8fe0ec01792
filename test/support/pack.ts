import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The tarball as it'd be published, and the program that an install of it puts on the path. */
    packed: { readonly tarball: string; readonly bin: string };
  }
}

/** Builds, packs and installs once for all the tests of the command. Needs no network: there are no dependencies. */
export default function pack(project: TestProject): () => void {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "packed-"));
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  run(process.execPath, "scripts/build.mjs", "--quiet");
  const [packed] = JSON.parse(run("npm", "pack", "--json", "--loglevel=error", "--pack-destination", folder));
  const tarball = join(folder, packed.filename);
  const prefix = join(folder, "prefix");
  run(
    "npm",
    "install",
    "--loglevel=error",
    "--offline",
    "--no-audit",
    "--no-fund",
    "--prefix",
    prefix,
    tarball,
  );
  project.provide("packed", { tarball, bin: join(prefix, "node_modules/.bin/create-twelve-factor") });
  return () => rmSync(folder, { recursive: true });
}
