import { checkFacts, factsFault } from "./answered-stack.ts";
import {
  candidatesFor,
  findTemplate,
  processesFor,
  rivalsOf,
  servicesFor,
  templatesOf,
} from "./catalogue.ts";
import { Failure } from "./failure.ts";
import { nameFrom, nameProblem } from "./names.ts";
import { nearest } from "./nearest.ts";
import { checkOwnNames } from "./own-answers.ts";
import { printable } from "./printable.ts";
import type {
  Answers,
  Catalogue,
  Json,
  More,
  OwnTask,
  OwnVariable,
  ProcessAnswer,
  StackFacts,
  Template,
} from "./types.ts";

/** What has been answered so far. A key that is absent is a question that is still open. */
export type PartialAnswers = {
  readonly name?: string;
  readonly description?: string;
  readonly license?: string;
  readonly author?: string;
  readonly stack?: string;
  readonly services?: readonly string[];
  readonly jobs?: string | null;
  readonly processes?: readonly (string | ProcessAnswer)[];
  readonly platforms?: readonly string[];
  readonly ci?: string | null;
  readonly packageManager?: string;
  readonly example?: boolean;
  readonly env?: readonly OwnVariable[];
  readonly tasks?: readonly OwnTask[];
  readonly more?: More;
  readonly facts?: StackFacts;
};

export type QuestionKey = Exclude<keyof PartialAnswers, "env" | "tasks" | "more" | "facts">;

export type Choice = { readonly value: string; readonly title: string; readonly description: string };

export type Question = {
  readonly key: QuestionKey | `more.${string}`;
  readonly flag: string;
  readonly message: string;
  readonly kind: "text" | "select" | "multiselect" | "confirm";
  readonly choices: readonly Choice[];
  /** What `--yes` takes: a text, an id (or `none`), ids, or a boolean. */
  readonly initial: string | boolean | readonly string[];
  /** True, or what is wrong with the value. */
  readonly validate: (value: string) => true | string;
  /** Whether `--yes` isn't enough of an answer. */
  readonly required?: boolean;
};

const defaults = {
  stack: "node-fastify",
  services: ["postgres"],
  processes: ["web", "worker"],
  platforms: ["heroku"],
  ci: "github",
  license: "MIT",
} as const;

const order: readonly QuestionKey[] = [
  "name",
  "description",
  "stack",
  "services",
  "processes",
  "jobs",
  "platforms",
  "ci",
  "packageManager",
  "license",
  "author",
  "example",
];

/** The questions that are still open, in order; one that has a single possible answer isn't a question. */
export function missingAnswers(catalogue: Catalogue, partial: PartialAnswers): readonly Question[] {
  const { assumed, open } = walk(catalogue, partial);
  const asked = open.map((key) => question(catalogue, assumed, key)).filter((asked) => asked !== null);
  const { extension } = catalogue;
  return extension === undefined ? asked : [...asked.map(extension.adjust), ...extension.open(assumed)];
}

/** The whole of the answers, with the default of whatever was not answered, in canonical order. */
export function completeAnswers(catalogue: Catalogue, partial: PartialAnswers): Answers {
  const { assumed } = walk(catalogue, partial);
  const full = assumed as Required<PartialAnswers>;
  const stack = findTemplate(catalogue, "stack", full.stack);
  const types = Object.keys(stack?.definition.processes ?? {});
  const processes = (full.processes ?? []).map(asProcess);
  const rank = (process: ProcessAnswer) => types.indexOf(process.type);
  return {
    name: full.name,
    description: full.description,
    license: full.license,
    author: full.author,
    stack: full.stack,
    services: [...full.services].sort(),
    jobs: full.jobs ?? null,
    processes: processes.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1)),
    platforms: [...full.platforms].sort(),
    ci: full.ci ?? null,
    packageManager: full.packageManager,
    example: full.example,
    env: byName(partial.env),
    tasks: byName(partial.tasks),
    ...catalogue.extension?.complete(assumed),
    ...(partial.facts && { facts: partial.facts }),
  };
}

