// What a plain `create` doesn't run, as one chunk of the bundle: many small ones are larger, and load slower.
export { default as plopfile } from "../../../generators/plopfile.ts";
export { commitChanges } from "../commit/commit-changes.ts";
export { fillDirectory } from "../commit/fill-directory.ts";
export { conflictDiff, paintDiff } from "./conflict-diff.ts";
export { list } from "./list.ts";
export { recoverDirectory } from "./recover.ts";
export { renderFromReceipt } from "./render.ts";
export { changeRepo } from "./repo/change-verbs.ts";
export { diffRepo } from "./repo/diff-verb.ts";
export { explainPath } from "./repo/explain-verb.ts";
export { generate } from "./repo/generate-verb.ts";
export { undoLast } from "./repo/undo-verb.ts";
export { updateRepo } from "./repo/update-verb.ts";
export { reportError } from "./report-error.ts";
export { schema } from "./schema.ts";
