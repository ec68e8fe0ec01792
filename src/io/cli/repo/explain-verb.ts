import { explain, type Source } from "../../../core/explain.ts";
import { Failure } from "../../../core/failure.ts";
import { plan } from "../../../core/plan.ts";
import { printable } from "../../../core/printable.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import type { Invocation } from "../argv.ts";
import { print, printData, resultStyle } from "../output.ts";
import { openRepo, recordedCatalogue } from "./open-repo.ts";

/** Prints which pack and layer an emitted file comes from, key by key where it is merged of several. */
export async function explainPath({ positionals, switches, lists }: Invocation): Promise<number> {
  const [asked] = positionals;
  if (asked === undefined) {
    throw new Failure({
      code: "usage/missing",
      message: "explain needs the path of a file.",
      fix: "Name one that was emitted, from the root of the repo: explain Dockerfile",
    });
  }
  const repo = await openRepo(".", readBuiltCatalogue(), lists.pack);
  const catalogue = recordedCatalogue(repo);
  const path = asked.replaceAll("\\", "/").replace(/^\.\//, "");
  const { near, ...explained } = explain(plan(catalogue, repo.receipt.answers), path);
  if (explained.sources.length === 0) {
    throw new Failure({
      code: "explain/path",
      message: `No template of this repo writes ${printable(path).slice(0, 200)}.`,
      fix: near === null ? "It is a file of yours. git log -- FILE tells about it." : `Did you mean ${near}?`,
    });
  }
  if (switches.json) {
    printData(explained, 2);
    return 0;
  }
  const style = resultStyle();
  const versions = new Map((catalogue.packs ?? []).map(({ name, version }) => [name, version]));
  const by = (pack: string | null) =>
    pack === null ? "create-twelve-factor" : `${pack} ${versions.get(pack)}`;
  const line = ({ pack, file, condition, blocks }: Source) => [
    `  ${style.cyan(file)}  ${by(pack)}${condition.length === 0 ? "" : style.dim(`  with ${condition.join(", ")}`)}\n`,
    ...blocks.map((block) => `    ${style.cyan(block.file)}  ${by(block.pack)}\n`),
  ];
  const parts = explained.parts.map(
    ({ part, files }) => `  ${printable(part, "\t")}  ${style.dim(files.join(" and "))}\n`,
  );
  const title = `${style.bold(path)}\n${explained.sources.flatMap(line).join("")}`;
  print(parts.length === 0 ? title : `${title}\n${style.bold("Of these")}\n${parts.join("")}`);
  return 0;
}
