import { writeFileSync } from "node:fs";

export type Outcome = "passed" | "failed" | "skipped";

export type Result = {
  readonly subject: string;
  readonly check: string;
  readonly outcome: Outcome;
  /** Why it failed or could not run; null where it passed. */
  readonly reason: string | null;
  readonly ms: number;
};

/** What a check throws that can't be run here. It counts as skipped, never as passed. */
export class NotRun extends Error {}

export type Report = {
  /** Runs one check and prints its line. True when it passed. */
  readonly check: (subject: string, name: string, run: () => Promise<void>) => Promise<boolean>;
  /** A check that others build upon: it is run whatever is wanted. */
  readonly prepare: (subject: string, name: string, run: () => Promise<void>) => Promise<boolean>;
  readonly skip: (subject: string, name: string, reason: string) => void;
  readonly results: () => readonly Result[];
  /** `N passed, N failed, N skipped` */
  readonly summary: () => string;
  readonly write: (path: string) => void;
};

export type Wanted = (subject: string, check: string) => boolean;

/** Prints a line a check. What isn't wanted is neither run nor counted. */
export function openReport(wanted: Wanted, print: (line: string) => void): Report {
  const results: Result[] = [];
  const add = (result: Result): void => {
    results.push(result);
    print(lineOf(result));
  };
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length;
  const carryOut = async (subject: string, check: string, run: () => Promise<void>): Promise<boolean> => {
    const started = performance.now();
    const settle = (outcome: Outcome, reason: string | null): void =>
      add({ subject, check, outcome, reason, ms: Math.round(performance.now() - started) });
    try {
      await run();
      settle("passed", null);
      return true;
    } catch (error) {
      if (error instanceof NotRun) settle("skipped", error.message);
      else settle("failed", error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  return {
    check: async (subject, check, run) => (wanted(subject, check) ? carryOut(subject, check, run) : true),
    prepare: carryOut,
    skip: (subject, check, reason) => {
      if (wanted(subject, check)) add({ subject, check, outcome: "skipped", reason, ms: 0 });
    },
    results: () => results,
    summary: () => `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`,
    write: (path) => writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`),
  };
}

function lineOf({ subject, check, outcome, reason, ms }: Result): string {
  const word = outcome === "skipped" ? "not run" : outcome;
  const time = ms < 100 ? "" : ` (${(ms / 1000).toFixed(1)} s)`;
  const why = reason === null ? "" : `: ${reason.trim().replace(/\n/g, "\n    ")}`;
  return `${word.padEnd(7)} ${subject} | ${check}${time}${why}`;
}
