import { lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PartialAnswers } from "../../../core/answers.ts";
import { unifiedDiff } from "../../../core/diff.ts";
import { Failure } from "../../../core/failure.ts";
import { type QuestionSets, renderQuestionSets } from "../../../core/pack/question-sets.ts";
import { packDiff, sampleAnswers, sampleTree, treeDiff } from "../../../core/pack/sample.ts";
import { printable } from "../../../core/printable.ts";
import type { Catalogue } from "../../../core/types.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import { withPacks } from "../../pack/catalogues.ts";
import { parseAnswersFile } from "../answers-file.ts";
import type { Invocation } from "../argv.ts";
import { paintDiff } from "../conflict-diff.ts";
import { print, printData, resultStyle } from "../output.ts";
import { runTools, type ToolResult } from "./run-tools.ts";

type Sample = { readonly name: string; readonly partial: PartialAnswers };

/**
 * Renders the samples of a pack, compares what it makes of ours with what was recorded, renders what it asks, and runs
 * the formatter and linter of each sample's stack; with `--boot` each sample itself.
 */
export async function testPack(folder: string, { lists, switches, texts }: Invocation): Promise<number> {
  const built = readBuiltCatalogue();
  const catalogue = withPacks(built, [...(lists.pack ?? []), resolve(folder)]);
  const samples = await samplesIn(folder);
  if (samples.length === 0) {
    throw new Failure({
      code: "pack/test",
      message: `${folder} has no tests.`,
      fix: "Write tests/NAME.yaml with answers, such as services: [redis], then run this with --write.",
    });
  }
  const how = { boot: switches.boot === true, service: texts.service, folder };
  const tests = samples.map(({ name, partial }) => {
    const origin = `tests/${name}.yaml`;
    const actual = packDiff(built, catalogue, partial, origin);
    const golden = join(folder, "tests", `${name}.diff`);
    const recorded = textOf(golden);
    if (switches.write === true && recorded !== actual) writeGolden(golden, actual);
    const isSame = switches.write === true || recorded === actual;
    const tools = runTools(catalogue, sampleAnswers(catalogue, partial, origin), how);
    return {
      name,
      ok: isSame && tools.every(({ ok }) => ok !== false),
      recorded: recorded !== null,
      diff: isSame ? "" : unifiedDiff(`tests/${name}.diff`, recorded ?? "", actual),
      tools,
    };
  });
  const questions = renderQuestionSets(
    catalogue,
    samples.map(({ partial }) => partial),
  );
  if (switches.json) printData({ tests, questions }, 2);
  else print(told(tests, questions, switches.write === true));
  return tests.every(({ ok }) => ok) && questions.failures.length === 0 ? 0 : 1;
}

/** Records what the samples of a pack are now; gives the paths. */
export async function recordTests(
  folder: string,
  built: Catalogue,
  catalogue: Catalogue,
): Promise<readonly string[]> {
  return (await samplesIn(folder)).map(({ name, partial }) => {
    const path = `tests/${name}.diff`;
    writeGolden(join(folder, path), packDiff(built, catalogue, partial, `tests/${name}.yaml`));
    return path;
  });
}

type Tested = {
  readonly name: string;
  readonly ok: boolean;
  readonly recorded: boolean;
  readonly diff: string;
  readonly tools: readonly ToolResult[];
};

function told(tests: readonly Tested[], questions: QuestionSets, written: boolean): string {
  const style = resultStyle();
  const mark = (ok: boolean | null) =>
    ok === null ? style.dim("-") : ok ? style.green("✔") : style.red("✖");
  const indented = (text: string) => printable(text, "\n").replace(/^(?=.)/gm, "    ");
  const lines = tests.flatMap(({ name, ok, recorded, diff, tools }) => [
    `${mark(ok)} ${printable(name)}${recorded || written ? "" : ": nothing is recorded, run this with --write"}\n`,
    ...(diff !== "" && recorded ? [`${paintDiff(diff, style)}\n`] : []),
    ...tools.map(({ name: tool, ok: fine, output }) => {
      const said = fine === null ? ` was not run: ${printable(output)}` : fine ? "" : `\n${indented(output)}`;
      return `  ${mark(fine)} ${tool}${said}\n`;
    }),
  ]);
  const { rendered, exhaustive, failures, unanswered } = questions;
  const sets = `${rendered} sets of answers to what it asks, ${exhaustive ? "all that there are" : "any two answers in one of them"}`;
  const failed = failures.map(({ more, error }) => {
    const stated = Object.entries(more).map(([key, value]) => `${key}: ${value}`);
    return `${mark(false)} ${printable(`${stated.join(", ")}: ${error}`)}\n`;
  });
  const asked =
    unanswered.length > 0
      ? [
          `${mark(null)} what it asks was not rendered: no sample answers ${unanswered.join(", ")}, which has no default\n`,
        ]
      : rendered > 0
        ? [`${mark(failures.length === 0)} ${sets}\n`]
        : [];
  return [...lines, ...asked, ...failed].join("");
}

/** Prints what another version of a pack changes in each of its samples. */
export async function diffPacks(
  old: string,
  folder: string,
  { lists, switches }: Invocation,
): Promise<number> {
  const built = readBuiltCatalogue();
  const under = lists.pack ?? [];
  const [before, after] = [withPacks(built, [...under, old]), withPacks(built, [...under, folder])];
  const found = await samplesIn(folder);
  const samples = found.length > 0 ? found : [{ name: "default", partial: {} }];
  const diffs = samples.map(({ name, partial }) => {
    const origin = `tests/${name}.yaml`;
    return { name, diff: treeDiff(treeOf(before, partial, origin), sampleTree(after, partial, origin)) };
  });
  if (switches.json) printData({ samples: diffs }, 2);
  else {
    const style = resultStyle();
    for (const { name, diff } of diffs)
      print(
        `${style.bold(printable(name))}\n${diff === "" ? "  nothing changes\n" : `${paintDiff(diff, style)}\n`}`,
      );
  }
  return 0;
}

/** The older version may not know what the samples of the newer one answer. */
function treeOf(
  catalogue: Catalogue,
  partial: PartialAnswers,
  origin: string,
): ReturnType<typeof sampleTree> {
  const known = (catalogue.questions ?? []).map(({ name }) => name);
  const more = Object.entries(partial.more ?? {}).filter(([name]) => known.includes(name));
  const { more: _, ...plain } = partial;
  return sampleTree(
    catalogue,
    more.length > 0 ? { ...plain, more: Object.fromEntries(more) } : plain,
    origin,
  );
}

async function samplesIn(folder: string): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (const file of namesIn(join(folder, "tests"))) {
    if (!file.endsWith(".yaml")) continue;
    const text = textOf(join(folder, "tests", file)) ?? "";
    const partial = text.trim() === "" ? {} : await parseAnswersFile(text, `tests/${file}`);
    samples.push({ name: file.slice(0, -".yaml".length), partial });
  }
  return samples;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function textOf(path: string): string | null {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, "utf8") : null;
}

/** Never through a link. */
function writeGolden(path: string, text: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isFile() === false)
    throw new Failure({ code: "pack/test", message: `${path} isn't a file.`, fix: "Move it away." });
  writeFileSync(path, text);
}
