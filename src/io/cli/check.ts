import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { explain } from "../../check/explain.ts";
import { staticChecks } from "../../check/factors/catalogue.ts";
import { type Inspection, type InspectOptions, inspect } from "../../check/inspect.ts";
import { chapterOf, type Manifest } from "../../check/manifests.ts";
import type { ProbeResult } from "../../check/probe/probe.ts";
import { listingOf, type Repo, readListing, readRepo, repoAsListed } from "../../check/repo.ts";
import { buildReport, type Report } from "../../check/report/build-report.ts";
import { applySuppressions, readSuppressions, type Suppression } from "../../check/suppressions.ts";
import { type CheckDefinition, factors, type NotRun } from "../../check/types.ts";
import { Failure } from "../../core/failure.ts";
import { nearest } from "../../core/nearest.ts";
import { version } from "../../core/version.ts";
import { factsOf } from "../kept-facts.ts";
import type { CheckRules } from "../pack/check-rules.ts";
import { Cancelled } from "../prompt/cancelled.ts";
import type { Invocation } from "./argv.ts";
import { print, printData, resultStyle } from "./output.ts";

/** From here on the optimising compiler, which the entry point left out, saves more than it takes. */
const manyFiles = 400;

type Format = "text" | "json" | "sarif";

/** Measures a repo; or tells what there is to measure, with `list` and `explain SLUG`. */
export async function check(invocation: Invocation): Promise<number> {
  const [first, second] = invocation.positionals;
  if (first === "list" && second === undefined) return listChecks(invocation);
  if (first === "explain") return explainCheck(second, invocation);
  if (second !== undefined) throw usage(`"${second}" is one argument too many.`, "Name one directory.");
  return measure(first ?? ".", invocation);
}

async function measure(directory: string, { texts, switches }: Invocation): Promise<number> {
  const format = formatOf(texts, switches);
  const manifest = manifestOf(texts.manifest);
  const boot = switches.boot === true;
  const only = listOf(texts.only);
  const skip = listOf(texts.skip);
  const checks = boot || only.length + skip.length > 0 ? await allChecks() : staticOnly();
  for (const name of [...only, ...skip]) verifyName(name, checks);
  const procfile = texts.procfile ?? null;
  const chosen = { ...(only.length > 0 ? { only } : {}), skip, procfile };
  const kept = factsOf(resolve(directory));
  const before = kept.listing === null ? null : readListing(kept.listing);
  const reading = readRepo(directory, before);
  const guess =
    boot || before === null ? null : guessedFrom(repoAsListed(directory, before), { ...chosen, kept });
  const [repo] = await Promise.all([reading, kept.isEmpty && parsersFor(directory)]);
  if (!boot && repo.paths.length >= manyFiles) setFlagsFromString("--opt");
  if (procfile !== null && repo.read(procfile) === null) throw noProcfile(procfile, directory);
  const suppressions = await statedSuppressions(repo);
  const listing = repo.tracked && repo.paths.length < manyFiles ? listingOf(repo) : null;
  const inspected = (listing === kept.listing && (await guess)) || (await inspect(repo, { ...chosen, kept }));
  kept.write(listing);
  const read = boot
    ? inspected
    : { ...inspected, notRun: [...inspected.notRun, ...unbooted(checks, only, skip)] };
  const run = boot ? await runProbe(resolve(directory), { ...chosen, texts }) : null;
  const rules = await packRules(repo, directory);
  const judged = rules.raise([...read.findings, ...(run?.findings ?? [])]);
  const found = applySuppressions(judged, suppressions, rules.veto);
  const report = buildReport({
    read,
    run,
    findings: found.kept,
    suppressed: found.suppressed,
    unread: inspected.unread,
    manifest,
    checks,
  });
  for (const { slug, from } of found.unused)
    process.stderr.write(`${from} suppresses ${slug}, of which nothing is found.\n`);
  print(await write(report, { format, manifest, boot, checks }));
  return report.findings.some(({ severity }) => severity === "violation") ? 1 : 0;
}

