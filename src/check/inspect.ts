import { staticChecks } from "./factors/catalogue.ts";
import { maskEvidence } from "./factors/evidence.ts";
import type { Repo } from "./repo.ts";
import { type Fault, isNotTried, type StaticCheck } from "./static-check.ts";
import type { KeptFacts } from "./survey/kept-facts.ts";
import { survey } from "./survey/survey.ts";
import type { Finding, Inference, NotRun } from "./types.ts";

export type InspectOptions = {
  /** Slugs, or factors; all when absent. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly procfile?: string | null;
  readonly kept?: KeptFacts | null;
};

export type Inspection = {
  readonly findings: readonly Finding[];
  readonly notRun: readonly NotRun[];
  readonly passed: readonly string[];
  readonly inferred: readonly Inference[];
  /** Languages whose source is there and was not read. */
  readonly unread: readonly string[];
};

/** Judges a repo by its files alone. */
export async function inspect(repo: Repo, options: InspectOptions = {}): Promise<Inspection> {
  const chosen = staticChecks.filter((check) => isChosen(check, options));
  if (chosen.length === 0) return { findings: [], notRun: [], passed: [], inferred: [], unread: [] };
  const { procfile = null, kept = null } = options;
  const seen = await survey(repo, { procfile, kept });
  const verdicts = chosen.map((check) => ({ check, verdict: check.judge(seen) }));
  return {
    findings: verdicts.flatMap(({ check, verdict }) =>
      isNotTried(verdict) ? [] : verdict.map((fault) => findingOf(check, fault)),
    ),
    notRun: verdicts.flatMap(({ check: { slug }, verdict }) =>
      isNotTried(verdict) ? [{ slug, reason: verdict.notTried }] : [],
    ),
    passed: verdicts.flatMap(({ check: { slug }, verdict }) =>
      !isNotTried(verdict) && verdict.length === 0 ? [slug] : [],
    ),
    inferred: seen.commands
      .filter(({ origin, through }) => origin === "script" && through === null)
      .map(({ process, text, file }) => ({
        what: `process ${process}`,
        value: maskEvidence(text),
        from: file,
      })),
    unread: seen.sources.unread,
  };
}

const isChosen = ({ slug, factor }: StaticCheck, { only, skip = [] }: InspectOptions): boolean =>
  (!only || only.includes(slug) || only.includes(factor)) && !skip.includes(slug) && !skip.includes(factor);

function findingOf({ slug, factor, fix }: StaticCheck, fault: Fault): Finding {
  return {
    slug,
    factor,
    severity: fault.severity,
    message: maskEvidence(fault.message),
    file: fault.file,
    line: fault.line,
    evidence: maskEvidence(fault.evidence),
    fix: fault.fix ?? fix,
    confidence: fault.confidence,
  };
}
