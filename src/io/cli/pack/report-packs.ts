import { Failure } from "../../../core/failure.ts";
import { printable } from "../../../core/printable.ts";
import { receiptPath } from "../../../core/receipt.ts";
import type { RejectedPack } from "../../../core/types.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import type { Invocation } from "../argv.ts";
import { print, printData, resultStyle } from "../output.ts";
import { openRepo } from "../repo/open-repo.ts";
import { type PackMove, proposeUpdate } from "../repo/update-verb.ts";

/** How far a checked-out repo is from what its packs and this release have now. */
type Reported = {
  readonly directory: string;
  readonly name: string;
  /** The release that it was written by. */
  readonly release: string;
  readonly packs: readonly PackMove[];
  readonly rejected: readonly RejectedPack[];
  /** Files that an update would change, and where it would conflict. */
  readonly changes: readonly string[];
  readonly conflicts: readonly string[];
};
type Unreadable = { readonly directory: string; readonly error: string };

/** Lists the versions and the drift of repos; gives 1 where one has drifted, or can't be told. */
export async function reportPacks(invocation: Invocation): Promise<number> {
  const directories = invocation.positionals.slice(1);
  if (directories.length === 0) {
    throw new Failure({
      code: "usage/pack",
      message: "pack report needs directories.",
      fix: "Name those of the repos: pack report repos/*",
    });
  }
  const reported: (Reported | Unreadable)[] = [];
  for (const directory of directories) reported.push(await reportOf(directory, invocation));
  const { json } = invocation.switches;
  if (json) printData({ repos: reported }, 2);
  else print(table(reported));
  return reported.every((each) => !("error" in each) && !hasDrift(each)) ? 0 : 1;
}

async function reportOf(directory: string, invocation: Invocation): Promise<Reported | Unreadable> {
  try {
    const repo = await openRepo(directory, readBuiltCatalogue(), invocation.lists.pack);
    const switches = { ...invocation.switches, check: true };
    const { proposal, packs } = await proposeUpdate(repo, { ...invocation, switches });
    const { answers, release, rejected = [] } = repo.receipt;
    return {
      directory,
      name: answers.name,
      release: release.version,
      packs,
      rejected,
      changes: proposal.changes.map(({ path }) => path).filter((path) => path !== receiptPath),
      conflicts: [...new Set(proposal.conflicts.map(({ path }) => path))],
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { directory, error: error.message };
  }
}

function hasDrift({ changes, conflicts }: Reported): boolean {
  return changes.length + conflicts.length > 0;
}

function table(reported: readonly (Reported | Unreadable)[]): string {
  const style = resultStyle();
  const rows = reported.map((each) => {
    if ("error" in each) return [printable(each.directory), "", "", style.red(printable(each.error))];
    const { directory, release, packs, rejected, changes, conflicts } = each;
    const moves = packs.map(({ name, from, to }) =>
      from === to ? `${name} ${to}` : `${name} ${from ?? "none"} → ${to}`,
    );
    const counted = [
      ...(changes.length > 0 ? [`${changes.length} to change`] : []),
      ...(conflicts.length > 0 ? [`${conflicts.length} in conflict`] : []),
    ];
    const drift =
      counted.length > 0 ? style.yellow(`files: ${counted.join(", ")}`) : style.green("up to date");
    const refused = rejected.map(({ name, version, reason }) => `; ${name} ${version} rejected: ${reason}`);
    return [directory, release, moves.join(", ") || "no pack", drift + printable(refused.join(""))].map(
      (cell, at) => (at === 3 ? cell : printable(cell)),
    );
  });
  const titles = ["repo", "release", "packs", "drift"];
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `${cells.map((cell, at) => (at === 3 ? cell : cell.padEnd(widths[at] ?? 0))).join("  ")}\n`;
  return style.bold(line(titles)) + rows.map(line).join("");
}
