import type { Choice, PartialAnswers, Question } from "../answers.ts";
import { textProblem } from "../answers.ts";
import { findTemplate } from "../catalogue.ts";
import { Failure } from "../failure.ts";
import { nearest } from "../nearest.ts";
import { printable } from "../printable.ts";
import type { Answers, Catalogue, Extension, Json, More, PackQuestion } from "../types.ts";
import type { Manifest } from "./manifest.ts";

type Policies = readonly Pick<Manifest, "name" | "policy">[];
type Ruled<T> = T & { readonly pack: string };

/** What packs ask and rule, as the questions and checks of the answers call for it; none where they do neither. */
export function extensionOf(
  catalogue: Catalogue,
  questions: readonly PackQuestion[],
  packs: Policies,
): Extension | undefined {
  const fixed = packs.flatMap(({ name, policy }) =>
    Object.entries(policy.fixed).map(
      ([key, value]): Ruled<{ key: string; value: Json }> => ({ key, value, pack: name }),
    ),
  );
  const required = packs.flatMap(({ name, policy }) =>
    policy.require.map((id): Ruled<{ id: string }> => ({ id, pack: name })),
  );
  const hidden = packs.flatMap(({ name, policy }) =>
    policy.hide.map((id): Ruled<{ id: string }> => ({ id, pack: name })),
  );
  if (questions.length + fixed.length + required.length + hidden.length === 0) return undefined;
  const named = (name: string) => questions.find((question) => question.name === name);
  const ofKey = (key: string) =>
    required.filter(({ id }) => listed(key).some((kind) => findTemplate(catalogue, kind, id) !== undefined));

  /** Each question in turn, with what is known or assumed of those before it. */
  const walk = (known: PartialAnswers): { readonly more: More; readonly open: readonly PackQuestion[] } => {
    let more: More = {};
    const open: PackQuestion[] = [];
    for (const question of questions) {
      if (!applies(question, { ...known, more })) continue;
      const stated = known.more?.[question.name];
      if (stated === undefined) open.push(question);
      const value = stated ?? question.default;
      if (value !== null) more = { ...more, [question.name]: value };
    }
    return { more, open };
  };

  return {
    given(partial) {
      const flat = Object.entries(partial).filter(([key]) => key.startsWith("more."));
      const rest: { [key: string]: unknown } = Object.fromEntries(
        Object.entries(partial).filter(([key]) => !key.startsWith("more.")),
      );
      const stated = flat.map(([key, value]) => [key.slice("more.".length), value]);
      const more: { [name: string]: string | boolean } = { ...partial.more, ...Object.fromEntries(stated) };
      const stranger = Object.keys(more).find((name) => named(name) === undefined);
      if (stranger !== undefined) throw unknown(stranger, questions);
      for (const { key, value } of fixed) {
        if (named(key) !== undefined) more[key] ??= value as string | boolean;
        else rest[key] = rest[key] === undefined ? stateOf(key, value) : rest[key];
      }
      return questions.length === 0 ? rest : { ...rest, more };
    },
    adjust(question) {
      const ids = ofKey(question.key).map(({ id }) => id);
      if (ids.length === 0 || !Array.isArray(question.initial)) return question;
      return { ...question, initial: [...new Set([...question.initial, ...ids])] };
    },
    open: (known) => walk(known).open.map(asQuestion),
    complete: (known) => (questions.length === 0 ? {} : { more: walk(known).more }),
    validate(answers) {
      for (const { key, value, pack } of fixed) {
        const actual = named(key) === undefined ? answers[key as keyof Answers] : answers.more?.[key];
        if (actual === undefined || same(actual, stateOf(key, value))) continue;
        refuse(key, `${key} is ${shown(value)} by a rule of the pack ${pack}.`, `Leave ${flagOf(key)} out.`);
      }
      const chosen = idsOf(answers);
      for (const { id, pack } of hidden) {
        if (!chosen.includes(id)) continue;
        refuse(
          "policy",
          `${id} isn't to be used, by a rule of the pack ${pack}.`,
          "Choose another, or swap or remove it first.",
        );
      }
      const lacking = required.find(({ id }) => !chosen.includes(id));
      if (lacking !== undefined)
        refuse(
          "policy",
          `${lacking.id} is needed, by a rule of the pack ${lacking.pack}.`,
          `Add ${lacking.id}.`,
        );
      for (const [name, value] of Object.entries(answers.more ?? {})) {
        const question = named(name);
        if (question === undefined) throw unknown(name, questions);
        const problem = problemOf(question, value);
        if (problem !== null)
          refuse(
            name,
            `--${name} can't be ${shown(value)}. ${problem}`,
            `Change --${name}: ${question.message}.`,
          );
      }
    },
    settle(answers, stated) {
      const recorded = Object.entries(answers.more ?? {}).filter(
        ([name, value]) =>
          named(name) !== undefined && problemOf(named(name) as PackQuestion, value) === null,
      );
      const { more: _, ...rest } = answers;
      const known = { ...rest, more: { ...Object.fromEntries(recorded), ...stated } };
      const { more, open } = walk(known);
      const missing = open.filter((question) => question.default === null);
      if (missing.length > 0) {
        const flags = missing.map(({ name, message }) => `--${name} (${message})`).join(", ");
        refuse(
          "more",
          `The packs ask what this repo hasn't answered: ${flags}.`,
          "Give them, and run this again.",
        );
      }
      return questions.length === 0 ? rest : { ...rest, more };
    },
    fromFlags(texts, switches) {
      const stated = questions.flatMap(({ name, type }): [string, string | boolean][] => {
        const value = type === "boolean" ? switches[name] : texts[name];
        return value === undefined ? [] : [[name, value]];
      });
      return Object.fromEntries(stated);
    },
    schema: () => ({
      type: "object",
      additionalProperties: false,
      properties: Object.fromEntries(questions.map((question) => [question.name, schemaOf(question)])),
    }),
  };
}

