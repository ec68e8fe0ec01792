import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { minify } from "@swc/core";
import { transform } from "esbuild";

/** The first file, and what `create` may load besides it: files of their own, which are read faster. */
const creating = /^start:|^src\/io\/(cli\/summary|git|prompt\/ask-for-create)\.ts$|node_modules\/prompts\//;

/** For Node's own `require`, by which plop comes: the chunks of an archive by their number. */
const readsArchives = `module.constructor._extensions[".br"]=(module,path)=>{\
const{getBuiltinModule:builtin}=process,chunks=[],\
sources=builtin("zlib").brotliDecompressSync(builtin("fs").readFileSync(path)).toString("latin1").split("\\0"),\
load=number=>{\
const chunk=chunks[number]=new module.constructor(path,module);\
chunk.filename=path;chunk.paths=module.paths;chunk._compile(sources[number],path);\
return chunk};\
module.exports=number=>(chunks[number]??load(number)).exports};`;

/**
 * Makes of esbuild's chunks what is shipped: CommonJS, which starts without Node's module loader (a fifth of a start),
 * minified, and in archives what a plain create doesn't load. Brotli knows the words of one file only, and gzip, which packs
 * the package, looks back 32 kB at most.
 */
export async function linkChunks(folder, { outputs }) {
  const chunks = new Map();
  for (const name of readdirSync(folder).sort()) {
    chunks.set(name, await commonJsOf(readFileSync(`${folder}/${name}`, "utf8")));
    rmSync(`${folder}/${name}`);
  }
  const passed = takePassingOn(chunks);
  takeFromMain(chunks);
  const archives = archivesOf(outputs, chunks);
  const places = placesOf(archives);
  const sources = new Map();
  for (const [name, code] of chunks) {
    const whole = linked(code, passed).replace(asked, (whole, name) => places.get(name) ?? whole);
    const source = await minified(name === "main.cjs" ? readsArchives + whole : whole);
    if (archives.has(name)) sources.set(name, source);
    else writeFileSync(`${folder}/${name}`, source);
  }
  for (const archive of new Set(archives.values())) {
    const parts = [...sources].filter(([name]) => archives.get(name) === archive).map(([, source]) => source);
    writeFileSync(`${folder}/${archive}.br`, brotliCompressSync(parts.join("\0")));
  }
}

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
  const main = chunks.get("main.cjs");
  chunks.set(
    "main.cjs",
    main.replace(/"(\S+\.ts \w+)": ([\w$]+),?/g, (_, member, value) =>
      keys.has(member) ? `${keys.get(member)}: ${value},` : "",
    ),
  );
}

const fromMain = 'var fromMain = require("./main.cjs").$();\n';

/** Of each chunk that isn't a file of its own, the archive: what is loaded together is in one. */
function archivesOf(outputs, chunks) {
  const paths = Object.keys(outputs);
  const plain = new Set(paths.filter((path) => creating.test(outputs[path].entryPoint ?? "")));
  for (const path of plain)
    for (const { kind, path: needed } of outputs[path]?.imports ?? [])
      if (kind === "import-statement") plain.add(needed);
  const archiveOf = ({ inputs, entryPoint = "" }) => {
    const modules = [...Object.keys(inputs), entryPoint];
    if (modules.some((path) => /src\/io\/plop\/|node_modules\/node-plop\//.test(path))) return "plop";
    if (modules.some((path) => /@lezer|check\/parsers\/source\//.test(path))) return "source";
    return modules.some((path) => /src\/check\/|cli\/check\.ts/.test(path)) ? "check" : "late";
  };
  const archived = paths.filter((path) => !plain.has(path) && chunks.has(nameOf(path)));
  return new Map(archived.map((path) => [nameOf(path), archiveOf(outputs[path])]));
}

function nameOf(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** How each chunk of an archive is asked for. */
function placesOf(archives) {
  const counts = {};
  const names = [...archives.keys()].sort();
  return new Map(
    names.map((name) => {
      const archive = archives.get(name);
      counts[archive] = (counts[archive] ?? -1) + 1;
      return [name, `require("./${archive}.br")(${counts[archive]})`];
    }),
  );
}

function linked(code, passed) {
  return code.replace(asked, (whole, name) => passed.get(name) ?? whole);
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
