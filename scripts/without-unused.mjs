import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  unusedMethods,
  unusedOfExeca,
  unusedOfHandlebars,
  unusedOfJsonc,
  unusedOfYaml,
} from "./unused/parts.mjs";

const loader = fileURLToPath(new URL("../src/io/plop/load-module.ts", import.meta.url));
const parts = { ...unusedOfExeca, ...unusedOfHandlebars, ...unusedOfJsonc, ...unusedOfYaml };

/** Libraries load every way to use them; these are never used. */
export function withoutUnused() {
  const questions =
    /prompts\/lib\/(elements\/(date|number|autocomplete|autocompleteMultiselect|toggle)|dateparts\/index)\.js$/;
  return {
    name: "without-unused",
    setup({ onLoad }) {
      onLoad({ filter: questions }, () => ({ contents: "module.exports = class {};", loader: "js" }));
      onLoad({ filter: filesOf(parts) }, ({ path }) => {
        const instead = parts[nameOf(path)];
        return { contents: typeof instead === "string" ? instead : insteadOf(path, instead) };
      });
      onLoad({ filter: /node-plop\/src\/node-plop\.js$/ }, ({ path }) => ({ contents: plopOf(path) }));
      onLoad(
        { filter: /handlebars\/lib\/handlebars\/compiler\/(javascript-)?compiler\.js$/ },
        ({ path }) => ({
          contents: withoutIds(readFileSync(path, "utf8")),
        }),
      );
      onLoad({ filter: filesOf(unusedMethods) }, ({ path }) => ({
        contents: unusedMethods[nameOf(path)].reduce(withoutMethod, readFileSync(path, "utf8")),
      }));
    },
  };
}

/** The same exports as the module's, each with the value that is given, or else a function that does nothing. */
function insteadOf(path, values) {
  const source = readFileSync(path, "utf8");
  const inPlace = [...source.matchAll(/^export (?:const|(?:async )?function) (\w+)/gm)].map(
    ([, name]) => name,
  );
  const listed = [...source.matchAll(/^export \{ (.*) \};$/gm)].flatMap(([, list]) => list.split(", "));
  const names = [...inPlace, ...listed];
  const unknown = Object.keys(values).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`${path} has no ${unknown}.`);
  return names.map((name) => `export const ${name} = ${values[name] ?? "() => {}"};`).join("\n");
}

/** Handlebars' compiler without two ways to compile that only Ember asked for. */
function withoutIds(source) {
  return source
    .replace(/\bthis\.(trackIds|stringParams) = .*/g, "")
    .replace(/\b(this|options)\.(trackIds|stringParams)\b/g, "false");
}

/** A module of Node's own loader can't be asked for in the bundle's CommonJS, and so by who is outside of it. */
function plopOf(path) {
  const source = readFileSync(path, "utf8");
  const changed = source
    .replace("await import(", "await loadModule(")
    .replace("createRequire(import.meta.url)", "createRequire(__filename)");
  if (changed.length !== source.length + 4 - 5) throw new Error("node-plop loads modules in other ways.");
  return `import { loadModule } from "${loader}";\n${changed}`;
}

/** By the indentation of code that was printed by a compiler. */
function withoutMethod(source, name) {
  const rest = source.replace(new RegExp(`^ {4}${name}\\(.*\\{(?:.*\\}|\\n[\\s\\S]*?^ {4}\\})\\n`, "gm"), "");
  if (rest === source) throw new Error(`There is no method ${name} to leave out.`);
  return rest;
}

function filesOf(map) {
  return new RegExp(`/node_modules/(${Object.keys(map).join("|")})\\.m?js$`);
}

function nameOf(path) {
  return path.slice(path.lastIndexOf("/node_modules/") + 14).replace(/\.m?js$/, "");
}
