import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { update } from "../../../../generators/update.ts";
import { Failure } from "../../../core/failure.ts";
import { receiptPath } from "../../../core/receipt.ts";
import type { Catalogue, Receipt } from "../../../core/types.ts";
import { version } from "../../../core/version.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import { releaseArguments, withoutExecContext } from "../../repo/other-release.ts";
import type { Invocation } from "../argv.ts";
import { verifyPacks } from "../create.ts";
import { endOnSignals } from "../interruption.ts";
import { print, resultStyle } from "../output.ts";
import { changeEntries, countChanges, fileList } from "./change-report.ts";
import { findRelease } from "./find-release.ts";
import { finishChange } from "./finish-change.ts";
import { openRepo, type Repo } from "./open-repo.ts";
import { prepareChange } from "./prepare-change.ts";
import { proposalOf } from "./proposal-of.ts";

/** Brings a repo to the templates of this release, or of the one that `--to` names, which then does it. */
export async function updateRepo(invocation: Invocation): Promise<number> {
  const interruption = endOnSignals();
  const { texts, switches, lists } = invocation;
  const repo = await openRepo(".", readBuiltCatalogue(), lists.pack);
  const to = texts.to === undefined ? version : await findRelease(texts.to, repo);
  if (to !== version) return updateBy(to, repo, invocation);
  const catalogue = repo.catalogues.current(repo.receipt);
  const decided = {
    ...update(catalogue, settled(repo.receipt, catalogue, invocation)),
    notes: packNotes(repo.receipt, catalogue),
  };
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

/** With an answer to whatever the packs ask now. */
export function settled(
  receipt: Receipt,
  { extension }: Catalogue,
  { texts, switches }: Pick<Invocation, "texts" | "switches">,
): Receipt {
  if (extension === undefined) return receipt;
  return { ...receipt, answers: extension.settle(receipt.answers, extension.fromFlags(texts, switches)) };
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

function updateBy(to: string, { root }: Repo, { switches, lists }: Invocation): number {
  const flags = [
    ...Object.entries(switches).map(([name, on]) => (on ? `--${name}` : `--no-${name}`)),
    ...(lists.pack ?? []).map((folder) => `--pack=${resolve(folder)}`),
    ...(lists.consent ?? []).map((integrity) => `--consent=${integrity}`),
  ];
  const { status, error } = spawnSync("npm", releaseArguments(to, ["update", ...flags]), {
    cwd: root,
    env: withoutExecContext(),
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error === undefined && status !== null) return status;
  throw new Failure({
    code: "update/npm",
    message: `npm could not run release ${to}${error === undefined ? "" : `: ${error.message}`}.`,
    fix: `Run npx create-twelve-factor@${to} update.`,
  });
}
