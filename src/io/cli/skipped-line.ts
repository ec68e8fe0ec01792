import type { Prepared } from "./prepare.ts";

/** Why some files aren't written; they'd have no effect where the target is. */
export function skippedLine({ skipped, target }: Pick<Prepared, "skipped" | "target">): string {
  const above =
    target.workTree !== null && target.workTree !== target.root ? target.workTree : target.workspace;
  return `Skipped ${skipped.join(", ")}: that counts only at the root, which is ${above}.`;
}
