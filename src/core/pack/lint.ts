import { completeAnswers, type PartialAnswers, validateAnswers } from "../answers.ts";
import { processesFor, servicesFor, templatesOf } from "../catalogue.ts";
import { isTrue, lookup } from "../dialect/evaluate.ts";
import { lineOf } from "../dialect/lines.ts";
import type { If, Node } from "../dialect/nodes.ts";
import { Failure } from "../failure.ts";
import { plan } from "../plan.ts";
import { render } from "../render.ts";
import type { Answers, Catalogue, Layer, Plan, Program, TemplateFile } from "../types.ts";
import { type Combination, combinationsOf, type Dimensions, everyPair } from "./combinations.ts";
import type { Pack } from "./compose.ts";
import { layerOf } from "./lay-over.ts";
import { packsOf } from "./live-files.ts";
import { manifestPath } from "./manifest.ts";

export type Finding = { readonly origin: string; readonly what: string; readonly fix: string };

export type Lint = {
  readonly findings: readonly Finding[];
  /** How many sets of answers were rendered, and whether they are all that there are. */
  readonly rendered: number;
  readonly exhaustive: boolean;
};

/** What is wrong with a pack that can be read: what nothing uses, what no answer reaches, what can't be rendered. */
export function lintPack(catalogue: Catalogue, pack: Pack, most = 4096): Lint {
  const { name } = pack.manifest;
  const layers = catalogue.templates.flatMap((template) => template.layers);
  const own = layers.filter(({ files }) => files.some((file) => packsOf(file)[0] === name));
  const dimensions = dimensionsOf(catalogue);
  const { combinations: all, exhaustive } = combinationsOf(dimensions, most);
  const combinations = exhaustive
    ? all
    : everyPair(dimensions, (combination) => answersOf(catalogue, combination) !== null);
  const branches = layers.flatMap((layer) => branchesIn(layer, name));
  const reached = new Set<Layer>();
  const failed = new Map<string, Finding>();
  let rendered = 0;
  for (const combination of combinations) {
    const answers = answersOf(catalogue, combination);
    if (answers === null) continue;
    const planned = plan(catalogue, answers);
    rendered++;
    for (const { layer, context } of planned.layers) {
      reached.add(layer);
      for (const branch of branches)
        if (branch.layer === layer) branch.seen.add(isTrue(lookup(branch.node[1], { context }, [])));
    }
    const failure = renderFailure(planned);
    if (failure !== null && !failed.has(failure.what)) failed.set(failure.what, { ...failure, origin: name });
  }
  const unreached = own.filter((layer) => rendered > 0 && !reached.has(layer));
  return {
    findings: [
      ...unusedQuestions(catalogue, pack),
      ...(rendered > 0 ? [] : [nothing(name)]),
      ...unreached.map(
        (layer): Finding => ({
          origin: folderOf(layer, name),
          what: "no answers reach this layer",
          fix: "Correct its condition, or remove it.",
        }),
      ),
      ...branches.filter(({ layer, seen }) => reached.has(layer) && seen.size === 1).map(asFinding),
      ...failed.values(),
    ],
    rendered,
    exhaustive,
  };
}

function nothing(name: string): Finding {
  const what = "no answers are left that the pack allows";
  return { origin: `${name}:${manifestPath}`, what, fix: "Let policy allow some." };
}

function folderOf({ files }: Layer, name: string): string {
  const origin = files.find((file) => packsOf(file)[0] === name)?.origin ?? name;
  return layerOf(origin);
}

/** Whatever may be answered; of a text, what stands for all of them. */
function dimensionsOf(catalogue: Catalogue): Dimensions {
  const ids = (kind: "stack" | "platform" | "ci") => templatesOf(catalogue, kind).map(({ id }) => id);
  const stacks = templatesOf(catalogue, "stack");
  const services = new Set(stacks.flatMap((stack) => servicesFor(catalogue, stack).map(({ id }) => id)));
  const processes = new Set(stacks.flatMap((stack) => processesFor(catalogue, stack).map(({ id }) => id)));
  const needed = (id: string) => stacks.every((stack) => stack.definition.requires.processes.includes(id));
  const managers = new Set(stacks.flatMap((stack) => Object.keys(stack.definition.packageManagers)));
  return [
    ["stack", ids("stack")],
    ...[...services].map((id) => [`service ${id}`, [true, false]] as const),
    ...[...processes].map((id) => [`process ${id}`, needed(id) ? [true] : [true, false]] as const),
    ...ids("platform").map((id) => [`platform ${id}`, [true, false]] as const),
    ["ci", [...ids("ci"), null]],
    ["packageManager", [...managers]],
    ["example", [true, false]],
    ...(catalogue.questions ?? []).map(({ name, type, values, default: preset }) => {
      const texts = [preset ?? "sample"];
      return [`more ${name}`, type === "enum" ? values : type === "boolean" ? [true, false] : texts] as const;
    }),
  ];
}

