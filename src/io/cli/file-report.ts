import type { Prepared } from "./prepare.ts";

/** What becomes of a file: the contract of `--json`. */
export type FileAction = "add" | "merge" | "overwrite" | "identical" | "keep" | "conflict" | "skip";

export type FileReport = { readonly path: string; readonly action: FileAction; readonly executable: boolean };

/** Every file of the tree with what becomes of it, by path. */
export function fileReports(prepared: Prepared): readonly FileReport[] {
  const { tree, reconciliation, decisions, skipped } = prepared;
  const actions = new Map<string, FileAction>(skipped.map((path) => [path, "skip"]));
  for (const path of reconciliation.identical) actions.set(path, "identical");
  for (const path of reconciliation.kept) actions.set(path, "keep");
  for (const { kind, path } of reconciliation.changes) {
    actions.set(
      path,
      kind === "add"
        ? "add"
        : decisions === "theirs" || decisions.get(path) === "theirs"
          ? "overwrite"
          : "merge",
    );
  }
  for (const { path, keyPath } of reconciliation.conflicts)
    if (keyPath.length === 0) actions.set(path, "conflict");
  return [...actions]
    .map(([path, action]) => ({ path, action, executable: tree.get(path)?.executable ?? false }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const wording: { readonly [action in FileAction]: string } = {
  add: "new",
  merge: "merged",
  overwrite: "overwritten",
  identical: "identical already",
  keep: "yours, kept",
  conflict: "in conflict",
  skip: "skipped",
};

/** `62 files: 60 new, 2 merged`; a bare `62 files` where all are new. */
export function countFiles(reports: readonly FileReport[]): string {
  const counts = (Object.keys(wording) as FileAction[])
    .map((action) => [reports.filter((report) => report.action === action).length, wording[action]] as const)
    .filter(([count]) => count > 0);
  const total = `${reports.length} ${reports.length === 1 ? "file" : "files"}`;
  if (counts.length === 1 && counts[0]?.[1] === wording.add) return total;
  const parts = counts.map(([count, words]) => `${count} ${words}`);
  return `${total}: ${parts.join(", ")}`;
}
