// Runs a TypeScript program of this repo on any supported Node: node test/support/run.mjs <entry.ts> [args]
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), "../.."));
const [entry] = process.argv.splice(2, 1);
const folder = join("node_modules", ".cache", `run-${process.pid}`);
const outfile = join(folder, "program.mjs");
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
mkdirSync(folder, { recursive: true });
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  define: { __VERSION__: JSON.stringify(version) },
  sourcemap: "inline",
  logLevel: "error",
});
process.setSourceMapsEnabled(true);
await import(pathToFileURL(join(process.cwd(), outfile)).href);