/** The kinds of template that the answers of this key name. */
function listed(key: string): readonly ("service" | "platform" | "process")[] {
  const kind = { services: "service", platforms: "platform", processes: "process" }[key];
  return kind === undefined ? [] : [kind as "service"];
}

function asQuestion(question: PackQuestion): Question {
  const { name, type, message, values } = question;
  const choices = values.map((value): Choice => ({ value, title: value, description: "" }));
  return {
    key: `more.${name}`,
    flag: `--${name}`,
    message,
    kind: type === "enum" ? "select" : type === "boolean" ? "confirm" : "text",
    choices,
    initial: question.default ?? (type === "boolean" ? false : (values[0] ?? "")),
    validate: (value) => problemOf(question, value) ?? true,
    required: question.default === null,
  };
}

function applies({ when }: PackQuestion, known: PartialAnswers): boolean {
  return Object.entries(when).every(([key, values]) => {
    const own = known.more?.[key];
    const found = own === undefined ? valuesOf(known, key) : [String(own)];
    return values.some((value) => found.includes(value));
  });
}

function valuesOf(known: PartialAnswers, key: string): readonly string[] {
  const value = known[key as keyof PartialAnswers];
  if (value === undefined || value === null) return ["none"];
  if (!Array.isArray(value)) return [String(value)];
  return value.map((item) => (typeof item === "string" ? item : ((item.type as string) ?? item.name)));
}

/** What is wrong with an answer, or null. */
export function problemOf({ type, values, pattern }: PackQuestion, value: unknown): string | null {
  if (type === "boolean") return typeof value === "boolean" ? null : "It is true or false.";
  if (typeof value !== "string") return "It is a text.";
  if (type === "enum") return values.includes(value) ? null : `It is one of ${values.join(", ")}.`;
  const problem = textProblem(value);
  if (problem !== null || pattern === null) return problem;
  // Not for a text of any length: some patterns take their time.
  return new RegExp(pattern).test(value) ? null : `It has to match ${pattern}.`;
}

function schemaOf({ type, message, values, pattern }: PackQuestion): Json {
  if (type === "boolean") return { type: "boolean", description: message };
  if (type === "enum") return { enum: values, description: message };
  return { type: "string", description: message, ...(pattern === null ? {} : { pattern }) };
}

function idsOf(answers: Answers): readonly string[] {
  const { stack, services, processes, platforms, ci, packageManager, license } = answers;
  const types = processes.map(({ type }) => type);
  return [stack, ...services, ...types, ...platforms, ...(ci === null ? [] : [ci]), packageManager, license];
}

/** A fixed answer as the answers have it. */
function stateOf(key: string, value: Json): Json {
  if ((key === "ci" || key === "jobs") && value === "none") return null;
  return Array.isArray(value) && key !== "processes" ? [...value].sort() : value;
}

function same(actual: unknown, wanted: Json): boolean {
  const plain = (value: unknown) =>
    Array.isArray(value) ? value.map((item) => (typeof item === "string" ? item : item.type)).sort() : value;
  return JSON.stringify(plain(actual)) === JSON.stringify(plain(wanted));
}

function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function shown(value: unknown): string {
  return printable(Array.isArray(value) ? value.join(",") : String(value)).slice(0, 60);
}

function unknown(name: string, questions: readonly PackQuestion[]): Failure {
  const known = questions.map((question) => question.name);
  const near = nearest(name, known);
  return new Failure({
    code: "answers/more",
    message: `No pack asks for "${shown(name)}".`,
    fix: near === null ? `They ask for ${known.join(", ") || "nothing"}.` : `Did you mean "${near}"?`,
  });
}

function refuse(key: string, message: string, fix: string): never {
  throw new Failure({ code: `answers/${key}`, message, fix });
}
