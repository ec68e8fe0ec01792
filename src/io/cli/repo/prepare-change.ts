import { readdirSync } from "node:fs";
import { type Changed, change, type Decided } from "../../../../generators/change.ts";
import { verifyNotNewer } from "../../../../generators/update.ts";
import { Failure } from "../../../core/failure.ts";
import { lockfiles } from "../../../core/lockfile/lockfile.ts";
import { plainForm } from "../../../core/merge/form.ts";
import { plan } from "../../../core/plan.ts";
import { printReceipt, receiptPath } from "../../../core/receipt.ts";
import { reconcile, sharesRole } from "../../../core/reconcile.ts";
import { renderReceipt } from "../../../core/render-receipt.ts";
import type { Answers, Catalogue, Change, FileContent, Receipt, Tree } from "../../../core/types.ts";
import { version } from "../../../core/version.ts";
import { readPaths } from "../../read-paths.ts";
import { changedSinceHead } from "../../repo/git-status.ts";
import { renderRecorded, whatIsMissing } from "../../repo/recorded-render.ts";
import { skippedLine } from "../skipped-line.ts";
import { fitToPlace, type Repo } from "./open-repo.ts";

/** All that a verb would do to a repo, worked out in memory. */
export type PreparedChange = Changed & {
  readonly repo: Repo;
  readonly notes: readonly string[];
  /** The command that installs what the new manifest asks for; null where no manifest changed. */
  readonly install: readonly string[] | null;
};

export type ChangeIntent = {
  readonly catalogue: Catalogue;
  readonly repo: Repo;
  readonly decided: Decided;
  /** Whether the files are brought to this release, or stay with the one that the repo was written by. */
  readonly release: "recorded" | "running";
  /** Whether it is only to be looked at, so that nothing has to be refused. */
  readonly readOnly?: boolean;
};

/** Works a change out; refuses what it may not touch: files with conflict markers or with edits that no commit has. */
export async function prepareChange(intent: ChangeIntent): Promise<PreparedChange> {
  const { catalogue, repo, decided } = intent;
  verifyNotNewer(repo.receipt);
  const { release, packs } = repo.receipt;
  const running = { version, integrity: catalogue.integrity };
  const to =
    intent.release === "running"
      ? { release: running, packs: catalogue.packs ?? [], answers: decided.answers }
      : { release, packs, answers: decided.answers };
  const rendered = await renderBoth(intent, { ...to, kept: repo.receipt.kept });
  const sides = onlyDifferent(rendered);
  const ours = new Map(readPaths(repo.root, pathsToRead(repo.root, sides))).set(
    receiptPath,
    repo.receiptFile,
  );
  const changed = await change({ from: repo.receipt, to, ours, ...sides, merging: repo.sides !== null });
  if (intent.readOnly !== true) {
    const touched = [...changed.changes, ...changed.conflicts].map(({ path }) => path);
    verifyUnmarked(touched, ours);
    await verifyClean(repo, changed, sides.base);
  }
  const notes = [...decided.notes, ...rendered.notes];
  return { ...changed, repo, notes, install: installAfter({ intent, changed, ours, base: rendered.base }) };
}

type Rendered = { readonly base: Tree | null; readonly theirs: Tree; readonly notes: readonly string[] };

async function renderBoth({ catalogue, repo, release }: ChangeIntent, to: Receipt): Promise<Rendered> {
  const { receipt } = repo;
  const shaped = (tree: Tree) => fitToPlace(repo, tree);
  const from = repo.sides === null ? [receipt] : sidesOf(repo.sides, receipt);
  const wanted = release === "recorded" ? [to] : [];
  const trees = await renderRecorded(catalogue, repo, [...from, ...wanted]);
  const missing = whatIsMissing(catalogue, receipt);
  if (trees !== null) {
    const theirs = release === "recorded" ? (trees.at(-1) as Tree) : renderReceipt(catalogue, to);
    const base = await baseOf(trees.slice(0, from.length));
    return { base: shaped(base), theirs: shaped(theirs), notes: skipped(repo, base, theirs) };
  }
  const theirs = shaped(renderReceipt(catalogue, to));
  if (release === "running")
    return { base: null, theirs, notes: [`${missing} Your files and the new ones are merged without it.`] };
  const here = from.map((each) => renderReceipt(catalogue, each));
  return {
    base: shaped(await baseOf(here)),
    theirs,
    notes: [`${missing} What this release would change in between is applied.`],
  };
}

/** What is new and has no effect where this repo is. */
function skipped(repo: Repo, base: Tree, theirs: Tree): readonly string[] {
  const fitting = fitToPlace(repo, theirs);
  const paths = [...theirs.keys()].filter((path) => !base.has(path) && !fitting.has(path));
  return paths.length === 0 ? [] : [skippedLine({ skipped: paths, target: repo.target })];
}

function sidesOf({ base, ours, theirs }: NonNullable<Repo["sides"]>, merged: Receipt): readonly Receipt[] {
  return base === null ? [merged, ours, theirs] : [merged, ours, theirs, base];
}

/**
 * What a repo has of the templates: one render, or after a merge of two branches what both brought along. What only the
 * two together call for is in none of them, and so the next verb adds it.
 */
