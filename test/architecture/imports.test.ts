import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pure =
  /^(yaml|jsonc-parser|toml-eslint-parser|smol-toml|diff|handlebars(\/.+)?|@lezer\/.+|dockerfile-ast)$/;

const sources = ["bin", "generators", "src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path)),
);

/** What a file may import, by the folder it is in: other folders of the project, and packages. */
function allowed(file: string, imported: string): boolean {
  const inside = (folder: string) => imported.startsWith(`${folder}/`);
  if (file.startsWith("src/core/")) return inside("src/core") || pure.test(imported);
  if (file === "generators/plopfile.ts") return true;
  if (file.startsWith("generators/")) return inside("generators") || inside("src/core");
  if (file.startsWith("src/check/"))
    return inside("src/check") || inside("src/core") || !imported.startsWith("src/");
  if (inside("generators")) return file.startsWith("src/io/cli/") || file.startsWith("bin/");
  if (imported === "node-plop" || imported === "plop") return file === "src/io/plop/host.ts";
  return true;
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g);
  return [...found].map(([, name]) =>
    (name as string).startsWith(".")
      ? relative(root, resolve(root, dirname(file), name as string))
      : (name as string),
  );
}

describe("imports", () => {
  it("go from bin to generators, io and check, and from those to core", () => {
    expect(sources.length).toBeGreaterThan(20);
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter((imported) => !allowed(file, imported))
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(wrong).toEqual([]);
  });

  it("are of our own files by their full name", () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file).filter(
        (imported) => /^(src|bin|generators)\//.test(imported) && !imported.endsWith(".ts"),
      ),
    );
    expect(wrong).toEqual([]);
  });
});
