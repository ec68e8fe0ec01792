import { existsSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { type Adopted, adopt, withPieces } from "../../../../generators/adopt.ts";
import { detect } from "../../../check/detect/detect.ts";
import { type Corrections, inferredAnswers } from "../../../check/detect/inferred-answers.ts";
import { composedIn } from "../../../check/detect/services.ts";
import { without, wouldBe } from "../../../check/detect/would-be.ts";
import { maskEvidence } from "../../../check/factors/evidence.ts";
import { readRepo } from "../../../check/repo.ts";
import { type Survey, survey } from "../../../check/survey/survey.ts";
import { findTemplate, templatesOf } from "../../../core/catalogue.ts";
import { unifiedDiff } from "../../../core/diff.ts";
import { Failure } from "../../../core/failure.ts";
import { nearest } from "../../../core/nearest.ts";
import { printable } from "../../../core/printable.ts";
import { readReceipt, receiptPath } from "../../../core/receipt.ts";
import type { Answers, Catalogue, Change, Receipt, Tree } from "../../../core/types.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import { readPaths } from "../../read-paths.ts";
import { changedSinceHead } from "../../repo/git-status.ts";
import type { Invocation } from "../argv.ts";
import { checkedTarget } from "../checked.ts";
import { paintDiff } from "../conflict-diff.ts";
import { givenAnswers } from "../given-answers.ts";
import { endOnSignals } from "../interruption.ts";
import { print, resultStyle } from "../output.ts";
import { isNested, type Target } from "../target.ts";
import {
  isTakenByDefault,
  type Offer,
  type Offers,
  offeredCi,
  offersFor,
  pieceIds,
  piecesIn,
  standing,
} from "./adopt-offers.ts";
import { adviceLines, adviceOf, offerLines, rowLines, rowsOf } from "./adopt-report.ts";
import { finishChange } from "./finish-change.ts";
import { verifyUnmarked } from "./prepare-change.ts";

/** Makes a repo that is there one that the other verbs can change: shows what it is, and offers what it lacks. */
export async function adoptRepo(invocation: Invocation): Promise<number> {
  const interruption = endOnSignals();
  const { positionals, switches } = invocation;
  const catalogue = readBuiltCatalogue();
  const directory = positionals[0] ?? ".";
  const target = existing(directory);
  const repo = await readRepo(target.root);
  const before = receiptOf(target, catalogue);
  const given = correctionsOf(invocation, await givenAnswers(invocation));
  const seen = await survey(repo);
  const found = detect(seen, variablesOf(catalogue));
  const inferred =
    before === null ? inferredAnswers(found, given, basename(target.root)) : corrected(before, given);
  if (
    inferred.facts?.language === "other" &&
    found === null &&
    before === null &&
    Object.keys(given.commands).length === 0
  )
    throw unknownRepo(directory);
  const mayAsk =
    switches.yes !== true &&
    switches.json !== true &&
    process.stdin.isTTY === true &&
    process.stderr.isTTY === true;
  const answers =
    mayAsk && before === null
      ? await (await import("./adopt-questions.ts")).askFacts(catalogue, found, inferred)
      : inferred;
  const ci = offeredCi(catalogue, given.ci);
  const nested = isNested(target);
  const read = (paths: readonly string[]): Tree => readPaths(target.root, paths);
  const offering = {
    catalogue,
    read,
    repo,
    before,
    answers,
    nested,
    ci,
    composed: composedIn(seen),
    imageless: found?.imageless ?? null,
  };
  const offers = await offersFor(offering);
  const style = resultStyle();
  const chosen = mayAsk
    ? await (await import("./adopt-questions.ts")).askPieces(offers)
    : chosenBy(invocation, catalogue, offers);
  const pieces = [...piecesIn(chosen), ...offers.present];
  const adopted = await adopt({ catalogue, before, answers: withPieces(answers, pieces, ci), nested, read });
  const files = adopted.changes.filter(({ path }) => path !== receiptPath);
  verifyUnmarked(
    files.map(({ path }) => path),
    read(files.map(({ path }) => path)),
  );
  verifyCommitted(target, files);
  const after = await offers.inspect(wouldBe(repo, files));
  const advice = adviceOf(after, answers.facts?.language ?? "other");
  if (switches.json !== true && !mayAsk)
    print(
      `${rowLines(rowsOf(found, answers), style)}\n${offerLines(offers, new Set(chosen.map(({ id }) => id)), style)}\n`,
    );
  const left = adopted.left.map(
    (path) => `${path} is yours and stays as it is; no later change looks at it.`,
  );
  const also = await standing(offering, offers);
  const differences = differencesOf(
    {
      left: [...new Set([...adopted.left, ...also.left])],
      theirs: new Map([...also.theirs, ...adopted.theirs]),
    },
    read,
  );
  const code = await finishChange(
    {
      title: "adopt",
      root: target.root,
      changes: adopted.changes,
      conflicts: [],
      notes: [...left, ...versionNotes({ catalogue, seen, pieces, answers })],
      install: null,
      answers: adopted.receipt.answers,
      kept: adopted.receipt.kept,
      undoable: true,
      details: {
        found: rowsOf(found, answers),
        offers: offers.offers.map((offer) => summaryOf(offer, chosen.includes(offer))),
        withheld: offers.withheld,
        differences,
        findings: {
          before: offers.findings,
          after,
          ended: without(offers.findings, after),
          new: without(after, offers.findings),
        },
        advice,
      },
    },
    invocation,
    interruption,
  );
  if (switches.json !== true) {
    for (const { path, diff } of differences)
      print(`\n${style.bold(`What the templates have for ${path}`)}\n${paintDiff(diff, style)}`);
    const ended = offers.findings.length - after.length;
    print(
      `\n${offers.findings.length} findings before, ${after.length} after${ended > 0 ? ` (${ended} fewer)` : ""}.\n`,
    );
    if (advice.length > 0) print(`\n${style.bold("Left to you")}\n${adviceLines(advice, style)}`);
  }
  return code;
}

/** How what stays differs from what the templates have, with every secret masked. */
function differencesOf(
  { left, theirs }: Pick<Adopted, "left" | "theirs">,
  read: (paths: readonly string[]) => Tree,
) {
  const ours = read(left);
  return left.flatMap((path) => {
    const [mine, other] = [ours.get(path)?.content, theirs.get(path)?.content];
    if (typeof mine !== "string" || typeof other !== "string") return [];
    const diff = unifiedDiff(path, mine, other);
    return diff === "" ? [] : [{ path, diff: diff.split("\n").map(maskEvidence).join("\n") }];
  });
}

type Versioning = {
  readonly catalogue: Catalogue;
  readonly seen: Survey;
  readonly pieces: readonly string[];
  readonly answers: Answers;
};

/** The versions of services are those of the templates, which only the person can compare with production's. */
function versionNotes({ catalogue, seen, pieces, answers }: Versioning): readonly string[] {
  if (!pieces.includes("compose") && !pieces.includes("ci")) return [];
  return answers.services.flatMap((id) => {
    const image = findTemplate(catalogue, "service", id)?.definition.container?.image;
    if (image === undefined) return [];
    const kinds: readonly (string | null)[] = [id, ...(alike[id] ?? [])];
    const own = seen.images.find(({ service, use }) => use !== "base" && kinds.includes(service));
    if (own === undefined) return [`${id} is ${image} here: make it the version that production has.`];
    if (own.image === image) return [];
    return [`${own.file} has ${printable(own.image)}, and what is written ${image}: make them one.`];
  });
}

const alike: { readonly [service: string]: readonly string[] } = { redis: ["valkey"], mysql: ["mariadb"] };

function existing(directory: string): Target {
  const target = checkedTarget(directory);
  if (target.exists && !target.empty) return { ...target, root: realpathSync(target.root) };
  throw new Failure({
    code: "adopt/empty",
    message: `There is no repo in ${printable(directory)}.`,
    fix: "Name the directory of one, or create one: create-twelve-factor my-app",
  });
}

/** The receipt that is there, where adopt wrote it. */
function receiptOf({ root }: Target, catalogue: Catalogue): Receipt | null {
  if (!existsSync(join(root, receiptPath))) return null;
  const file = readPaths(root, [receiptPath]).get(receiptPath);
  const receipt = readReceipt(String(file?.content ?? ""));
  if (findTemplate(catalogue, "stack", receipt.answers.stack)?.definition.answered) return receipt;
  throw new Failure({
    code: "adopt/created",
    message: `${receiptPath} says that this repo was created from ${printable(receipt.answers.stack).slice(0, 60)}, so that there is nothing to adopt.`,
    fix: "Use add, remove, swap and update.",
  });
}

/** The variable that locates each service. */
function variablesOf(catalogue: Catalogue): ReadonlyMap<string, string> {
  return new Map(
    templatesOf(catalogue, "service").flatMap(({ id, definition }) =>
      definition.env[0] === undefined ? [] : [[id, definition.env[0].name] as const],
    ),
  );
}

function correctionsOf(
  { texts, lists }: Invocation,
  given: Awaited<ReturnType<typeof givenAnswers>>,
): Corrections {
  const pairs = (flag: string) =>
    Object.fromEntries(
      (lists[flag] ?? []).map((entry) => {
        const at = entry.indexOf("=");
        if (at > 0) return [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
        throw new Failure({
          code: "usage/pair",
          message: `--${flag} "${printable(entry).slice(0, 60)}" isn't NAME=VALUE.`,
          fix: flag === "tool" ? "Write --tool nodejs=22.11.0." : 'Write --command "web=node server.js".',
        });
      }),
    );
  const { name, description, services, platforms, ci, packageManager, processes } = given;
  const commands = Object.fromEntries(
    Object.entries(pairs("command")).map(([step, command]) => [step, command === "none" ? "" : command]),
  );
  return {
    toolchain: pairs("tool"),
    commands,
    ...(texts.language !== undefined && { language: texts.language }),
    ...(texts.framework !== undefined && { framework: texts.framework }),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(services !== undefined && { services }),
    ...(platforms !== undefined && { platforms }),
    ...(ci !== undefined && { ci }),
    ...(packageManager !== undefined && { packageManager }),
    ...(processes !== undefined && {
      processes: processes.map((process) =>
        typeof process === "string" ? { name: process, type: process } : process,
      ),
    }),
  };
}

/** What is recorded, with what the person says otherwise now. */
function corrected({ answers }: Receipt, given: Corrections): Answers {
  const { facts } = answers;
  if (facts === undefined) return answers;
  const { toolchain, commands, language, framework, ci: _, ...more } = given;
  const { install, build, test, release, ...starts } = commands;
  return {
    ...answers,
    ...more,
    facts: {
      ...facts,
      ...(language !== undefined && { language }),
      ...(framework !== undefined && { framework }),
      ...(install !== undefined && { install }),
      ...(build !== undefined && { build }),
      ...(test !== undefined && { test }),
      ...(release !== undefined && { release }),
      toolchain: { ...facts.toolchain, ...toolchain },
      commands: { ...facts.commands, ...starts },
    },
  };
}

/** Those that were named; with `--yes` alone such as add files and end a finding. */
function chosenBy({ texts }: Invocation, catalogue: Catalogue, { offers }: Offers): readonly Offer[] {
  const listed = (flag: string) => {
    const ids = (texts[flag] ?? "")
      .split(",")
      .map((id) => id.trim())
      .filter((id) => id !== "");
    const known = [...pieceIds(catalogue, "foreign"), "all", "none"];
    const strange = ids.find((id) => !known.includes(id));
    if (strange === undefined) return ids;
    const near = nearest(strange, known);
    throw new Failure({
      code: "usage/piece",
      message: `There is no piece "${printable(strange).slice(0, 60)}".`,
      fix: near === null ? `Use some of ${known.join(", ")}.` : `Did you mean ${near}?`,
    });
  };
  const [only, skip] = [listed("only"), listed("skip")];
  return offers.filter((offer) => {
    if (skip.includes(offer.id)) return false;
    if (only.length > 0) return only.includes("all") || only.includes(offer.id);
    return isTakenByDefault(offer);
  });
}

/** Edits that no commit has are in the way where a file is changed. */
function verifyCommitted({ root, workTree }: Target, changes: readonly Change[]): void {
  const paths = changes.flatMap(({ kind, path }) => (kind === "add" ? [] : [path]));
  if (paths.length === 0 || workTree === null) return;
  const dirty = changedSinceHead(root, realpathSync(workTree), paths);
  const refused = paths.filter((path) => dirty?.has(path));
  if (refused.length === 0) return;
  throw new Failure({
    code: "repo/dirty",
    message: `You have edits in ${refused.join(", ")} that aren't committed, and this would change it.`,
    fix: "Commit or stash them, then run this again.",
  });
}

function summaryOf({ id, changes, left, lines, ends, brings }: Offer, taken: boolean) {
  const slugs = (findings: Offer["ends"]) => [...new Set(findings.map(({ slug }) => slug))];
  return {
    id,
    files: changes.map(({ path, kind }) => ({ path, kind })),
    left,
    lines,
    ends: slugs(ends),
    brings: slugs(brings),
    taken,
  };
}

function unknownRepo(directory: string): Failure {
  return new Failure({
    code: "adopt/unknown",
    message: `Nothing in ${printable(directory)} tells how the app is run: no manifest of Node.js, Python, Go, Ruby, Java or PHP, and no Dockerfile.`,
    fix: 'Say it: --language node --command "web=node server.js". For one app of several run it in its folder.',
  });
}
