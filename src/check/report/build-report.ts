import { type Chapter, chapterOf, chaptersOf, type Manifest } from "../manifests.ts";
import type { Suppressed } from "../suppressions.ts";
import type { CheckDefinition, Factor, Finding, Inference, NotRun, Proof } from "../types.ts";

/** What one half of the check brought: reading, or running. */
export type Half = {
  readonly findings: readonly Finding[];
  readonly notRun: readonly NotRun[];
  readonly passed: readonly string[];
  readonly inferred: readonly Inference[];
};

export type ChapterSummary = Chapter & {
  /** The strongest proof there is: by running, only by reading, or none. */
  readonly proof: Proof | "none";
  readonly passed: number;
  readonly findings: number;
  readonly notRun: number;
};

export type Report = {
  readonly findings: readonly Finding[];
  readonly notRun: readonly NotRun[];
  readonly passed: readonly string[];
  readonly factors: readonly ChapterSummary[];
  readonly inferred: readonly Inference[];
  readonly suppressed: readonly Suppressed[];
  /** Languages whose source is there and was not read. */
  readonly unread: readonly string[];
};

type Parts = {
  readonly read: Half;
  /** Null where the app was not run. */
  readonly run: Half | null;
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
  readonly unread: readonly string[];
  readonly manifest: Manifest;
  readonly checks: ReadonlyMap<string, CheckDefinition>;
};

const ranks = { violation: 0, risk: 1, advice: 2 } as const;

/** Joins both halves, the worst of each factor first. */
export function buildReport({ read, run, findings, suppressed, unread, manifest, checks }: Parts): Report {
  const chapters = chaptersOf(manifest);
  const place = (slug: string, factor: Factor) => chapterOf(manifest, factor, slug).number;
  const order = new Map(chapters.map(({ number }, index) => [number, index]));
  const rankOf = ({ slug, factor }: Finding) => order.get(place(slug, factor)) ?? 0;
  const sorted = [...findings].sort((a, b) => rankOf(a) - rankOf(b) || ranks[a.severity] - ranks[b.severity]);
  const passed = [...read.passed, ...(run?.passed ?? [])];
  const notRun = [...read.notRun, ...(run?.notRun ?? [])];
  const isIn = (number: string) => (slug: string) => place(slug, slug.split("/")[0] as Factor) === number;
  const proofOf = (slugs: readonly string[]): Proof | "none" => {
    if (slugs.some((slug) => checks.get(slug)?.proof === "run")) return "run";
    return slugs.length > 0 ? "read" : "none";
  };
  const judged = [
    ...passed,
    ...findings.map(({ slug }) => slug),
    ...suppressed.map(({ finding }) => finding.slug),
  ];
  const factors = chapters.map((chapter) => {
    const isHere = isIn(chapter.number);
    return {
      ...chapter,
      proof: proofOf(judged.filter(isHere)),
      passed: passed.filter(isHere).length,
      findings: findings.filter(({ slug }) => isHere(slug)).length,
      notRun: notRun.filter(({ slug }) => isHere(slug)).length,
    };
  });
  const inferred = [...read.inferred, ...(run?.inferred ?? [])];
  return { findings: sorted, notRun, passed, factors, inferred, suppressed, unread };
}