/** While git tells which files there are: what is found if they are the same ones as at the last check. */
function guessedFrom(repo: Repo, options: InspectOptions): Promise<Inspection | null> {
  return inspect(repo, options).catch(() => null);
}

/** What the packs of the repo say of checks; they are read only where its receipt names some. */
async function packRules(repo: Repo, directory: string): Promise<CheckRules> {
  const receipt = repo.read(".twelve-factor.json");
  if (receipt === null || !/"packs": *\[\s*\{/.test(receipt)) return { raise: (findings) => findings };
  return (await import("../pack/check-rules.ts")).checkRulesOf(receipt, resolve(directory));
}

/** Loads what most repos need while git tells what is in this one. */
async function parsersFor(directory: string): Promise<void> {
  await import("../../check/parsers/yaml.ts");
  if (existsSync(join(directory, "package.json"))) await import("../../check/parsers/source/javascript.ts");
}

/** Checks that were asked for by name, and need the app to run. */
function unbooted(
  checks: ReadonlyMap<string, CheckDefinition>,
  only: readonly string[],
  skip: readonly string[],
): NotRun[] {
  return [...checks.values()]
    .filter(({ slug, proof }) => proof === "run" && only.includes(slug) && !skip.includes(slug))
    .map(({ slug }) => ({ slug, reason: "the app was not run: add --boot" }));
}

type Written = {
  readonly format: Format;
  readonly manifest: Manifest;
  readonly boot: boolean;
  readonly checks: ReadonlyMap<string, CheckDefinition>;
};

async function write(report: Report, { format, manifest, boot, checks }: Written): Promise<string> {
  if (format === "json") return (await import("../../check/report/json-report.ts")).jsonReport(report);
  if (format === "sarif") {
    const { sarifReport } = await import("../../check/report/sarif-report.ts");
    return sarifReport(report, { checks, version });
  }
  const { textReport } = await import("../../check/report/text-report.ts");
  return textReport(report, {
    style: resultStyle(),
    booted: boot,
    chapterOf: ({ factor, slug }) => chapterOf(manifest, factor, slug).number,
  });
}

type Probing = {
  readonly only?: readonly string[];
  readonly skip: readonly string[];
  readonly procfile: string | null;
  readonly texts: Invocation["texts"];
};

/** Runs the other half. A signal ends all that it started before this process ends. */
async function runProbe(directory: string, { texts, ...chosen }: Probing): Promise<ProbeResult> {
  const { probe } = await import("../../check/probe/probe.ts");
  const controller = new AbortController();
  const stop = () => controller.abort(new Cancelled("The app was stopped; the repo is as it was."));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, stop);
  try {
    return await probe({
      ...chosen,
      directory,
      build: texts.build ?? null,
      envFile: texts["env-file"] ?? null,
      services: servicesOf(texts.service),
      ...(texts.timeout === undefined ? {} : { timeoutSeconds: secondsOf(texts.timeout) }),
      signal: controller.signal,
      onProgress: (stage) => process.stderr.write(`${stage}\n`),
    });
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason;
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

async function listChecks({ switches }: Invocation): Promise<number> {
  const checks = [...(await allChecks()).values()];
  if (switches.json) {
    printData(checks.map(wordsOf), 2);
    return 0;
  }
  const style = resultStyle();
  const width = Math.max(...checks.map(({ slug }) => slug.length));
  for (const factor of factors) {
    const { number, title } = chapterOf("classic", factor);
    const rows = checks
      .filter((each) => each.factor === factor)
      .map(
        ({ slug, proof, title: name }) =>
          `  ${style.cyan(slug.padEnd(width))}  ${proof.padEnd(4)}  ${name}\n`,
      );
    print(`${style.bold(`${number}. ${title}`)}\n${rows.join("")}\n`);
  }
  return 0;
}

async function explainCheck(slug: string | undefined, { texts, switches }: Invocation): Promise<number> {
  const checks = await allChecks();
  if (slug === undefined) throw usage("explain needs a check.", "See `check list` for those that there are.");
  verifyName(slug, checks);
  const chosen = [...checks.values()].filter((each) => each.slug === slug || each.factor === slug);
  const manifest = manifestOf(texts.manifest);
  print(
    switches.json
      ? `${JSON.stringify(chosen.map(wordsOf), null, 2)}\n`
      : chosen.map((each) => explain(each, manifest)).join("\n"),
  );
  return 0;
}

function wordsOf({ slug, factor, proof, title, asks, why, fix, fooledBy }: CheckDefinition): CheckDefinition {
  return { slug, factor, proof, title, asks, why, fix, fooledBy };
}

async function allChecks(): Promise<ReadonlyMap<string, CheckDefinition>> {
  const { dynamicChecks } = await import("../../check/probe/catalogue.ts");
  const all = factors.flatMap((factor) =>
    [...staticChecks, ...dynamicChecks].filter((each) => each.factor === factor),
  );
  return new Map(all.map((each) => [each.slug, each]));
}

const staticOnly = (): ReadonlyMap<string, CheckDefinition> =>
  new Map(staticChecks.map((each) => [each.slug, each]));

/** The catalogue of the other half is loaded only where a repo suppresses something. */
async function statedSuppressions(repo: Repo): Promise<Suppression[]> {
  const { suppressionFiles } = await import("../../check/suppressions.ts");
  const stated = suppressionFiles.some((file) => repo.read(file)?.includes('"suppressions"'));
  return stated ? readSuppressions(repo, new Set((await allChecks()).keys())) : [];
}

function formatOf(texts: Invocation["texts"], switches: Invocation["switches"]): Format {
  const stated = texts.format ?? (switches.json ? "json" : "text");
  if (stated !== "text" && stated !== "json" && stated !== "sarif")
    throw usage(`There is no format "${stated}".`, "Use text, json or sarif.");
  if (switches.json && stated !== "json") throw usage("--json contradicts --format.", "Give one of them.");
  return stated;
}

function manifestOf(stated = "classic"): Manifest {
  if (stated === "classic" || stated === "next") return stated;
  throw usage(`There is no manifest "${stated}".`, "Use classic or next.");
}

function servicesOf(stated: string | undefined): { [variable: string]: string } {
  return Object.fromEntries(
    listOf(stated).map((entry) => {
      const at = entry.indexOf("=");
      if (at < 1)
        throw usage(`"${entry.slice(0, 20)}" names no service.`, "Write --service DATABASE_URL=postgres://…");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

function secondsOf(stated: string): number {
  const seconds = Number(stated);
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw usage("--timeout takes seconds, at most 3600.", "Write --timeout 60.");
}

const listOf = (stated: string | undefined): string[] =>
  (stated ?? "").split(",").flatMap((item) => (item.trim() === "" ? [] : [item.trim()]));

function verifyName(name: string, checks: ReadonlyMap<string, CheckDefinition>): void {
  if (checks.has(name) || (factors as readonly string[]).includes(name)) return;
  const near = nearest(name, [...checks.keys(), ...factors]);
  throw usage(
    `There is no check "${name.slice(0, 60)}".`,
    near === null ? "See `check list` for those that there are." : `Did you mean ${near}?`,
  );
}

function noProcfile(procfile: string, directory: string): Failure {
  return new Failure({
    code: "check/no-procfile",
    message: `There is no ${procfile} in ${directory}.`,
    fix: "Name a file of the repo, relative to its directory.",
    state: "Nothing was judged.",
  });
}

function usage(message: string, fix: string): Failure {
  return new Failure({ code: "usage/check", message, fix, state: "Nothing was read." });
}
