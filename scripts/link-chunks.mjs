import { readdirSync, readFileSync, rmSync } from "node:fs";
import { minify } from "@swc/core";
import { transform } from "esbuild";

/** What `create` runs, and what it may load besides. */
const creating = /^start:|^src\/io\/(cli\/summary|git|prompt\/ask-for-create)\.ts$|node_modules\/prompts\//;

/**
 * Makes of esbuild's chunks what is shipped: CommonJS, which starts without Node's module loader (a fifth of a start), and
 * minified. Gives them by name and by section: what is loaded together is together.
 */
export async function linkChunks(folder, { outputs }) {
  const chunks = new Map();
  for (const name of readdirSync(folder).sort()) {
    chunks.set(name, await commonJsOf(readFileSync(`${folder}/${name}`, "utf8")));
    rmSync(`${folder}/${name}`);
  }
  const passed = takePassingOn(chunks);
  takeFromMain(chunks);
  const sections = { create: [], late: [], check: [], source: [], plop: [] };
  const sectionOf = sectionsOf(outputs);
  const parts = new Map([...chunks.keys()].map((name, at) => [name, name === main ? "main" : `${at}`]));
  for (const [name, code] of chunks) {
    const linked = code
      .replace(asked, (whole, name) => passed.get(name) ?? whole)
      .replace(asked, (_, name) => `require("./${parts.get(name)}")`);
    sections[sectionOf(name)].push([parts.get(name), Buffer.from(await minified(linked), "latin1")]);
  }
  return sections;
}

const main = "main.cjs";

const asked = /require\("\.\/([\w-]+\.cjs)"\)/g;

/** Every chunk is ours, so that what esbuild does for modules of unknown origin is left out, and what is asked for in vain. */
async function commonJsOf(module) {
  const { code } = await transform(module, {
    format: "cjs",
    target: "node20.19",
    charset: "ascii",
    supported: { "dynamic-import": false },
    define: { "import.meta.dirname": "__dirname" },
  });
  const [, exported = ""] = /\n__export\(\w+, \{\n([\s\S]*?)\n\}\);\n/.exec(code) ?? [];
  const members = exported.replace(/^ {2}([\w$]+): \(\) => (.*?)(,?)$/gm, "get $1() { return $2; }$3");
  const short = code
    .replace(/^[\s\S]*?\nmodule\.exports = __toCommonJS\(\w+\);\n/, `module.exports = { ${members} };\n`)
    .replace(/__toESM\((require\("[^"]+"\))\)/g, "$1")
    .replace(/^require\("[^"]+"\);\n/gm, "");
  return short.replace(/^var (\w+) = require\("[^"]+"\);\n/gm, (line, name) =>
    short.split(new RegExp(`\\b${name}\\b`)).length > 2 ? line : "",
  );
}

/** Takes out the chunks that only pass on what others have; each that asks for one asks there instead. */
function takePassingOn(chunks) {
  const passed = new Map();
  const passing =
    /^module\.exports = (\{(?: *get [\w$]+\(\) \{ return [\w$.]+; \},?\n?)* \});\n((?:var \w+ = require\("[^"]+"\);\n)*)$/;
  for (const [name, code] of chunks) {
    const found = passing.exec(code);
    if (!found) continue;
    const [, members, sources] = found;
    passed.set(name, `(() => {\n${sources}return ${members};\n})()`);
    chunks.delete(name);
  }
  return passed;
}

/** Chunks take what they share with the first file from its `$`, which names only what one of them takes, and shortly. */
function takeFromMain(chunks) {
  const keys = new Map();
  const keyOf = (member) => {
    if (!keys.has(member)) keys.set(member, `_${keys.size.toString(36)}`);
    return keys.get(member);
  };
  const line = /^var (\w+) = require\("\.\/main\.cjs\/([^"]+)"\);\n/gm;
  for (const [name, code] of chunks) {
    let short = code;
    for (const [whole, variable, path] of code.matchAll(line)) {
      short = short
        .replace(whole, short.includes(fromMain) ? "" : fromMain)
        .replace(
          new RegExp(`\\b${variable}\\.(\\w+)`, "g"),
          (_, member) => `fromMain.${keyOf(`${path} ${member}`)}`,
        );
    }
    chunks.set(name, short);
  }
  chunks.set(
    main,
    chunks
      .get(main)
      .replace(/"(\S+\.ts \w+)": ([\w$]+),?/g, (_, member, value) =>
        keys.has(member) ? `${keys.get(member)}: ${value},` : "",
      ),
  );
}

const fromMain = 'var fromMain = require("./main.cjs").$();\n';

/** Of each chunk the section. */
function sectionsOf(outputs) {
  const paths = Object.keys(outputs);
  const plain = new Set(paths.filter((path) => creating.test(outputs[path].entryPoint ?? "")));
  for (const path of plain)
    for (const { kind, path: needed } of outputs[path]?.imports ?? [])
      if (kind === "import-statement") plain.add(needed);
  const sectionOf = (path) => {
    const { inputs, entryPoint = "" } = outputs[path];
    const modules = [...Object.keys(inputs), entryPoint];
    if (plain.has(path)) return "create";
    if (modules.some((path) => /src\/io\/plop\/|node_modules\/node-plop\//.test(path))) return "plop";
    if (modules.some((path) => /@lezer|check\/parsers\/source\//.test(path))) return "source";
    return modules.some((path) => /src\/check\/|cli\/check\.ts/.test(path)) ? "check" : "late";
  };
  const sections = new Map(paths.map((path) => [path.slice(path.lastIndexOf("/") + 1), sectionOf(path)]));
  return (name) => sections.get(name);
}

async function minified(source) {
  const { code } = await minify(source, {
    ecma: 2020,
    compress: { ecma: 2020, passes: 3, toplevel: true },
    mangle: { topLevel: true },
    format: { ecma: 2020, asciiOnly: true },
  });
  if (/[^\0-\x7f]/.test(code)) throw new Error("What was minified isn't ASCII.");
  return code;
}