function byName<T extends { readonly name: string }>(entries: readonly T[] = []): readonly T[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Throws a `Failure` that names the flag to change where the answers contradict the catalogue or each other. */
export function validateAnswers(catalogue: Catalogue, answers: Answers): void {
  catalogue.extension?.validate(answers);
  const problem = nameProblem(answers.name);
  if (problem !== null) {
    refuse(
      "name",
      `"${shown(answers.name)}" can't be the name. ${problem}`,
      `Try --name ${nameFrom(answers.name)}.`,
    );
  }
  checkText("description", answers.description);
  checkText("author", answers.author);
  oneOf("license", answers.license, licenses(catalogue));
  const known = findTemplate(catalogue, "stack", answers.stack);
  if (known?.definition.answered) checkFacts(answers, known);
  else oneOf("stack", answers.stack, ids(templatesOf(catalogue, "stack")));
  const stack = known as Template;
  const offered = ids(servicesFor(catalogue, stack));
  for (const service of answers.services) oneOf("services", service, offered);
  unique("services", answers.services);
  checkRivals(catalogue, answers.services);
  const runnable = ids(processesFor(catalogue, stack));
  for (const process of answers.processes) {
    oneOf("processes", process.type, runnable);
  }
  checkOwnNames(catalogue, answers, stack);
  for (const platform of answers.platforms)
    oneOf("platforms", platform, ids(templatesOf(catalogue, "platform")));
  unique("platforms", answers.platforms);
  if (answers.ci !== null) oneOf("ci", answers.ci, ids(templatesOf(catalogue, "ci")));
  oneOf("packageManager", answers.packageManager, Object.keys(stack.definition.packageManagers));
  if (stack.definition.answered) return;
  checkRequirements(catalogue, answers, stack);
  checkJobs(catalogue, answers);
}

/** Reads an answers file's data. Only known keys with values of their type pass; a typo gets a suggestion. */
export function readPartialAnswers(data: unknown, origin: string): PartialAnswers {
  if (data === null || typeof data !== "object" || Array.isArray(data)) {
    refuseFile(origin, "isn't a map of answers", 'Write an object, such as { "stack": "node-fastify" }.');
  }
  const known = [...order, "env", "tasks", "more", "facts"];
  for (const [key, value] of Object.entries(data)) {
    if (!known.includes(key)) {
      const near = nearest(key, known);
      refuseFile(
        origin,
        `has the unknown key "${shown(key)}"`,
        near ? `Did you mean "${near}"?` : `Use ${known.join(", ")}.`,
      );
    }
    const fault = typeFault(key, value);
    if (fault !== null) refuseFile(origin, `has a wrong value for "${key}"`, fault);
  }
  return data as PartialAnswers;
}

/** The JSON Schema (2020-12) of an answers file. */
export function answersSchema(catalogue: Catalogue): Json {
  const ofKind = (kind: Template["kind"]) => ids(templatesOf(catalogue, kind));
  const list = (values: readonly string[]): Json => ({
    type: "array",
    items: { type: "string", enum: values },
    uniqueItems: true,
  });
  const managers = templatesOf(catalogue, "stack").flatMap((stack) =>
    Object.keys(stack.definition.packageManagers),
  );
  const types = ofKind("process");
  const text = { type: "string", maxLength: maxText };
  const name = { type: "string", pattern: "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$" };
  const described = { name: { type: "string" }, description: { type: "string" } };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Answers of create-twelve-factor",
    type: "object",
    additionalProperties: false,
    properties: {
      name,
      description: text,
      license: { enum: licenses(catalogue) },
      author: text,
      stack: { enum: ofKind("stack") },
      services: list(ofKind("service")),
      jobs: { enum: [null, ...ids(candidatesFor("jobs", templatesOf(catalogue, "service")))] },
      processes: {
        type: "array",
        items: {
          anyOf: [
            { enum: types },
            {
              type: "object",
              additionalProperties: false,
              required: ["name", "type"],
              properties: { name, type: { enum: types } },
            },
          ],
        },
      },
      platforms: list(ofKind("platform")),
      ci: { enum: [null, ...ofKind("ci")] },
      packageManager: { enum: [...new Set(managers)] },
      example: { type: "boolean" },
      env: {
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["name", "type", "required", "sensitive", "description", "processes"],
          properties: {
            ...described,
            type: { enum: envTypes },
            required: { type: "boolean" },
            sensitive: { type: "boolean" },
            processes: { type: "array", items: { type: "string" } },
            default: { type: "string" },
            example: { type: "string" },
          },
        },
      },
      tasks: {
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["name", "description"],
          properties: described,
        },
      },
      ...(catalogue.extension && { more: catalogue.extension.schema() }),
    },
  };
}

const envTypes = ["string", "url", "port", "integer", "boolean"];
const maxText = 200;

type Walk = { readonly assumed: PartialAnswers; readonly open: readonly QuestionKey[] };

