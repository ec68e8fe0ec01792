import type { Conflict } from "../types.ts";
import { diff3, type Range } from "./diff3.ts";
import { inFormOf, plainForm } from "./form.ts";
import type { Merged, MergeRequest } from "./light.ts";
import { eachSide, type Sides } from "./order.ts";

/** Three-way merge by line, with git's markers where both sides changed the same lines. */
export function mergeByLine({ path, base, ours, theirs }: MergeRequest): Merged {
  const pieces = mergedPieces({
    base: plainForm(base ?? ""),
    ours: plainForm(ours),
    theirs: plainForm(theirs),
  });
  const conflicts = pieces.flatMap((piece): Conflict[] => {
    if ("lines" in piece) return [];
    const reason = "You and the template both changed these lines.";
    return [{ path, keyPath: [], reason, ours: piece.ours.join("\n"), theirs: piece.theirs.join("\n") }];
  });
  const lines = pieces.flatMap((piece) => ("lines" in piece ? piece.lines : marked(piece)));
  return { text: inFormOf(ours, joined(lines)), conflicts };
}

/** The merge by line of texts in plain form, or null if any lines clash. */
export function cleanByLine(texts: Sides<string>): string | null {
  const pieces = mergedPieces(texts);
  return pieces.every((piece) => "lines" in piece) ? joined(pieces.flatMap(({ lines }) => lines)) : null;
}

/** Whether a file still holds the markers of an earlier merge. */
export function hasConflictMarkers(text: string): boolean {
  return /^<{7} /m.test(text) && /^={7}\r?$/m.test(text) && /^>{7} /m.test(text);
}

type Clean = { readonly lines: readonly string[] };
type Clash = { readonly ours: readonly string[]; readonly theirs: readonly string[] };

function mergedPieces(texts: Sides<string>): (Clean | Clash)[] {
  const lines = eachSide(texts, (text) => (text === "" ? [] : text.replace(/\n$/, "").split("\n")));
  const take = (side: keyof Sides<string>, [start, end]: Range) => lines[side].slice(start, end);
  return diff3(lines).flatMap(({ changed, ours, theirs }) => {
    if (changed === "clash") return trimmed(take("ours", ours), take("theirs", theirs));
    return [{ lines: changed === "theirs" ? take("theirs", theirs) : take("ours", ours) }];
  });
}

/** Takes out of a clash the lines at both its ends that are the same. */
function trimmed(ours: readonly string[], theirs: readonly string[]): (Clean | Clash)[] {
  const head = commonLength(ours, theirs);
  const rest = Math.min(ours.length, theirs.length) - head;
  const foot = Math.min(rest, commonLength(ours.toReversed(), theirs.toReversed()));
  return [
    { lines: ours.slice(0, head) },
    { ours: ours.slice(head, ours.length - foot), theirs: theirs.slice(head, theirs.length - foot) },
    { lines: ours.slice(ours.length - foot) },
  ];
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((line, index) => line !== b[index]);
  return at === -1 ? a.length : at;
}

function marked({ ours, theirs }: Clash): string[] {
  return ["<<<<<<< yours", ...ours, "=======", ...theirs, ">>>>>>> template"];
}

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
