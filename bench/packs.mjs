import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { median } from "./measure.mjs";

/** Goal 4: a templates folder of 10,000 files, and how the time grows with the number of templates. */
export async function* packs({ root, folder, work }) {
  const engine = await loadEngine(root, work);
  const pack = folder("pack");
  const files = new Map();
  for (let index = 0; index < 10_000; index++) {
    const isTemplate = index % 10 === 0;
    const body = `# File ${index}\n${"Some text of a file that is copied as it is.\n".repeat(8)}`;
    files.set(
      `f${index % 100}/file-${index}.md${isTemplate ? ".hbs" : ""}`,
      isTemplate ? `${body}{{project.name}}\n` : body,
    );
  }
  writePack(pack, files);
  const ratios = [];
  for (let round = 0; round < 5; round++) {
    const raw = time(() => writePack(join(work, `raw-${round}`), files));
    const ours = time(() => engine.generate(pack, join(work, `ours-${round}`)));
    ratios.push(ours / raw);
  }
  yield { name: "10,000 files, 1,000 of them templates / raw writes", goal: 4, value: median(ratios) };
  const perTemplate = [100, 1_000, 10_000].map((count) => {
    const distinct = Array.from({ length: count }, (_, index) => [
      `t${index}.md.hbs`,
      `# {{project.name}} ${index}\n{{#each project.processes as |process|}}\n- {{process.name}} ${index}\n{{/each}}\n{{project.description}}\n`,
    ]);
    const place = folder(`distinct-${count}`);
    writePack(place, new Map(distinct));
    return (
      median(
        [0, 1, 2].map((round) => time(() => engine.generate(place, join(work, `d-${count}-${round}`)))),
      ) / count
    );
  });
  yield {
    name: "time a template: 10,000 / 1,000 distinct templates",
    goal: 1.5,
    value: perTemplate[2] / perTemplate[1],
  };
  yield {
    name: "time a template: 10,000 / 100 distinct templates",
    goal: 1.5,
    value: perTemplate[2] / perTemplate[0],
  };
}

function writePack(place, files) {
  for (const [path, body] of files) {
    const full = join(place, "base/files", path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, body);
  }
  writeFileSync(join(place, "base/template.yaml"), "label: Base\ndescription: A pack for a benchmark.\n");
}

async function loadEngine(root, work) {
  const outfile = join(work, "engine.mjs");
  await build({
    stdin: {
      contents: `
        export { createDirectory } from "./src/io/commit/create-directory.ts";
        export { compileTemplates } from "./src/core/compile.ts";
        export { readTemplates } from "./src/io/read-templates.ts";
        export { render } from "./src/core/render.ts";`,
      resolveDir: root,
    },
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    banner: {
      js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`,
    },
    define: { __VERSION__: '"0.0.0"' },
    outfile,
    logLevel: "error",
  });
  const { compileTemplates, createDirectory, readTemplates, render } = await import(pathToFileURL(outfile));
  const project = { name: "app", description: "An app.", processes: [{ name: "web" }, { name: "worker" }] };
  return {
    generate(place, target) {
      const templates = compileTemplates(readTemplates(place));
      const context = { project, facts: {} };
      const layers = templates.flatMap((template) =>
        template.layers.map((layer) => ({ template, layer, context })),
      );
      createDirectory({ root: target, tree: render({ layers, lockfiles: {} }, "{}\n") });
    },
  };
}

function time(work) {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}
