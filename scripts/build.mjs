import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { linkChunks } from "./link-chunks.mjs";
import { packProgram } from "./program-file.mjs";
import { thirdPartyLicenses } from "./third-party-licenses.mjs";
import { withoutUnused } from "./without-unused.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

// Built beside its place, so that a build that fails, or another one at the same time, leaves a whole dist/.
const out = `${root}.cache/dist-${process.pid}`;
mkdirSync(out, { recursive: true });

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  mainFields: ["module", "main"],
  // --published: for the registry, so that what is emitted may name this release.
  define: {
    __VERSION__: JSON.stringify(version),
    __PUBLISHED__: JSON.stringify(process.argv.includes("--published")),
  },
  // ASCII, which V8 reads as it is: with one other character in a file it takes two bytes for each.
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
};

const commonJs = { ".js": ".cjs" };

const program = {
  ...shared,
  splitting: true,
  minifyIdentifiers: true,
  target: "node20.19",
  alias: {
    prompts: "prompts/lib/index.js",
    // The build of yaml that esbuild can take parts of.
    yaml: join(root, "node_modules/yaml/browser/dist/index.js"),
    // What node-plop needs, by what is here already or by little of our own; Handlebars as the modules that packs use some of.
    "handlebars/dist/cjs": join(root, "node_modules/handlebars/lib"),
    handlebars: join(root, "node_modules/handlebars/lib/handlebars.js"),
    inquirer: join(root, "src/io/plop/inquirer.ts"),
    resolve: join(root, "src/io/plop/resolve-module.ts"),
    tinyglobby: join(root, "src/io/plop/find-files.ts"),
    // How editors colour what Lezer parsed, and how ESLint walks: not used here.
    "eslint-visitor-keys": join(root, "scripts/unused/eslint-visitor-keys.mjs"),
    "@lezer/highlight": join(root, "scripts/unused/lezer-highlight.mjs"),
  },
  metafile: true,
  plugins: [withoutUnused(), builtinsWithoutImport()],
};
const entry = "src/io/cli/run.ts";
const starting = await startingModules(entry, program);
const { metafile } = await build({
  ...program,
  entryPoints: { main: "start" },
  outdir: out,
  outExtension: commonJs,
  plugins: [startInOneFile(entry, starting), ...program.plugins],
});
const { create, ...others } = await linkChunks(out, metafile);
const { index, bodies, rest } = await compileTemplates();
const catalogue = [
  ["catalogue.json", Buffer.from(index)],
  ["catalogue.txt", bodies],
];
const sections = [create, catalogue, [["catalogue.rest.txt", rest()]], ...Object.values(others)];
writeFileSync(`${out}/program.br`, await packProgram(sections));

// The entry point answers --version and --help by itself, and any Node that people still have can parse it.
await build({
  ...shared,
  entryPoints: { bin: "bin/create-twelve-factor.ts", help: "bin/help.ts", main: "bin/main.ts" },
  external: ["./help.cjs"],
  outdir: out,
  outExtension: commonJs,
  format: "cjs",
  minify: true,
  target: "node10",
  define: { ...shared.define, __BUILD__: JSON.stringify(digestOf(readdirSync(out))) },
});
writeFileSync(`${out}/THIRD-PARTY-LICENSES`, thirdPartyLicenses(metafile, root));

// What others import: it finds main.cjs and bin.cjs beside it.
writeFileSync(`${out}/plopfile.js`, readFileSync(`${root}bin/package.js`));

rmSync(`${root}dist`, { recursive: true, force: true });
renameSync(out, `${root}dist`);

/** The catalogue, packed. Exits where a template is wrong, as that is no fault of the build. */
async function compileTemplates() {
  const compiler = await build({
    ...shared,
    entryPoints: ["src/io/compile-catalogue.ts"],
    write: false,
    target: "node20.19",
    plugins: [builtinsWithoutImport()],
  });
  const compilerFile = `${out}.mjs`;
  writeFileSync(compilerFile, compiler.outputFiles[0].text);
  const { compilePacked } = await import(compilerFile);
  rmSync(compilerFile);
  try {
    return compilePacked(`${root}templates`);
  } catch (error) {
    rmSync(out, { recursive: true });
    console.error(error.fix === undefined ? error : `${error.message}\n${error.fix}`);
    process.exit(1);
  }
}

/**
 * What every start runs is one chunk, since a file costs more than what is in it. So the modules that the entry point
 * reaches without `import()` are bundled with it, and all others find them there: `$` has what they export.
 */
