import { Failure } from "../../../core/failure.ts";
import type { Tree } from "../../../core/types.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import { entryAt } from "../../commit/entry.ts";
import { fillDirectory } from "../../commit/fill-directory.ts";
import type { Invocation } from "../argv.ts";
import { print, printData } from "../output.ts";
import { findTarget } from "../target.ts";
import { fleetFiles } from "./fleet-files.ts";

/** Writes what rolls packs out: a preset for Renovate, a workflow for GitHub Actions, and the list of repos. */
export async function writeFleet(folder: string, { switches }: Invocation): Promise<number> {
  const { root, exists } = findTarget(folder);
  if (!exists)
    throw new Failure({
      code: "pack/folder",
      message: `${folder} isn't there.`,
      fix: "Name the folder of the repository that the packs are in.",
    });
  const files = fleetFiles(readBuiltCatalogue());
  const taken = Object.keys(files).find((path) => entryAt(root, path).kind !== "absent");
  if (taken !== undefined)
    throw new Failure({
      code: "pack/exists",
      message: `${taken} is there already.`,
      fix: "Move it away first.",
    });
  const tree: Tree = new Map(
    Object.entries(files).map(([path, content]) => [path, { content, executable: false }]),
  );
  fillDirectory({ root, tree });
  const written = Object.keys(files);
  if (switches.json) printData({ directory: root, files: written }, 2);
  else
    print(
      `${written.map((path) => `  + ${path}\n`).join("")}\nNext: write the repos into fleet/repos.txt.\n`,
    );
  return 0;
}
