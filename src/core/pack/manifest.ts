import { TemplateError } from "../template-error.ts";
import type { Json, PackQuestion } from "../types.ts";
import { type DataSchema, findFault } from "./data-schema.ts";
import { problemOf } from "./extension.ts";
import { strictYaml } from "./strict-yaml.ts";

/** Whether an entry of `extends` says where a pack is, and not only how it's called. */
export function isSource(extended: string): boolean {
  return /^(npm:|git\+|\.\.?\/)/.test(extended);
}

/** What `pack.yaml` says. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly extends: readonly string[];
  readonly questions: readonly PackQuestion[];
  readonly policy: Policy;
};

/** What a pack decides for whoever uses it. */
export type Policy = {
  /** Answers that are given, by their key or the name of a question. */
  readonly fixed: { readonly [answer: string]: Json };
  /** Ids that aren't offered. */
  readonly hide: readonly string[];
  /** Ids that are always among the answers. */
  readonly require: readonly string[];
  /** By the beginning of an image's full name, what takes its place. */
  readonly registries: { readonly [prefix: string]: string };
  /** By the slug of a check, how `check` takes what it finds. */
  readonly checks: { readonly [slug: string]: CheckRule };
};

export type CheckRule = {
  /** What a finding is at least; null where it stays what it is. */
  readonly severity: "violation" | "risk" | null;
  /** What the reason of a suppression has to match. */
  readonly reason: string | null;
  /** The only repos that may suppress it, by name; null where each may. */
  readonly exempt: readonly string[] | null;
};

/** The file of a pack that makes a folder one. */
export const manifestPath = "pack.yaml";
/** What a pack extends where it doesn't say: the templates of the program itself. */
export const builtIn = "create-twelve-factor";

const packName: DataSchema = {
  type: "string",
  pattern: "^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$",
  maxLength: 100,
  description: "a name as npm has them, such as acme-standards",
};

const packSource: DataSchema = {
  type: "string",
  pattern: "^(npm:|git\\+(https|ssh|file)://|\\.\\.?/)\\S+$",
  maxLength: 500,
  description: "a source such as npm:@acme/base@^1 or ../base",
};

const id: DataSchema = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9.-]*$", maxLength: 60 };
const text: DataSchema = { type: "string", minLength: 1, maxLength: 200 };
const scalar: DataSchema = { anyOf: [{ type: "string", maxLength: 200 }, { type: "boolean" }] };
const ids: DataSchema = { type: "array", items: id };
const questionName: DataSchema = {
  type: "string",
  pattern: "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
  maxLength: 40,
  description: "a name such as cost-center",
};

const question: DataSchema = {
  type: "object",
  required: ["type", "message"],
  additionalProperties: false,
  properties: {
    type: { enum: ["string", "boolean", "enum"] },
    message: text,
    values: { type: "array", items: { type: "string", pattern: "^[a-z0-9][a-z0-9-]*$", maxLength: 60 } },
    default: scalar,
    pattern: { type: "string", maxLength: 200 },
    when: {
      type: "object",
      additionalProperties: { anyOf: [scalar, { type: "array", items: scalar }] },
      description: "answers, each with a value or a list of them",
    },
  },
};

const severity: DataSchema = { enum: ["violation", "risk"] };
const policy: DataSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    fixed: {
      type: "object",
      additionalProperties: { anyOf: [scalar, { type: "array", items: id }] },
      description: "answers that are given",
    },
    hide: { ...ids, description: "ids that aren't offered" },
    require: { ...ids, description: "services, platforms and processes that every repo has" },
    checks: {
      type: "object",
      propertyNames: { type: "string", pattern: "^[a-z-]+/[a-z0-9-]+$", description: "the slug of a check" },
      additionalProperties: {
        anyOf: [
          {
            type: "object",
            additionalProperties: false,
            properties: {
              severity,
              reason: {
                type: "string",
                maxLength: 200,
                description: "a pattern for reasons of suppressions",
              },
              exempt: { ...ids, description: "names of the repos that may suppress it" },
            },
          },
          severity,
        ],
      },
      description: "checks whose findings are raised, or which not everybody may suppress",
    },
    registries: {
      type: "object",
      additionalProperties: { type: "string", pattern: "^[a-z0-9][a-z0-9.:/_-]*$", maxLength: 200 },
      description:
        "by the beginning of an image's full name, such as docker.io/library, what takes its place",
    },
  },
};