/** Goes through the questions in order, assuming the default of each open one for those after it. */
function walk(catalogue: Catalogue, partial: PartialAnswers): Walk {
  const { extension } = catalogue;
  const given = extension === undefined ? partial : extension.given(partial);
  let assumed: PartialAnswers = given;
  const open: QuestionKey[] = [];
  for (const key of order) {
    if (given[key] !== undefined) continue;
    const asked = question(catalogue, assumed, key);
    if (asked !== null) open.push(key);
    assumed = {
      ...assumed,
      [key]:
        asked === null
          ? settled(catalogue, assumed, key)
          : fromInitial(key, (extension?.adjust(asked) ?? asked).initial),
    };
  }
  return { assumed, open };
}

function question(catalogue: Catalogue, known: PartialAnswers, key: QuestionKey): Question | null {
  const stack = findTemplate(catalogue, "stack", known.stack ?? "");
  const fine = (): true => true;
  const ask = (
    parts: Omit<Question, "key" | "flag" | "validate">,
    validate: Question["validate"] = fine,
  ): Question => ({
    key,
    flag: flagOf(key),
    validate,
    ...parts,
  });
  switch (key) {
    case "name":
      return ask(
        { kind: "text", message: "Name of the service", choices: [], initial: "my-app" },
        (value) => nameProblem(value) ?? true,
      );
    case "description":
      return ask(
        {
          kind: "text",
          message: "What it does, in a sentence",
          choices: [],
          initial: "A twelve-factor service",
        },
        (value) => textProblem(value) ?? true,
      );
    case "author":
      return ask(
        {
          kind: "text",
          message: "Author, for LICENSE and package metadata (may be empty)",
          choices: [],
          initial: "",
        },
        (value) => textProblem(value) ?? true,
      );
    case "license":
      return ask({
        kind: "select",
        message: "License",
        choices: licenses(catalogue).map((id) => ({
          value: id,
          title: id,
          description: id === "UNLICENSED" ? "Proprietary: all rights reserved" : "",
        })),
        initial: defaults.license,
      });
    case "stack": {
      const choices = templatesOf(catalogue, "stack").map(asChoice);
      return ask({ kind: "select", message: "Stack", choices, initial: preferred(choices, defaults.stack) });
    }
    case "services": {
      if (stack === undefined) return null;
      const choices = servicesFor(catalogue, stack).map(asChoice);
      const initial = defaults.services.filter((id) => choices.some((choice) => choice.value === id));
      return ask({ kind: "multiselect", message: "Backing services", choices, initial });
    }
    case "processes":
      return stack === undefined ? null : askProcesses(catalogue, known, stack, ask);
    case "jobs": {
      const carriers = jobCarriers(catalogue, known);
      if (!needsJobs(catalogue, known) || carriers.length < 2) return null;
      return ask({
        kind: "select",
        message: "Which service carries the jobs",
        choices: carriers.map(asChoice),
        initial: carriers[0]?.id ?? "",
      });
    }
    case "platforms": {
      const choices = templatesOf(catalogue, "platform").map(asChoice);
      const initial = defaults.platforms.filter((id) => choices.some((choice) => choice.value === id));
      return ask({ kind: "multiselect", message: "Platforms to deploy to", choices, initial });
    }
    case "ci": {
      const none = { value: "none", title: "None", description: "No CI configuration" };
      const choices = [...templatesOf(catalogue, "ci").map(asChoice), none];
      return ask({
        kind: "select",
        message: "Continuous integration",
        choices,
        initial: preferred(choices, defaults.ci),
      });
    }
    case "packageManager": {
      const managers = Object.keys(stack?.definition.packageManagers ?? {});
      if (managers.length < 2) return null;
      const choices = managers.map((id) => ({ value: id, title: id, description: "" }));
      return ask({ kind: "select", message: "Package manager", choices, initial: managers[0] as string });
    }
    case "example":
      return ask({
        kind: "confirm",
        message: "Include the example feature (one folder, to learn from and delete)",
        choices: [],
        initial: true,
      });
  }
}

type Ask = (parts: Omit<Question, "key" | "flag" | "validate">) => Question;

function askProcesses(catalogue: Catalogue, known: PartialAnswers, stack: Template, ask: Ask): Question {
  const able = (process: Template) =>
    !process.definition.requires.roles.includes("jobs") || jobCarriers(catalogue, known).length > 0;
  const possible = processesFor(catalogue, stack).filter(
    (process) =>
      able(process) &&
      process.definition.requires.processes.every((id) => {
        const needed = findTemplate(catalogue, "process", id);
        return needed !== undefined && able(needed);
      }),
  );
  const choices = possible.map(asChoice);
  const initial = defaults.processes.filter((id) => choices.some((choice) => choice.value === id));
  return ask({ kind: "multiselect", message: "Process types", choices, initial });
}