async function startingModules(entry, options) {
  const { metafile } = await build({ ...options, entryPoints: [entry], write: false, outdir: out });
  const { inputs } = metafile;
  const staticImports = (path) =>
    (inputs[path]?.imports ?? []).filter(({ kind }) => kind !== "dynamic-import").map(({ path }) => path);
  const starting = new Set([entry]);
  for (const path of starting) for (const needed of staticImports(path)) starting.add(needed);
  const late = Object.keys(inputs).filter((path) => !starting.has(path));
  const needed = new Set(late.flatMap(staticImports).filter((path) => starting.has(path) && path in inputs));
  const shared = [...needed].filter((path) => !path.startsWith("builtin:")).sort();
  const alone = await build({ ...options, entryPoints: shared, outbase: root, write: false, outdir: out });
  const exportsOf = new Map(
    Object.values(alone.metafile.outputs).map(({ entryPoint, exports }) => [entryPoint, exports]),
  );
  return { starting, shared: shared.map((path) => ({ path, names: exportsOf.get(path) })) };
}

/** The entry point with `$`, and late modules that take what is in it from there: few runs need one, so it isn't laid out before. */
function startInOneFile(entry, { starting, shared }) {
  const isShared = new Set(shared.map(({ path }) => path));
  const lines = shared.map(({ path, names }, index) => {
    const list = names.map((name, at) => `${name} as m${index}_${at}`).join(", ");
    return `import { ${list} } from "./${path}";`;
  });
  const members = shared.flatMap(({ path, names }, index) =>
    names.map((name, at) => `${JSON.stringify(`${path} ${name}`)}: m${index}_${at}`),
  );
  return {
    name: "start-in-one-file",
    setup(bundler) {
      bundler.onResolve({ filter: /^start$/ }, () => ({ path: "start", namespace: "start" }));
      bundler.onLoad({ filter: /.*/, namespace: "start" }, () => ({
        contents: `${lines.join("\n")}\nexport * from "./${entry}";\nexport const $ = () => ({ ${members.join(", ")} });\n`,
        resolveDir: root,
      }));
      bundler.onResolve({ filter: /^\.{1,2}\// }, ({ path, importer, namespace, resolveDir, kind }) => {
        if (namespace !== "file" || kind !== "import-statement" || starting.has(relative(root, importer)))
          return;
        const target = relative(root, join(resolveDir, path));
        if (isShared.has(target)) return { path: `./main.cjs/${target}`, external: true };
      });
    },
  };
}

/** What of V8's compiled code is kept is that of exactly these files. */
function digestOf(names) {
  const hash = createHash("sha256");
  for (const name of names) hash.update(readFileSync(`${out}/${name}`));
  return hash.digest("hex").slice(0, 16);
}

/**
 * Builtin modules through `process.getBuiltinModule`, in place. An `import` of `node:fs` reads each of its exports, lazy
 * ones like `fs.promises` too, and that alone takes a seventh of a start; as modules of their own they'd become chunks,
 * each a file to load; and `require` doesn't exist in a bundle of ESM.
 */
function builtinsWithoutImport() {
  const names = builtinModules.filter((name) => !name.startsWith("_")).join("|");
  const statement = new RegExp(
    `^import\\s+(?!type\\b)([^"';]+?)\\s+from\\s*["'](?:node:)?(${names})["'];?`,
    "gm",
  );
  return {
    name: "builtins-without-import",
    setup({ onResolve, onLoad }) {
      onLoad({ filter: /\.(ts|m?js)$/, namespace: "file" }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        const contents = source.replace(statement, (_, clause, name) => taken(clause, name));
        return contents === source ? undefined : { contents, loader: path.endsWith(".ts") ? "ts" : "js" };
      });
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

/** `a, { b as c, type D }` of a builtin module, as constants. */
function taken(clause, name) {
  const [, whole, list] = /^(?:(?:\*\s*as\s+)?([\w$]+))?\s*,?\s*(?:\{([^}]*)\})?$/.exec(clause);
  const module = `globalThis.process.getBuiltinModule("node:${name}")`;
  const values = (list ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item && !item.startsWith("type "));
  return [
    ...(whole === undefined ? [] : [`const ${whole} = ${module};`]),
    ...(values.length === 0
      ? []
      : [`const { ${values.map((item) => item.replace(/\s+as\s+/, ": ")).join(", ")} } = ${module};`]),
  ].join(" ");
}
