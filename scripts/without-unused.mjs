import { readFileSync } from "node:fs";
import { unusedOfExeca, unusedOfJsonc, unusedOfYaml } from "./unused/parts.mjs";

const parts = { ...unusedOfExeca, ...unusedOfJsonc, ...unusedOfYaml };

/** Libraries load every way to use them; these are never used. */
export function withoutUnused() {
  const questions =
    /prompts\/lib\/(elements\/(date|number|autocomplete|autocompleteMultiselect|toggle)|dateparts\/index)\.js$/;
  const files = Object.keys(parts).join("|");
  return {
    name: "without-unused",
    setup({ onLoad }) {
      onLoad({ filter: questions }, () => ({ contents: "module.exports = class {};", loader: "js" }));
      onLoad({ filter: new RegExp(`/node_modules/(${files})\\.js$`) }, ({ path }) => {
        const instead = parts[path.slice(path.lastIndexOf("/node_modules/") + 14, -3)];
        return { contents: typeof instead === "string" ? instead : insteadOf(path, instead) };
      });
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