async function baseOf(trees: readonly Tree[]): Promise<Tree> {
  const [merged, ours, theirs, base] = trees as [Tree, Tree?, Tree?, Tree?];
  if (ours === undefined || theirs === undefined) return merged;
  const known = new Map([...merged].filter(([path]) => ours.has(path) || theirs.has(path)));
  if (base === undefined) return known;
  const { changes, conflicts } = await reconcile({ base, ours, theirs });
  const clashing = new Set(conflicts.map(({ path }) => path));
  const both = new Map(ours);
  for (const change of changes) {
    if (change.kind === "delete") both.delete(change.path);
    else both.set(change.path, change.after);
  }
  for (const path of clashing) {
    const file = known.get(path);
    if (file === undefined) both.delete(path);
    else both.set(path, file);
  }
  return both;
}

/** Files that the templates don't change are not looked at. */
function onlyDifferent({ base, theirs }: Pick<Rendered, "base" | "theirs">): {
  base: Tree | null;
  theirs: Tree;
} {
  if (base === null) return { base, theirs };
  const differs = (path: string) => !alike(base.get(path), theirs.get(path));
  return {
    base: new Map([...base].filter(([path]) => differs(path))),
    theirs: new Map([...theirs].filter(([path]) => differs(path))),
  };
}

function alike(a: FileContent | undefined, b: FileContent | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.executable === b.executable && Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

function bytesOf({ content }: FileContent): Uint8Array {
  return typeof content === "string" ? Buffer.from(content) : content;
}

/** The paths of both sides, and files at the root that do what one of them does under another name. */
function pathsToRead(root: string, { base, theirs }: Pick<Rendered, "base" | "theirs">): readonly string[] {
  const paths = [...new Set([...(base?.keys() ?? []), ...theirs.keys()])].filter(
    (path) => path !== receiptPath,
  );
  const added = paths.filter((path) => !base?.has(path) && !path.includes("/"));
  const alikeNames = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !paths.includes(entry.name))
    .map((entry) => entry.name)
    .filter((name) => added.some((path) => sharesRole(path, name)));
  return [...paths, ...alikeNames];
}

/** Refuses files among these that hold the markers of a merge that isn't finished. */
export function verifyUnmarked(paths: Iterable<string>, ours: Tree): void {
  const marked = [...new Set(paths)].filter((path) => {
    const content = ours.get(path)?.content;
    const text = typeof content === "string" ? content : Buffer.from(content ?? "").toString("utf8");
    return path !== receiptPath && /^<{7}( |$)/m.test(text) && /^>{7}( |$)/m.test(text);
  });
  if (marked.length === 0) return;
  throw new Failure({
    code: "repo/markers",
    message: `Conflict markers remain in ${marked.join(", ")}, which this would change.`,
    fix: "Resolve them first, then run this again.",
  });
}

/** Edits that are in no commit can't be had back, so a file with such is not merged into. */
async function verifyClean(
  { root, target, receipt, sides, receiptFile }: Repo,
  { changes }: Changed,
  base: Tree | null,
) {
  const recorded = new Map(base);
  if (sides === null) recorded.set(receiptPath, { content: printReceipt(receipt), executable: false });
  else recorded.set(receiptPath, receiptFile);
  const edited = changes.flatMap((change) =>
    change.kind === "add" || sameText(change.before, recorded.get(change.path)) ? [] : [change.path],
  );
  if (edited.length === 0 || target.workTree === null) return;
  const dirty = changedSinceHead(root, target.workTree, edited);
  const refused = edited.filter((path) => dirty?.has(path));
  if (refused.length === 0) return;
  const them = refused.length === 1 ? "it" : "them";
  throw new Failure({
    code: "repo/dirty",
    message: `You have edits in ${refused.join(", ")} that aren't committed, and this would change ${them}.`,
    fix: `Commit or stash ${them}, then run this again.`,
  });
}

/** Line ends, a BOM and the final newline are no edits. */
function sameText(a: FileContent, b: FileContent | undefined): boolean {
  if (b === undefined || a.executable !== b.executable) return false;
  if (typeof a.content === "string" && typeof b.content === "string")
    return plainForm(a.content) === plainForm(b.content);
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

type Install = {
  readonly intent: ChangeIntent;
  readonly changed: Changed;
  readonly ours: Tree;
  readonly base: Tree | null;
};

/** Frozen where the lockfile is what the templates say; else one that brings the person's lockfile up to the manifest. */
function installAfter({ intent, changed, ours, base }: Install): readonly string[] | null {
  const touched = new Set([...changed.changes, ...changed.conflicts].map(({ path }) => path));
  const found = Object.entries(lockfiles).find(
    ([name, { manifest }]) =>
      (base?.has(name) || ours.has(name)) && (touched.has(name) || touched.has(manifest)),
  );
  if (found === undefined) return null;
  const [name, { manifest }] = found;
  const isOurs = (path: string) => {
    const [mine, recorded] = [ours.get(path), base?.get(path)];
    return mine === undefined || (recorded !== undefined && sameText(mine, recorded));
  };
  if (!isOurs(name) || !isOurs(manifest)) return lockfiles[name]?.resolve ?? null;
  return frozenInstall(intent.catalogue, changed.receipt.answers, changed.changes);
}

/** The install of the stack's package manager, where one of the changes calls for it. */
export function frozenInstall(
  catalogue: Catalogue,
  answers: Answers,
  changes: readonly Change[],
): readonly string[] | null {
  const manifests = new Set(Object.entries(lockfiles).flatMap(([name, { manifest }]) => [name, manifest]));
  if (!changes.some(({ path }) => manifests.has(path))) return null;
  const { context } = plan(catalogue, answers);
  const project = context.project as { readonly packageManager?: { readonly install?: readonly string[] } };
  return project.packageManager?.install ?? null;
}
