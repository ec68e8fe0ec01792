import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

rmSync(`${root}dist`, { recursive: true, force: true });
mkdirSync(`${root}dist`);

await build({
  absWorkingDir: root,
  entryPoints: { bin: "bin/create-twelve-factor.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  mainFields: ["module", "main"],
  alias: { prompts: "prompts/lib/index.js" },
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: "none",
  logLevel: "warning",
  plugins: [builtinsWithoutImport()],
});

const compiler = await build({
  absWorkingDir: root,
  entryPoints: ["src/io/compile-catalogue.ts"],
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "node20.19",
  mainFields: ["module", "main"],
  alias: { handlebars: "handlebars/dist/cjs/handlebars.js" },
  define: { __VERSION__: JSON.stringify(version) },
  logLevel: "warning",
  plugins: [builtinsWithoutImport()],
});
const source = Buffer.from(compiler.outputFiles[0].text).toString("base64");
const { compileCatalogue } = await import(`data:text/javascript;base64,${source}`);
writeFileSync(`${root}dist/catalogue.json`, JSON.stringify(compileCatalogue(`${root}templates`)));

/**
 * Builtin modules through `process.getBuiltinModule`. An `import` of `node:fs` reads each of its exports, lazy ones
 * like `fs.promises` too, and that alone takes a seventh of a start; `require` doesn't exist in a bundle of ESM.
 */
function builtinsWithoutImport() {
  const names = builtinModules.map((name) => name.replaceAll("/", "\\/")).join("|");
  return {
    name: "builtins-without-import",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(node:)?(${names})$`) }, ({ path }) => ({
        path: path.replace(/^(node:)?/, "node:"),
        namespace: "builtin",
      }));
      onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
        loader: "js",
      }));
    },
  };
}