/** The value of a question that isn't asked, since it has one possible answer. */
function settled(catalogue: Catalogue, known: PartialAnswers, key: QuestionKey): unknown {
  const stack = findTemplate(catalogue, "stack", known.stack ?? "");
  if (key === "jobs")
    return needsJobs(catalogue, known) ? (jobCarriers(catalogue, known)[0]?.id ?? null) : null;
  if (key === "packageManager") return Object.keys(stack?.definition.packageManagers ?? {})[0] ?? "";
  return [];
}

function fromInitial(key: QuestionKey, initial: Question["initial"]): unknown {
  return key === "ci" && initial === "none" ? null : initial;
}

function needsJobs(catalogue: Catalogue, known: PartialAnswers): boolean {
  return (known.processes ?? []).some((process) => {
    const template = findTemplate(catalogue, "process", asProcess(process).type);
    return template?.definition.requires.roles.includes("jobs") === true;
  });
}

function jobCarriers(catalogue: Catalogue, known: PartialAnswers): readonly Template[] {
  const services = (known.services ?? []).map((id) => findTemplate(catalogue, "service", id));
  return candidatesFor(
    "jobs",
    services.filter((service) => service !== undefined),
  );
}

function checkRequirements(catalogue: Catalogue, answers: Answers, stack: Template): void {
  const types = answers.processes.map((process) => process.type);
  for (const needed of stack.definition.requires.processes) {
    if (types.includes(needed)) continue;
    refuse("processes", `The stack ${stack.id} needs a ${needed} process.`, `Add ${needed} to --processes.`);
  }
  for (const process of answers.processes) {
    const { requires } = (findTemplate(catalogue, "process", process.type) as Template).definition;
    for (const needed of requires.processes) {
      if (types.includes(needed)) continue;
      const fix = `Add ${needed} to --processes, or remove ${process.type} from it.`;
      refuse(
        "processes",
        `A ${process.type} only puts jobs on the queue, and no ${needed} would perform them.`,
        fix,
      );
    }
    if (!requires.roles.includes("jobs") || jobCarriers(catalogue, answers).length > 0) continue;
    const carriers = ids(candidatesFor("jobs", servicesFor(catalogue, stack))).join(", ");
    refuse(
      "services",
      `A ${process.type} needs a service that can carry jobs, and none was chosen.`,
      `Add one of ${carriers} to --services, or remove ${process.type} from --processes.`,
    );
  }
}

function checkRivals(catalogue: Catalogue, services: readonly string[]): void {
  const chosen = templatesOf(catalogue, "service").filter(({ id }) => services.includes(id));
  for (const service of chosen) {
    const [rival] = rivalsOf(service, chosen);
    if (rival === undefined) continue;
    const variable = service.definition.env[0]?.name;
    refuse(
      "services",
      `${service.id} and ${rival.id} would both be at ${variable}.`,
      "Choose one of them in --services.",
    );
  }
}

function checkJobs(catalogue: Catalogue, answers: Answers): void {
  const carriers = ids(jobCarriers(catalogue, answers));
  if (answers.jobs === null) {
    if (!needsJobs(catalogue, answers)) return;
    refuse(
      "jobs",
      "A worker was chosen, and no service to carry its jobs.",
      `Use --jobs ${carriers[0] ?? "ID"}.`,
    );
  }
  if (!needsJobs(catalogue, answers)) {
    const fix = "Remove --jobs, or add worker to --processes.";
    refuse("jobs", `Jobs were to go over ${answers.jobs}, and no process would perform them.`, fix);
  }
  if (!answers.services.includes(answers.jobs)) {
    const fix = `Add ${answers.jobs} to --services, or use --jobs ${carriers[0] ?? "ID"}.`;
    refuse("jobs", `Jobs were to go over ${answers.jobs}, which isn't among the services.`, fix);
  }
  if (!carriers.includes(answers.jobs)) {
    refuse("jobs", `${answers.jobs} can't carry jobs.`, `Use --jobs with one of ${carriers.join(", ")}.`);
  }
}

function licenses(catalogue: Catalogue): readonly string[] {
  const base = findTemplate(catalogue, "base", "base");
  const tokens = (base?.layers ?? []).flatMap((layer) => layer.condition);
  return [
    ...new Set(tokens.filter((token) => token.startsWith("license=")).map((token) => token.slice(8))),
  ].sort();
}

/** Free text goes into one line of many formats: printable, no line ends, not endless. */
export function textProblem(value: string): string | null {
  if (value.length > maxText) return `It has ${value.length} characters; ${maxText} are the most.`;
  if (!value.isWellFormed() || unprintable.test(value))
    return "It has a line end or a character that can't be printed.";
  if (value.includes("*/") || value.includes("-->")) return "It has a mark that ends a comment (*/ or -->).";
  return null;
}

