/** The verbs for repos that exist, in one chunk of the bundle. */
export { changeRepo } from "./change-verbs.ts";
export { diffRepo } from "./diff-verb.ts";
export { undoLast } from "./undo-verb.ts";
export { updateRepo } from "./update-verb.ts";
