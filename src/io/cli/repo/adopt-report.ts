import type { Detection, Fact } from "../../../check/detect/detection.ts";
import { exampleFor } from "../../../check/detect/examples.ts";
import { maskEvidence } from "../../../check/factors/evidence.ts";
import type { Finding } from "../../../check/types.ts";
import { printable } from "../../../core/printable.ts";
import type { Answers } from "../../../core/types.ts";
import type { Style } from "../style.ts";
import type { Offer, Offers } from "./adopt-offers.ts";

/** A line of what was found. */
export type Row = Fact & { readonly what: string };

/** All that was found, with where; what the person said instead has no place. */
export function rowsOf(found: Detection | null, answers: Answers): readonly Row[] {
  const { facts, packageManager, processes, services, env } = answers;
  if (facts === undefined) return [];
  const row = (what: string, value: string, fact: Fact | null | undefined): Row =>
    fact && fact.value === value
      ? { what, ...fact }
      : { what, value, file: null, line: null, sure: value !== "" };
  const unknown = (found?.processes ?? []).filter(
    ({ name, value }) => value === "" && processes.every((process) => process.name !== name),
  );
  return [
    row("framework", facts.framework, found?.framework),
    row("package manager", packageManager, found?.packageManager),
    ...Object.entries(facts.toolchain).map(([tool, version]) =>
      row(
        tool,
        version,
        found?.toolchain.find((each) => each.tool === tool),
      ),
    ),
    ...(["install", "build", "test", "release"] as const)
      .filter((step) => facts[step] !== "" || found?.[step])
      .map((step) => row(step, facts[step], found?.[step])),
    ...processes.map(({ name }) =>
      row(
        name,
        facts.commands[name] ?? "",
        found?.processes.find((process) => process.name === name),
      ),
    ),
    ...unknown.map((process) => ({ what: process.name, ...process })),
    ...services.map((id) =>
      row(
        "service",
        id,
        found?.services.find(({ value }) => value === id),
      ),
    ),
    ...(found?.services ?? [])
      .filter(({ value, variable }) => variable === null && !services.includes(value))
      .map((service) => ({ what: "service", ...service })),
    ...(found?.ci ? [{ what: "CI", ...found.ci }] : []),
    ...env.map(({ name }) => {
      const read = found?.variables.find((variable) => variable.name === name);
      return {
        what: "variable",
        value: name,
        file: read?.file ?? null,
        line: read?.line ?? null,
        sure: true,
      };
    }),
  ];
}

const placeOf = ({ file, line }: { readonly file: string | null; readonly line: number | null }): string =>
  file === null ? "" : line === null ? file : `${file}:${line}`;

export function rowLines(rows: readonly Row[], style: Style): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  const wide = Math.min(60, Math.max(...rows.map(({ value }) => value.length)));
  return rows
    .map((row) => {
      const mark = row.sure ? " " : style.yellow("?");
      const value = row.value === "" ? "not known" : printable(row.value);
      const note = row.note === undefined ? "" : `  ${style.yellow(row.note)}`;
      return `${mark} ${style.dim(row.what.padEnd(width))}  ${maskEvidence(value).padEnd(wide)}  ${style.dim(placeOf(row))}${note}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join("");
}

export function offerLines({ offers, withheld }: Offers, taken: ReadonlySet<string>, style: Style): string {
  const ids = [...offers, ...withheld].map(({ id }) => id.length);
  const width = Math.max(...ids, 0);
  const lines = offers.map((offer) => {
    const mark = taken.has(offer.id) ? style.green("+") : " ";
    const paths = offer.changes.map(({ path }) => path).join(", ");
    return `${mark} ${style.cyan(offer.id.padEnd(width))}  ${paths} ${style.dim(`(${count(offer.lines, "line")})`)}\n${endings(offer, style)}`;
  });
  const not = withheld.map(({ id, reason }) => style.dim(`- ${id.padEnd(width)}  ${printable(reason)}`));
  return `${lines.join("")}${not.map((line) => `${line}\n`).join("")}`;
}

function endings({ ends, brings }: Offer, style: Style): string {
  const more = brings.filter(({ severity }) => severity !== "advice");
  const list = (findings: readonly Finding[]) => [...new Set(findings.map(({ slug }) => slug))].join(", ");
  return [
    ...(ends.length > 0 ? [`    ends ${list(ends)}`] : []),
    ...(more.length > 0 ? [style.yellow(`    asks for more: ${list(more)}`)] : []),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;

/** What only the person can change, in code or in files of theirs, each with a way to do it in its language. */
export type Advice = {
  readonly slug: string;
  readonly severity: string;
  readonly place: string;
  readonly message: string;
  readonly fix: string;
  readonly example: string | null;
};

export function adviceOf(after: readonly Finding[], language: string): readonly Advice[] {
  return after
    .filter(({ file, severity }) => file !== null && severity !== "advice")
    .map(({ slug, severity, file, line, message, fix }) => ({
      slug,
      severity,
      place: placeOf({ file, line }),
      message,
      fix,
      example: exampleFor(slug, language),
    }));
}

export function adviceLines(advice: readonly Advice[], style: Style): string {
  const shown = new Set<string>();
  return advice
    .map(({ slug, place, message, fix, example }) => {
      const isFirst = !shown.has(slug);
      shown.add(slug);
      const sample = example?.split("\n").map((line) => `      ${line}\n`);
      return (
        `  ${place}  ${printable(message)} ${style.dim(`(${slug})`)}\n` +
        (isFirst ? `    ${printable(fix)}\n${sample ? style.dim(sample.join("")) : ""}` : "")
      );
    })
    .join("");
}
