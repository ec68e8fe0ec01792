// Runs a TypeScript program of this repo on any supported Node: node test/support/run.mjs <entry.ts> [args]
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), "../.."));
const [entry] = process.argv.splice(2, 1);
const folder = join("node_modules", ".cache", `run-${process.pid}`);
const outfile = join(folder, "program.mjs");
await mkdir(folder, { recursive: true });
try {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "error",
  });
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(process.cwd(), outfile)).href);
} finally {
  await rm(folder, { recursive: true, force: true });
}
