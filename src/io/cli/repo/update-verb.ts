import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { update } from "../../../../generators/update.ts";
import { Failure } from "../../../core/failure.ts";
import { printable } from "../../../core/printable.ts";
import { receiptPath } from "../../../core/receipt.ts";
import type { Catalogue, Receipt } from "../../../core/types.ts";
import { version } from "../../../core/version.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import { releaseArguments, withoutExecContext } from "../../repo/other-release.ts";
import type { Invocation } from "../argv.ts";
import { verifyPacks } from "../create.ts";
import { endOnSignals } from "../interruption.ts";
import { print, printData, resultStyle } from "../output.ts";
import { styleFor } from "../style.ts";
import { changeEntries, countChanges, fileList, noteLine } from "./change-report.ts";
import { findRelease } from "./find-release.ts";
import { finishChange, type Proposal } from "./finish-change.ts";
import { openRepo, type Repo } from "./open-repo.ts";
import { prepareChange } from "./prepare-change.ts";
import { proposalOf } from "./proposal-of.ts";

/** Brings a repo to the templates of this release, or of the one that `--to` names, which then does it. */
export async function updateRepo(invocation: Invocation): Promise<number> {
  const interruption = endOnSignals();
  const { texts, switches, lists } = invocation;
  if (texts.reject !== undefined)
    return (await import("./reject-update.ts")).rejectUpdate(invocation, interruption);
  const repo = await openRepo(".", readBuiltCatalogue(), lists.pack);
  const to = texts.to === undefined ? version : await findRelease(texts.to, repo);
  if (to !== version) return updateBy(to, repo, invocation);
  const readOnly = switches.check === true;
  const { proposal, packs } = await proposeUpdate(repo, invocation);
  if (!readOnly) return finishChange(proposal, invocation, interruption);
  const { title, conflicts } = proposal;
  const changes = proposal.changes.filter(({ path }) => path !== receiptPath);
  const isThere = changes.length > 0 || conflicts.length > 0;
  const { release, rejected = [] } = repo.receipt;
  const { stderr } = process;
  if (isThere && !switches.json)
    stderr.write(proposal.notes.map((note) => noteLine(note, styleFor(stderr))).join(""));
  if (switches.json) {
    const told = { verb: "update", from: release.version, to: version, available: isThere, packs };
    printData({ ...told, changes: changeEntries(changes), conflicts, rejected }, 2);
  } else if (isThere) print(`${title}: ${countChanges(changes)}\n${fileList(changes, resultStyle())}`);
  else print(`The files are as ${version} has them.\n`);
  return isThere ? 1 : 0;
}

/** A pack of a repo, from the version that it was written with to the one that an update takes. */
export type PackMove = { readonly name: string; readonly from: string | null; readonly to: string };

/** What an update of this release does to a repo; with `--check`, only to look at. */
export async function proposeUpdate(
  repo: Repo,
  invocation: Invocation,
): Promise<{ readonly proposal: Proposal; readonly packs: readonly PackMove[] }> {
  const catalogue = repo.catalogues.current(repo.receipt);
  const readOnly = invocation.switches.check === true;
  const packs = (catalogue.packs ?? []).map(({ name, version: to }): PackMove => {
    const from = repo.receipt.packs.find((pack) => pack.name === name)?.version ?? null;
    return { name, from, to };
  });
  const decided = {
    ...update(catalogue, settled(repo.receipt, catalogue, invocation)),
    notes: [...packNotes(packs), ...rejectedNotes(repo.receipt)],
  };
  if (catalogue.packs !== undefined && !readOnly) await verifyPacks(catalogue, invocation);
  const prepared = await prepareChange({ catalogue, repo, decided, release: "running", readOnly });
  const from = repo.receipt.release.version;
  const title = from === version ? "update" : `update from ${from} to ${version}`;
  return { proposal: proposalOf(prepared, title), packs };
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

function packNotes(packs: readonly PackMove[]): readonly string[] {
  return packs.flatMap(({ name, from, to }) => {
    if (from === to) return [];
    return [
      from === null ? `The pack ${name} ${to} is new.` : `The pack ${name} goes from ${from} to ${to}.`,
    ];
  });
}

function rejectedNotes({ rejected = [] }: Receipt): readonly string[] {
  return rejected.map(({ name, version: at, reason }) =>
    printable(`The pack ${name} ${at} was rejected: ${reason}`),
  );
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