/** Null where the combination contradicts itself or a rule. */
function answersOf(catalogue: Catalogue, combination: Combination): Answers | null {
  const chosen = (kind: string) =>
    Object.keys(combination).flatMap((key) =>
      key.startsWith(`${kind} `) && combination[key] === true ? [key.slice(kind.length + 1)] : [],
    );
  const more = Object.entries(combination).flatMap(([key, value]) =>
    key.startsWith("more ") ? [[key.slice("more ".length), value]] : [],
  );
  const { stack, ci, packageManager, example } = combination;
  const partial = {
    ...{ name: "sample-app", stack, ci, packageManager, example },
    services: chosen("service"),
    processes: chosen("process"),
    platforms: chosen("platform"),
    ...(more.length > 0 && { more: Object.fromEntries(more) }),
  } as PartialAnswers;
  try {
    const fixed = catalogue.extension?.given({ name: "sample-app" }) ?? {};
    const answers = completeAnswers(catalogue, {
      ...partial,
      ...("license" in fixed && { license: fixed.license }),
    });
    validateAnswers(catalogue, withoutTexts(catalogue, answers));
    return answers;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/** What stands for all texts needn't match a pattern. */
function withoutTexts({ questions = [] }: Catalogue, answers: Answers): Answers {
  if (answers.more === undefined) return answers;
  const isText = (name: string) =>
    questions.some((question) => question.name === name && question.type === "string");
  return {
    ...answers,
    more: Object.fromEntries(Object.entries(answers.more).filter(([name]) => !isText(name))),
  };
}

function renderFailure(planned: Plan): Omit<Finding, "origin"> | null {
  try {
    const folded = new Map<string, string>();
    for (const path of render(planned, "").keys()) {
      const other = folded.get(path.toLowerCase());
      if (other !== undefined)
        return { what: `${other} and ${path} are one file on some systems`, fix: "Rename one of them." };
      folded.set(path.toLowerCase(), path);
    }
    return null;
  } catch (error) {
    const { message, fix = "Correct it." } = error as Error & { fix?: string };
    return { what: message, fix };
  }
}

function unusedQuestions({ templates, questions = [] }: Catalogue, { manifest }: Pack): readonly Finding[] {
  const layers = templates.flatMap((template) => template.layers);
  const tokens = new Set(layers.flatMap(({ condition }) => condition.map((token) => token.split("=")[0])));
  const texts = layers.flatMap(({ files }) => files.map(textOf));
  const asked = questions.flatMap(({ when }) => Object.keys(when));
  return manifest.questions
    .filter(({ name }) => {
      const path = JSON.stringify(["answers", name]).slice(1, -1);
      return !tokens.has(name) && !asked.includes(name) && !texts.some((text) => text.includes(path));
    })
    .map(({ name }) => ({
      origin: `${manifest.name}:${manifestPath}`,
      what: `nothing uses the answer to "${name}"`,
      fix: `Read project.answers.${name}, or have a layer files+${name}, or don't ask.`,
    }));
}

function textOf({ path, body }: TemplateFile): string {
  return JSON.stringify([path, typeof body === "object" && "program" in body ? body.program : null]);
}

type Branch = {
  readonly layer: Layer;
  readonly node: If;
  readonly origin: string;
  readonly seen: Set<boolean>;
};

/** The conditions of a pack's templates that ask about something of all of the repo. */
function branchesIn(layer: Layer, name: string): readonly Branch[] {
  const found: Branch[] = [];
  const visit = (program: Program, origin: string) => {
    for (const node of program as readonly Node[]) {
      if (typeof node === "string") continue;
      if (node[0] === "if") {
        if (typeof node[1][0] === "string") found.push({ layer, node, origin, seen: new Set() });
        visit(node[2], origin);
        visit(node[3], origin);
      } else if (node[0] === "each") {
        visit(node[3], origin);
        visit(node[4], origin);
      } else if (node[0] === "block") visit(node[2], origin);
    }
  };
  for (const { body, origin, fills = [] } of layer.files) {
    if (origin.startsWith(`${name}:`) && typeof body === "object" && "program" in body)
      visit(body.program, origin);
    else for (const fill of fills) if (fill.origin.startsWith(`${name}:`)) visit(fill.program, fill.origin);
  }
  return found;
}

function asFinding({ node, origin, seen }: Branch): Finding {
  return {
    origin: `${origin}:${lineOf(node) ?? 1}`,
    what: `{{#if ${node[1].join(".")}}} is ${seen.has(true) ? "always" : "never"} true`,
    fix: "Take out what is never written, or the condition.",
  };
}
