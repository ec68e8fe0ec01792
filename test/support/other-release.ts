import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packProgram } from "../../scripts/program-file.mjs";
import { partsOf } from "../../src/io/program-file.ts";

/**
 * Packs a tarball as another release: its version, and in its README template a heading that differs. What stands for
 * it in the bundle has the same length, since the catalogue finds its parts by offsets.
 */
export async function packOtherRelease(tarball: string, folder: string, version: string): Promise<string> {
  const at = mkdtempSync(join(folder, "release-"));
  execFileSync("tar", ["-xzf", tarball, "-C", at]);
  const root = join(at, "package");
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const edit = (name: string, change: (text: string) => string) => {
    const path = join(root, name);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  };
  const own = new RegExp(`(?<=["\`])${manifest.version.replaceAll(".", "\\.")}(?=["\`\\n])`, "g");
  const renamed = (text: string) => text.replace(own, version);
  for (const name of readdirSync(join(root, "dist")).filter((name) => name.endsWith(".cjs"))) {
    edit(`dist/${name}`, renamed);
  }
  edit("package.json", renamed);
  const edited = (name: string, text: string): string => {
    switch (name) {
      case "catalogue.txt":
        return replaced(text, "## Deploying", "## Shipping!");
      case "catalogue.json":
        return replaced(text, "sha512-", "sha512-0ther").replace(/(sha512-0ther.{5}).{5}/, "$1");
      default:
        return renamed(text);
    }
  };
  const program = join(root, "dist/program.br");
  const section = partsOf(program).map(
    ([name, bytes]) => [name, Buffer.from(edited(name, bytes.toString("latin1")), "latin1")] as const,
  );
  writeFileSync(program, await packProgram([section]));
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--loglevel=error", "--pack-destination", at], {
      cwd: root,
      encoding: "utf8",
    }),
  );
  return join(at, packed.filename);
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`There is no "${from}" to replace.`);
  return text.replace(from, to);
}
