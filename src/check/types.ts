/** The shapes of `check`: what a check is, what it finds, and what the report holds. */

export const factors = [
  "codebase",
  "dependencies",
  "config",
  "backing-services",
  "build-release-run",
  "processes",
  "port-binding",
  "concurrency",
  "disposability",
  "dev-prod-parity",
  "logs",
  "admin",
] as const;

export type Factor = (typeof factors)[number];

/** `violation`: the text says must, always or never; `risk`: should, strive; `advice`: beyond the text. */
export type Severity = "violation" | "risk" | "advice";

export type Confidence = "high" | "medium" | "low";

/** How a check comes to its verdict: by reading files, or by running the app. */
export type Proof = "read" | "run";

export type CheckDefinition = {
  /** `<factor>/<name>`, stable across releases. */
  readonly slug: string;
  readonly factor: Factor;
  readonly proof: Proof;
  readonly title: string;
  /** The question, in one sentence. */
  readonly asks: string;
  /** The reason, with the sentence of the manifesto that it rests on. */
  readonly why: string;
  readonly fix: string;
  /** What makes the check wrong. */
  readonly fooledBy: string;
};

export type Finding = {
  readonly slug: string;
  readonly factor: Factor;
  readonly severity: Severity;
  readonly message: string;
  /** Relative to the repo, `/`-separated; null where no file is to blame. */
  readonly file: string | null;
  /** From 1; null where no line is to blame. */
  readonly line: number | null;
  /** What was seen, with every secret masked. */
  readonly evidence: string;
  readonly fix: string;
  readonly confidence: Confidence;
};

/** A check that could not be tried. It has neither passed nor failed. */
export type NotRun = { readonly slug: string; readonly reason: string };

/** What was not stated and had to be guessed: `build command: npm ci`. */
export type Inference = { readonly what: string; readonly value: string; readonly from: string };
