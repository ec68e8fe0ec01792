import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { compareVersions, update } from "../../../../generators/update.ts";
import { Failure } from "../../../core/failure.ts";
import { receiptPath } from "../../../core/receipt.ts";
import type { Catalogue, Receipt } from "../../../core/types.ts";
import { version } from "../../../core/version.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import type { Invocation } from "../argv.ts";
import { verifyPacks } from "../create.ts";
import { endOnSignals } from "../interruption.ts";
import { print, resultStyle } from "../output.ts";
import { changeEntries, countChanges, fileList } from "./change-report.ts";
import { finishChange } from "./finish-change.ts";
import { openRepo, type Repo } from "./open-repo.ts";
import { prepareChange } from "./prepare-change.ts";
import { proposalOf } from "./proposal-of.ts";

/** Brings a repo to the templates of this release, or of the one that `--to` names, which then does it. */
export async function updateRepo(invocation: Invocation): Promise<number> {
  const interruption = endOnSignals();
  const { texts, switches, lists } = invocation;
  const repo = await openRepo(".", readBuiltCatalogue(), lists.pack);
  if (texts.to !== undefined && texts.to !== version) return updateBy(texts.to, repo, invocation);
  const catalogue = repo.catalogues.current(repo.receipt);
  const decided = { ...update(catalogue, repo.receipt), notes: packNotes(repo.receipt, catalogue) };
  const readOnly = switches.check === true;
  if (catalogue.packs !== undefined && !readOnly) await verifyPacks(catalogue, invocation);
  const prepared = await prepareChange({ catalogue, repo, decided, release: "running", readOnly });
  const from = repo.receipt.release.version;
  const proposal = proposalOf(prepared, from === version ? "update" : `update from ${from} to ${version}`);
  if (!readOnly) return finishChange(proposal, invocation, interruption);
  const changes = proposal.changes.filter(({ path }) => path !== receiptPath);
  const isThere = changes.length > 0 || proposal.conflicts.length > 0;
  if (switches.json) {
    const { conflicts } = proposal;
    print(
      `${JSON.stringify({ verb: "update", from, to: version, available: isThere, changes: changeEntries(changes), conflicts }, null, 2)}\n`,
    );
  } else if (isThere)
    print(`${proposal.title}: ${countChanges(changes)}\n${fileList(changes, resultStyle())}`);
  else print(`The files are as ${version} has them.\n`);
  return isThere ? 1 : 0;
}

function packNotes({ packs }: Receipt, catalogue: Catalogue): readonly string[] {
  return (catalogue.packs ?? []).flatMap(({ name, version: to }) => {
    const from = packs.find((pack) => pack.name === name)?.version;
    if (from === to) return [];
    return [
      from === undefined ? `The pack ${name} ${to} is new.` : `The pack ${name} goes from ${from} to ${to}.`,
    ];
  });
}

function updateBy(to: string, { receipt, root }: Repo, { switches, lists }: Invocation): number {
  if (!/^[a-z0-9][\w.+-]*$/i.test(to)) {
    throw new Failure({
      code: "usage/version",
      message: `"${to.slice(0, 60)}" is no version.`,
      fix: "Write one such as 1.2.3, or a tag such as latest.",
    });
  }
  if (/^\d/.test(to) && compareVersions(to, receipt.release.version) < 0) {
    throw new Failure({
      code: "receipt/newer",
      message: `This repo is of release ${receipt.release.version}, and ${to} is older.`,
      fix: "Templates don't go backwards. Restore an earlier commit instead.",
    });
  }
  const flags = [
    ...Object.entries(switches).map(([name, on]) => (on ? `--${name}` : `--no-${name}`)),
    ...(lists.pack ?? []).map((folder) => `--pack=${resolve(folder)}`),
    ...(lists.consent ?? []).map((integrity) => `--consent=${integrity}`),
  ];
  const name = "create-twelve-factor";
  const args = ["exec", "--yes", `--package=${name}@${to}`, "--", name, "update", ...flags];
  const { status, error } = spawnSync("npm", args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error === undefined && status !== null) return status;
  throw new Failure({
    code: "update/npm",
    message: `npm could not run ${name}@${to}${error === undefined ? "" : `: ${error.message}`}.`,
    fix: `Run npx ${name}@${to} update.`,
  });
}
