import { validateAnswers } from "../src/core/answers.ts";
import { Failure } from "../src/core/failure.ts";
import type { Catalogue, Receipt } from "../src/core/types.ts";
import { version } from "../src/core/version.ts";
import type { Decided } from "./change.ts";

/** The same answers, for the templates of this release. A repo of a later one is refused. */
export function update(catalogue: Catalogue, receipt: Receipt): Decided {
  verifyNotNewer(receipt);
  validateAnswers(catalogue, receipt.answers);
  return { answers: receipt.answers, notes: [] };
}

/** An older release doesn't know what a later one wrote. */
export function verifyNotNewer({ release }: Receipt): void {
  if (compareVersions(release.version, version) <= 0) return;
  throw new Failure({
    code: "receipt/newer",
    message: `This repo is of release ${release.version}, and this is ${version}, which is older.`,
    fix: `Run npx create-twelve-factor@${release.version}, or a later one, with the same arguments.`,
  });
}

/** Negative where `a` comes before `b`, by semantic versioning. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (const at of [0, 1, 2]) {
    const difference = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  if (left.label === right.label) return 0;
  if (left.label === "") return 1;
  if (right.label === "") return -1;
  return left.label.localeCompare(right.label, "en", { numeric: true });
}

function parts(version: string): { readonly numbers: readonly number[]; readonly label: string } {
  const [core = "", ...label] = (version.split("+")[0] ?? "").split("-");
  return { numbers: core.split(".").map(Number), label: label.join("-") };
}
