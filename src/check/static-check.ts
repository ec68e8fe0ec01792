import type { Survey } from "./survey/survey.ts";
import type { CheckDefinition, Confidence, Factor, Severity } from "./types.ts";

/** What a rule saw; the check's own fix holds where it gives none. */
export type Fault = {
  readonly severity: Severity;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly evidence: string;
  readonly confidence: Confidence;
  readonly fix?: string;
};

/** Why a rule has nothing to look at. */
export type NotTried = { readonly notTried: string };

/** No fault is a pass. */
export type Verdict = readonly Fault[] | NotTried;

/** A check that reads. */
export type StaticCheck = CheckDefinition & { readonly judge: (survey: Survey) => Verdict };

type Words = Omit<StaticCheck, "slug" | "factor" | "proof">;

export function staticCheck(slug: `${Factor}/${string}`, parts: Words): StaticCheck {
  return { slug, factor: slug.slice(0, slug.indexOf("/")) as Factor, proof: "read", ...parts };
}

export const isNotTried = (verdict: Verdict): verdict is NotTried => "notTried" in verdict;

export const notTried = (reason: string): NotTried => ({ notTried: reason });

export type Place = { readonly file: string; readonly line: number | null } | null;
type Extra = { readonly confidence?: Confidence; readonly fix?: string };

export const violation = (message: string, place: Place, evidence: string, extra: Extra = {}): Fault => ({
  severity: "violation",
  message,
  file: place?.file ?? null,
  line: place?.line ?? null,
  evidence,
  confidence: "high",
  ...extra,
});

export const risk = (message: string, place: Place, evidence: string, extra: Extra = {}): Fault => ({
  ...violation(message, place, evidence, extra),
  severity: "risk",
});

export const advice = (message: string, place: Place, evidence: string, extra: Extra = {}): Fault => ({
  ...violation(message, place, evidence, extra),
  severity: "advice",
});
