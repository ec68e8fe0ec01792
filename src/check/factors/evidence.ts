import type { Survey } from "../survey/survey.ts";

/** The line of a file, as evidence. */
export function lineOf({ repo }: Survey, file: string, line: number): string {
  return (repo.read(file)?.split("\n")[line - 1] ?? "").trim();
}

const shapes: readonly (readonly [RegExp, string])[] = [
  [/([a-z][\w+.-]*:\/\/[^\s:/@"'`]*:)[^\s@"'`]+@/gi, "$1***@"],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, "$1***"],
  [/\b(gh[pousr]_|github_pat_|glpat-|sk_live_|rk_live_|xox[baprs]-|npm_|SG\.)[\w.-]{8,}/g, "$1***"],
  [/(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*/g, "$1***"],
  [
    /((?:password|passwd|pwd|secret|token|api_?key|private_?key|credential)\w*["'`\]]*\s*(?:=>|[:=]|,)+\s*(?:\w+\()?["'`])[^"'`]+(["'`]?)/gi,
    "$1***$2",
  ],
  [/((?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)\w*=)[^\s"']+/g, "$1***"],
];

/** Hides what looks like a secret, and what a terminal would act on. */
export function maskEvidence(text: string): string {
  let masked = text;
  for (const [shape, instead] of shapes) masked = masked.replace(shape, instead);
  const printable = masked.replace(/\p{Cc}|\p{Cf}/gu, (control) =>
    control === "\n" || control === "\t" ? " " : "",
  );
  return printable.length > 200 ? `${printable.slice(0, 200)}…` : printable;
}
