import type { Finding, NotRun, Severity } from "../types.ts";
import type { ChapterSummary, Report } from "./build-report.ts";

type Paint = {
  readonly [name in "bold" | "dim" | "red" | "yellow" | "cyan" | "green"]: (text: string) => string;
};

export type TextOptions = {
  readonly style: Paint;
  readonly booted: boolean;
  /** The chapter of each finding. */
  readonly chapterOf: (finding: Finding) => string;
};

const marks: { readonly [severity in Severity]: string } = { violation: "✖", risk: "▲", advice: "·" };

/** The findings of each factor, then how far each factor is proven. */
export function textReport(report: Report, options: TextOptions): string {
  const { style, chapterOf } = options;
  const sections = report.factors.flatMap((factor) => {
    const findings = report.findings.filter((finding) => chapterOf(finding) === factor.number);
    if (findings.length === 0) return [];
    const title = style.bold(`${factor.number}. ${factor.title}`);
    return [`${title}\n${findings.map((finding) => describe(finding, style)).join("\n")}\n`];
  });
  return `${[...sections, summary(report, options)].join("\n")}\n`;
}

function describe(finding: Finding, style: Paint): string {
  const { severity, slug, message, file, line, evidence, fix, confidence } = finding;
  const paint = { violation: style.red, risk: style.yellow, advice: style.cyan }[severity];
  const place = file === null ? "" : `${file}${line === null ? "" : `:${line}`}`;
  const unsure = confidence === "high" ? "" : style.dim(` (${confidence} confidence)`);
  const lines = [
    `  ${paint(`${marks[severity]} ${severity}`)}  ${slug}${unsure}`,
    ...(place === "" ? [] : [`    ${place}`]),
    `    ${message}`,
    ...(evidence === "" ? [] : evidence.split("\n").map((text) => style.dim(`    | ${text}`))),
    `    Fix: ${fix}`,
  ];
  return `${lines.join("\n")}\n`;
}

function summary(report: Report, { style, booted }: TextOptions): string {
  const { factors, findings, suppressed, passed, notRun, unread, inferred } = report;
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const lines = [
    style.bold("Factors"),
    `  proven by running    ${names(factors, "run")}`,
    `  only by reading      ${names(factors, "read")}`,
    `  not at all           ${names(factors, "none")}`,
    "",
    ...(inferred.length === 0
      ? []
      : [
          style.bold("Inferred"),
          ...inferred.map(({ what, value, from }) => `  ${what}: ${value} ${style.dim(`(${from})`)}`),
          "",
        ]),
    ...notRunLines(notRun, style),
    ...(unread.length === 0
      ? []
      : [`Source in ${unread.join(", ")} was not read: only what its descriptors say.`, ""]),
    `${plural(count("violation"), "violation")}, ${plural(count("risk"), "risk")}, ${count("advice")} advice; ${passed.length} passed, ${notRun.length} not run${suppressed.length === 0 ? "" : `, ${suppressed.length} suppressed`}.`,
    ...(booted ? [] : [style.dim("Read only. With --boot the app is built, run and probed.")]),
  ];
  return lines.join("\n");
}

function names(factors: readonly ChapterSummary[], proof: ChapterSummary["proof"]): string {
  const chosen = factors.filter((factor) => factor.proof === proof);
  return chosen.length === 0 ? "none" : chosen.map(({ number, title }) => `${number} ${title}`).join(" · ");
}

/** By their reason, since one absent file keeps many checks from running. */
function notRunLines(notRun: readonly NotRun[], style: Paint): string[] {
  if (notRun.length === 0) return [];
  const reasons = new Map<string, string[]>();
  for (const { slug, reason } of notRun) reasons.set(reason, [...(reasons.get(reason) ?? []), slug]);
  return [
    style.bold("Not run"),
    ...[...reasons].map(([reason, slugs]) => `  ${reason}: ${style.dim(slugs.join(", "))}`),
    "",
  ];
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