// Without \p{…}, whose tables take milliseconds to build at each start.
const unprintable = /[\0-\x1f\x7f-\x9f\u2028\u2029\ufffd\ufeff]/;

function checkText(key: QuestionKey, value: string): void {
  const problem = textProblem(value);
  if (problem !== null) refuse(key, `The ${key} can't be used. ${problem}`, `Change --${key}.`);
}

function oneOf(key: QuestionKey, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  const near = nearest(value, allowed);
  const fix =
    near === null
      ? `Use one of ${allowed.join(", ")}.`
      : `Did you mean ${near}? There are ${allowed.join(", ")}.`;
  refuse(key, `"${shown(value)}" isn't among the ${key === "ci" ? "CIs" : key} on offer.`, fix);
}

function unique(key: QuestionKey, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) refuse(key, `${twice} is named twice.`, `Name it once in ${flagOf(key)}.`);
}

function typeFault(key: string, value: unknown): string | null {
  const texts = (list: unknown) => Array.isArray(list) && list.every((entry) => typeof entry === "string");
  if (key === "services" || key === "platforms") return texts(value) ? null : "Give a list of ids.";
  if (key === "processes") {
    const fits = (entry: unknown) =>
      typeof entry === "string" || isRecordOf(entry, { name: "string", type: "string" });
    return Array.isArray(value) && value.every(fits)
      ? null
      : "Give a list of process types, or of { name, type }.";
  }
  if (key === "example") return typeof value === "boolean" ? null : "Give true or false.";
  if (key === "facts") return factsFault(value);
  if (key === "more") {
    const isAnswer = (answer: unknown) => typeof answer === "string" || typeof answer === "boolean";
    const isMap = value !== null && typeof value === "object" && !Array.isArray(value);
    return isMap && Object.values(value).every(isAnswer) ? null : "Give a map of texts, true and false.";
  }
  if (key === "env") {
    const shape = {
      name: "string",
      type: "string",
      required: "boolean",
      sensitive: "boolean",
      description: "string",
    };
    const fits = (entry: unknown) =>
      isRecordOf(entry, { ...shape, processes: "object" }, ["default", "example"]) &&
      texts((entry as { processes: unknown }).processes) &&
      envTypes.includes((entry as { type: string }).type);
    return Array.isArray(value) && value.every(fits)
      ? null
      : "Give a list of variables, as `schema` describes them.";
  }
  if (key === "tasks") {
    const fits = (entry: unknown) => isRecordOf(entry, { name: "string", description: "string" });
    return Array.isArray(value) && value.every(fits) ? null : "Give a list of { name, description }.";
  }
  if (value === null && (key === "ci" || key === "jobs")) return null;
  return typeof value === "string" ? null : "Give a text.";
}

type Kinds = { readonly [key: string]: string };

/** Whether it has the keys of the shape, of those that are optional only texts, and no other. */
function isRecordOf(value: unknown, shape: Kinds, optional: readonly string[] = []): boolean {
  if (value === null || typeof value !== "object") return false;
  const record = value as { [key: string]: unknown };
  const keys = Object.keys(value);
  const kindOf = (key: string) => (optional.includes(key) ? "string" : shape[key]);
  return (
    Object.keys(shape).every((key) => keys.includes(key)) &&
    keys.every((key) => typeof record[key] === kindOf(key))
  );
}

function flagOf(key: QuestionKey): string {
  if (key === "example") return "--no-example";
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function asProcess(process: string | ProcessAnswer): ProcessAnswer {
  return typeof process === "string" ? { name: process, type: process } : process;
}

function asChoice(template: Template): Choice {
  return {
    value: template.id,
    title: template.definition.label,
    description: template.definition.description,
  };
}

function preferred(choices: readonly Choice[], id: string): string {
  return choices.some((choice) => choice.value === id) ? id : (choices[0]?.value ?? "");
}

function ids(templates: readonly Template[]): readonly string[] {
  return templates.map((template) => template.id);
}

/** A value as it may be printed: on one line, without control characters, not endless. */
function shown(value: string): string {
  const plain = printable(value);
  return plain.length > 60 ? `${plain.slice(0, 57)}...` : plain;
}

function refuse(key: QuestionKey, message: string, fix: string): never {
  throw new Failure({ code: `answers/${key}`, message, fix });
}

function refuseFile(origin: string, message: string, fix: string): never {
  throw new Failure({ code: "answers/file", message: `${origin} ${message}.`, fix });
}
