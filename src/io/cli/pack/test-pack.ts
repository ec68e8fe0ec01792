import { lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PartialAnswers } from "../../../core/answers.ts";
import { unifiedDiff } from "../../../core/diff.ts";
import { Failure } from "../../../core/failure.ts";
import { composeCatalogue } from "../../../core/pack/compose.ts";
import { packDiff, sampleTree, treeDiff } from "../../../core/pack/sample.ts";
import type { Catalogue } from "../../../core/types.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import { readSource } from "../../pack/sources.ts";
import { parseAnswersFile } from "../answers-file.ts";
import type { Invocation } from "../argv.ts";
import { paintDiff } from "../conflict-diff.ts";
import { print, resultStyle } from "../output.ts";

type Sample = { readonly name: string; readonly partial: PartialAnswers };

/** Renders the samples of a pack and compares what it makes of ours with what was recorded. */
export async function testPack(folder: string, { lists, switches }: Invocation): Promise<number> {
  const built = readBuiltCatalogue();
  const catalogue = composed(built, [...(lists.pack ?? []), resolve(folder)]);
  const samples = await samplesIn(folder);
  if (samples.length === 0) {
    throw new Failure({
      code: "pack/test",
      message: `${folder} has no tests.`,
      fix: "Write tests/NAME.yaml with answers, such as services: [redis], then run this with --write.",
    });
  }
  const results = samples.map(({ name, partial }) => {
    const actual = packDiff(built, catalogue, partial, `tests/${name}.yaml`);
    const golden = join(folder, "tests", `${name}.diff`);
    const recorded = textOf(golden);
    if (switches.write === true && recorded !== actual) writeGolden(golden, actual);
    const isSame = switches.write === true || recorded === actual;
    return {
      name,
      ok: isSame,
      recorded: recorded !== null,
      diff: isSame ? "" : unifiedDiff(`tests/${name}.diff`, recorded ?? "", actual),
    };
  });
  if (switches.json) print(`${JSON.stringify({ tests: results }, null, 2)}\n`);
  else {
    const style = resultStyle();
    for (const { name, ok, recorded, diff } of results) {
      print(
        `${ok ? style.green("✔") : style.red("✖")} ${name}${ok || recorded ? "" : ": nothing is recorded, run this with --write"}\n`,
      );
      if (!ok && recorded) print(`${paintDiff(diff, style)}\n`);
    }
  }
  return results.every(({ ok }) => ok) ? 0 : 1;
}

/** Prints what another version of a pack changes in each of its samples. */
export async function diffPacks(
  old: string,
  folder: string,
  { lists, switches }: Invocation,
): Promise<number> {
  const built = readBuiltCatalogue();
  const under = lists.pack ?? [];
  const [before, after] = [composed(built, [...under, old]), composed(built, [...under, folder])];
  const found = await samplesIn(folder);
  const samples = found.length > 0 ? found : [{ name: "default", partial: {} }];
  const diffs = samples.map(({ name, partial }) => {
    const origin = `tests/${name}.yaml`;
    return { name, diff: treeDiff(treeOf(before, partial, origin), sampleTree(after, partial, origin)) };
  });
  if (switches.json) print(`${JSON.stringify({ samples: diffs }, null, 2)}\n`);
  else {
    const style = resultStyle();
    for (const { name, diff } of diffs)
      print(`${style.bold(name)}\n${diff === "" ? "  nothing changes\n" : `${paintDiff(diff, style)}\n`}`);
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

function composed(built: Catalogue, sources: readonly string[]): Catalogue {
  return composeCatalogue(
    built,
    sources.map((source) => readSource(source)),
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
