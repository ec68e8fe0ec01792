import { Failure } from "../core/failure.ts";
import { isDataMap, listAt, textAt } from "./parsers/data.ts";
import { parseJson } from "./parsers/json.ts";
import type { Repo } from "./repo.ts";
import type { Finding } from "./types.ts";

/** A finding that the owners of a repo accept, and why. */
export type Suppression = {
  readonly slug: string;
  /** Only in this file; anywhere when null. */
  readonly file: string | null;
  readonly reason: string;
  /** The file that states it. */
  readonly from: string;
};

export type Suppressed = { readonly finding: Finding; readonly reason: string };

export const suppressionFiles = [".twelve-factor-check.json", ".twelve-factor.json"];

/** Reads `suppressions` of `.twelve-factor-check.json` and of the receipt; throws where one has no reason. */
export function readSuppressions(repo: Repo, slugs: ReadonlySet<string>): Suppression[] {
  return suppressionFiles.flatMap((from) => {
    const text = repo.read(from);
    if (text === null) return [];
    const data = parseJson(text);
    if (!data || !isDataMap(data.value)) {
      if (from === ".twelve-factor.json") return [];
      throw unusable(from, "it isn't a JSON object");
    }
    return listAt(data.value, "suppressions").map((entry) => suppressionOf(entry, from, slugs));
  });
}

/** What forbids that a finding is suppressed, as a sentence; null where nothing does. */
export type Veto = (finding: Finding, suppression: Suppression) => string | null;

export function applySuppressions(
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
  veto: Veto = () => null,
): {
  readonly kept: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
  readonly unused: readonly Suppression[];
} {
  const kept: Finding[] = [];
  const suppressed: Suppressed[] = [];
  const used = new Set<Suppression>();
  for (const finding of findings) {
    const own = suppressions.find(
      ({ slug, file }) => slug === finding.slug && (file === null || file === finding.file),
    );
    if (own) {
      used.add(own);
      const forbidden = veto(finding, own);
      if (forbidden === null) suppressed.push({ finding, reason: own.reason });
      else kept.push({ ...finding, message: `${finding.message} ${forbidden}` });
    } else kept.push(finding);
  }
  return { kept, suppressed, unused: suppressions.filter((each) => !used.has(each)) };
}

function suppressionOf(entry: unknown, from: string, slugs: ReadonlySet<string>): Suppression {
  const slug = textAt(entry, "slug");
  const reason = textAt(entry, "reason")?.trim() ?? "";
  if (slug === null) throw unusable(from, "a suppression has no slug");
  if (!slugs.has(slug)) throw unusable(from, `there is no check ${slug.slice(0, 60)}`);
  if (reason === "") throw unusable(from, `the suppression of ${slug} has no reason`);
  return { slug, file: textAt(entry, "file"), reason, from };
}

function unusable(file: string, reason: string): Failure {
  return new Failure({
    code: "check/suppressions",
    message: `The suppressions of ${file} can't be used: ${reason}.`,
    fix: 'Write { "suppressions": [{ "slug": "config/…", "file": "src/…", "reason": "…" }] }; file may be left out.',
    state: "Nothing was judged.",
  });
}
