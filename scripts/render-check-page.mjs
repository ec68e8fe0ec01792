import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

// Renders docs/check.md from the texts of the checks and the table of mutants: npm run docs.
const { outputFiles } = await build({
  absWorkingDir: root,
  stdin: {
    contents: `export { checkPage } from "./src/check/check-page.ts";
      export { tables } from "./test/mutants/tables.ts";`,
    resolveDir: root,
  },
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  packages: "external",
});
const file = `${root}.check-page.mjs`;
writeFileSync(file, outputFiles[0].text);
const { checkPage, tables } = await import(file);
rmSync(file);
writeFileSync(`${root}docs/check.md`, checkPage(tables));
