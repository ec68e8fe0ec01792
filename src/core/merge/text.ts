import type { Conflict } from "../types.ts";
import { diff3, differences, type Range } from "./diff3.ts";
import { inFormOf, plainForm } from "./form.ts";
import { keyOfLines, withoutKeptLines } from "./kept-lines.ts";
import type { Merged, MergeRequest } from "./light.ts";
import { eachSide, type Sides } from "./order.ts";

/** Three-way merge by line, with git's markers where both sides changed the same lines. */
export function mergeByLine({ path, base, ours, theirs, kept = new Set() }: MergeRequest): Merged {
  const lines = eachSide({ base: base ?? "", ours, theirs }, (text) => linesOf(plainForm(text)));
  const { base: known, released } = withoutKeptLines(lines, kept);
  const pieces = mergedPieces({ ...lines, base: known });
  const conflicts = pieces.flatMap((piece): Conflict[] => {
    if ("lines" in piece) return [];
    const reason = "You and the template both changed these lines.";
    return [{ path, keyPath: [], reason, ours: piece.ours.join("\n"), theirs: piece.theirs.join("\n") }];
  });
  const text = joined(pieces.flatMap((piece) => ("lines" in piece ? piece.lines : marked(piece))));
  const both = pieces.flatMap((piece) =>
    "lines" in piece && piece.foundAt !== null && piece.lines.length > 0
      ? [keyOfLines(lines.theirs, piece.foundAt, piece.lines.length)]
      : [],
  );
  return { text: inFormOf(ours, text), conflicts, found: base === null ? [] : both, released };
}

/** The merge by line of texts in plain form, or null if any lines clash. */
export function cleanByLine(texts: Sides<string>): string | null {
  const pieces = mergedPieces(eachSide(texts, linesOf));
  return pieces.every((piece) => "lines" in piece) ? joined(pieces.flatMap(({ lines }) => lines)) : null;
}

/** Whether a file still holds the markers of an earlier merge. */
export function hasConflictMarkers(text: string): boolean {
  return /^<{7} /m.test(text) && /^={7}\r?$/m.test(text) && /^>{7} /m.test(text);
}

/** `foundAt`: where theirs has these lines that both sides made, each by itself. */
type Clean = { readonly lines: readonly string[]; readonly foundAt: number | null };
type Clash = { readonly ours: readonly string[]; readonly theirs: readonly string[] };

function mergedPieces(lines: Sides<readonly string[]>): (Clean | Clash)[] {
  const take = (side: keyof Sides<string>, [start, end]: Range) => lines[side].slice(start, end);
  return diff3(lines).flatMap(({ changed, ours, theirs }) => {
    if (changed === "clash") return trimmed(take("ours", ours), take("theirs", theirs), theirs[0]);
    const side = changed === "theirs" ? take("theirs", theirs) : take("ours", ours);
    return [{ lines: side, foundAt: changed === "alike" ? theirs[0] : null }];
  });
}

/** Takes out of a clash what both sides have: at its ends, and within where it is more than a coincidence. */
function trimmed(ours: readonly string[], theirs: readonly string[], start: number): (Clean | Clash)[] {
  const pieces: (Clean | Clash)[] = [];
  const from = { ours: 0, theirs: 0 };
  const clashes = differences(ours, theirs);
  for (const [index, clash] of clashes.entries()) {
    const shared = ours.slice(from.ours, clash.ours[0]);
    const last = pieces.at(-1);
    if (index > 0 && shared.length < COINCIDENCE && last && "ours" in last) {
      const upTo = (side: "ours" | "theirs", lines: readonly string[]) => [
        ...last[side],
        ...shared,
        ...lines.slice(...clash[side]),
      ];
      pieces[pieces.length - 1] = { ours: upTo("ours", ours), theirs: upTo("theirs", theirs) };
    } else {
      pieces.push(
        { lines: shared, foundAt: start + clash.theirs[0] - shared.length },
        { ours: ours.slice(...clash.ours), theirs: theirs.slice(...clash.theirs) },
      );
    }
    [from.ours, from.theirs] = [clash.ours[1], clash.theirs[1]];
  }
  const rest = ours.slice(from.ours);
  return [...pieces, { lines: rest, foundAt: start + theirs.length - rest.length }];
}

const COINCIDENCE = 4;

function marked({ ours, theirs }: Clash): string[] {
  return ["<<<<<<< yours", ...ours, "=======", ...theirs, ">>>>>>> template"];
}

function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