/** The JSON Schema (2020-12) of `pack.yaml`, printed for editors and checked here. */
export const manifestSchema: DataSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "pack.yaml of create-twelve-factor",
  type: "object",
  required: ["name", "version"],
  additionalProperties: false,
  properties: {
    name: packName,
    version: {
      type: "string",
      pattern: "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$",
      maxLength: 60,
      description: "a version such as 1.4.0",
    },
    description: { type: "string", maxLength: 200 },
    extends: {
      type: "array",
      maxItems: 20,
      description: `the packs under this one, by name or source; [${builtIn}] where it's left out`,
      items: { anyOf: [packName, packSource] },
    },
    questions: { type: "object", propertyNames: questionName, additionalProperties: question },
    policy,
  },
};

/** Reads the text of a `pack.yaml`; throws a `TemplateError` with the line. */
export function readManifest(text: string, origin: string): Manifest {
  const { data, lineAt } = strictYaml(text, origin);
  const fault = findFault(manifestSchema, data);
  if (fault !== null) throw new TemplateError(`${origin}:${lineAt(fault.path)}`, fault.what, fault.fix);
  const { questions = {}, policy: ruled = {}, ...stated } = data as Stated;
  const refuse = (path: readonly string[], what: string, fix: string): never => {
    throw new TemplateError(`${origin}:${lineAt(path)}`, what, fix);
  };
  return {
    description: "",
    extends: [builtIn],
    ...stated,
    questions: Object.entries(questions).map(([name, asked]) =>
      readQuestion(asked, { name, pack: stated.name, refuse }),
    ),
    policy: {
      fixed: {},
      hide: [],
      require: [],
      registries: {},
      ...ruled,
      checks: checksOf(ruled.checks, refuse),
    },
  };
}

type Stated = Pick<Manifest, "name" | "version"> & {
  readonly questions?: { readonly [name: string]: StatedQuestion };
  readonly policy?: Partial<Omit<Policy, "checks">> & { readonly checks?: StatedChecks };
};

type StatedChecks = { readonly [slug: string]: Partial<CheckRule> | "violation" | "risk" };
type Scalars = string | boolean | readonly (string | boolean)[];
type StatedQuestion = Pick<PackQuestion, "type" | "message"> &
  Partial<Pick<PackQuestion, "values" | "default" | "pattern">> & {
    readonly when?: { readonly [answer: string]: Scalars };
  };
type Asking = {
  readonly name: string;
  readonly pack: string;
  readonly refuse: (path: readonly string[], what: string, fix: string) => never;
};

function readQuestion(stated: StatedQuestion, { name, pack, refuse }: Asking): PackQuestion {
  const { values = [], default: preset = null, pattern = null, when = {} } = stated;
  const at = ["questions", name];
  if ((stated.type === "enum") !== values.length > 0)
    refuse(
      at,
      `${name} of type ${stated.type} has ${values.length} values`,
      "Give values to an enum, and to nothing else.",
    );
  if (pattern !== null) {
    if (stated.type !== "string") refuse([...at, "pattern"], `${name} isn't a string`, "Leave pattern out.");
    if (!isSafePattern(pattern)) refuse([...at, "pattern"], `"${pattern}" can't be a pattern`, patternFix);
  }
  const conditions = Object.entries(when).map(([key, value]) => [key, [value].flat().map(String)] as const);
  const question = {
    ...stated,
    name,
    pack,
    values,
    default: preset,
    pattern,
    when: Object.fromEntries(conditions),
  };
  const problem = preset === null ? null : problemOf(question, preset);
  if (problem !== null)
    refuse([...at, "default"], `the default of ${name} can't be used. ${problem}`, "Change it.");
  return question;
}

function checksOf(stated: StatedChecks = {}, refuse: Asking["refuse"]): Policy["checks"] {
  const rules = Object.entries(stated).map(([slug, rule]) => {
    const {
      severity = null,
      reason = null,
      exempt = null,
    } = typeof rule === "string" ? { severity: rule } : rule;
    if (reason !== null && !isSafePattern(reason))
      refuse(["policy", "checks", slug, "reason"], `"${reason}" can't be a pattern`, patternFix);
    return [slug, { severity, reason, exempt }] as const;
  });
  return Object.fromEntries(rules);
}

const patternFix =
  "Begin it with ^, end it with $, repeat no group, and have at most 4 groups and 4 of * + ? {.";

/** Whole, and without a group that repeats, or so many ways to match that to try them all takes for ever. */
function isSafePattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return (
      /^\^.*\$$/.test(pattern) &&
      !/\)[*+{?]|\\\d|\(\?/.test(pattern) &&
      (pattern.match(/[*+{?]/g) ?? []).length <= 4 &&
      (pattern.match(/\(/g) ?? []).length <= 4
    );
  } catch {
    return false;
  }
}
