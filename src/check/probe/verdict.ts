import type { CheckDefinition, Confidence, Factor, Severity } from "../types.ts";
import type { Lab } from "./lab.ts";
import type { Observations } from "./observations.ts";

/** What a scenario could not try, and why. */
export type NotTried = { readonly notTried: string };

export type Fault = {
  readonly severity: Severity;
  readonly message: string;
  readonly evidence: string;
  readonly confidence: Confidence;
  /** The process type whose line is to blame, where one is. */
  readonly type?: string;
};

/** No fault is a pass. */
export type Verdict = readonly Fault[] | NotTried;

/** A check of the running app: which scenario it looks at, and how it judges what was seen there. */
export type DynamicCheck = CheckDefinition & {
  readonly scenario: keyof Observations;
  readonly judge: (observations: Observations, lab: Lab) => Verdict;
};

type Words = Omit<CheckDefinition, "slug" | "factor" | "proof">;

/** Judges one scenario; where that was not tried, neither was the check. */
export function dynamicCheck<K extends keyof Observations>(
  slug: `${Factor}/${string}`,
  scenario: K,
  parts: Words & { readonly judge: (seen: Tried<K>, lab: Lab) => Verdict },
): DynamicCheck {
  return jointCheck(slug, scenario, {
    ...parts,
    judge: (observations, lab) => {
      const seen: unknown = observations[scenario];
      return isNotTried(seen) ? seen : parts.judge(seen as Tried<K>, lab);
    },
  });
}

/** Judges by what several scenarios saw. */
export function jointCheck(
  slug: `${Factor}/${string}`,
  scenario: keyof Observations,
  parts: Words & Pick<DynamicCheck, "judge">,
): DynamicCheck {
  return { slug, factor: slug.slice(0, slug.indexOf("/")) as Factor, proof: "run", scenario, ...parts };
}

type Tried<K extends keyof Observations> = Exclude<Observations[K], NotTried>;

export const isNotTried = (value: unknown): value is NotTried =>
  typeof value === "object" && value !== null && "notTried" in value;

export const pass: readonly Fault[] = [];

export const notTried = (reason: string): NotTried => ({ notTried: reason });

type Extra = { readonly confidence?: Confidence; readonly type?: string };

export const violation = (message: string, evidence: string, extra: Extra = {}): Fault => ({
  severity: "violation",
  message,
  evidence,
  confidence: "high",
  ...extra,
});

export const risk = (message: string, evidence: string, extra: Extra = {}): Fault => ({
  ...violation(message, evidence, extra),
  severity: "risk",
});

export const advice = (message: string, evidence: string, extra: Extra = {}): Fault => ({
  ...violation(message, evidence, extra),
  severity: "advice",
});
