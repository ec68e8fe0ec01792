import { update } from "../../../../generators/update.ts";
import { Failure } from "../../../core/failure.ts";
import { receiptPath } from "../../../core/receipt.ts";
import type { Change, Tree } from "../../../core/types.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import { readPaths } from "../../read-paths.ts";
import { renderRecorded, whatIsMissing } from "../../repo/recorded-render.ts";
import type { Invocation } from "../argv.ts";
import { paintDiff } from "../conflict-diff.ts";
import { print, printData, resultStyle } from "../output.ts";
import { changeEntries, conflictLines, diffOf } from "./change-report.ts";
import { fitToPlace, openRepo, type Repo } from "./open-repo.ts";
import { prepareChange } from "./prepare-change.ts";
import { settled } from "./update-verb.ts";

/** Prints what the person changed since it was emitted, and what an update would change. */
export async function diffRepo(invocation: Invocation): Promise<number> {
  const { positionals, switches, lists } = invocation;
  const built = readBuiltCatalogue();
  const repo = await openRepo(".", built, lists.pack);
  const catalogue = repo.catalogues.current(repo.receipt);
  const [path] = positionals;
  const isAsked = (candidate: string) =>
    path === undefined || candidate === trimmed(path) || candidate.startsWith(`${trimmed(path)}/`);
  const trees = await renderRecorded(built, repo, [repo.receipt]);
  const base = trees === null ? null : fitToPlace(repo, trees[0] as Tree);
  const edits = base === null ? null : editsSince(repo, base).filter((change) => isAsked(change.path));
  const prepared = await prepareChange({
    catalogue,
    repo,
    decided: update(catalogue, settled(repo.receipt, catalogue, invocation)),
    release: "running",
    readOnly: true,
  });
  const updates = prepared.changes.filter((change) => change.path !== receiptPath && isAsked(change.path));
  const conflicts = prepared.conflicts.filter((conflict) => isAsked(conflict.path));
  if (path !== undefined && ![...(base?.keys() ?? []), ...updates.map((change) => change.path)].some(isAsked))
    throw unknownPath(path);
  if (switches.json) {
    const json = {
      edits: edits && changeEntries(edits),
      update: { changes: changeEntries(updates), conflicts },
    };
    printData(json, 2);
    return 0;
  }
  const style = resultStyle();
  const section = (title: string, changes: readonly Change[]) =>
    changes.length === 0
      ? ""
      : `${style.bold(title)}\n${changes.map((change) => paintDiff(diffOf(change), style)).join("\n")}\n`;
  const unknown = `${whatIsMissing(built, repo.receipt)} So nobody can tell what you changed.\n`;
  const yours = edits === null ? unknown : section("What you changed since it was emitted", edits);
  const ours = section("What an update would change", updates) + conflictLines(conflicts, style);
  print(yours + ours || "You changed nothing since it was emitted, and an update would change nothing.\n");
  return 0;
}

function editsSince(repo: Repo, base: Tree): readonly Change[] {
  const paths = [...base.keys()].filter((path) => path !== receiptPath);
  const ours = readPaths(repo.root, paths);
  return paths.flatMap((path): Change[] => {
    const [before, after] = [base.get(path), ours.get(path)];
    if (before === undefined) return [];
    if (after === undefined) return [{ kind: "delete", path, before }];
    const isSame = before.executable === after.executable && sameBytes(before.content, after.content);
    return isSame ? [] : [{ kind: "modify", path, before, after }];
  });
}

function sameBytes(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string)) === 0;
}

function trimmed(path: string): string {
  return path.replace(/^\.\//, "").replace(/\/$/, "");
}

function unknownPath(path: string): Failure {
  return new Failure({
    code: "diff/path",
    message: `${path} isn't among the files that the templates have.`,
    fix: "Name one that they have, or a directory, from the root of the repo. git diff shows all others.",
  });
}
