import { commitChanges } from "./commit-changes.ts";
import type { CreateRequest } from "./create-directory.ts";

/** Writes a whole tree into an empty directory that must stay where it is. All of it is there, or nothing. */
export function fillDirectory({ root, tree, onStep }: CreateRequest): void {
  const changes = [...tree].map(([path, after]) => ({ kind: "add" as const, path, after }));
  commitChanges({ root, changes, durable: false, ...(onStep && { onStep }) });
}
