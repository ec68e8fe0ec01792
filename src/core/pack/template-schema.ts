import type { Json, TemplateKind } from "../types.ts";
import type { DataSchema } from "./data-schema.ts";

const text: DataSchema = { type: "string", minLength: 1 };
const texts: DataSchema = { type: "array", items: text };
const flag: DataSchema = { type: "boolean" };
const scalar: DataSchema = { anyOf: [{ type: "string" }, { type: "number" }, flag] };
const free: DataSchema = { type: "object" };
const mapOf = (values: DataSchema): DataSchema => ({ type: "object", additionalProperties: values });
const record = (required: readonly string[], properties: { readonly [key: string]: DataSchema }) =>
  ({ type: "object", required, additionalProperties: false, properties }) as DataSchema;

const textMap = mapOf({ anyOf: [text, { type: "number" }] });
const words: DataSchema = { ...texts, description: "a command as a list of words" };
const command = record(["command"], { command: words, dev: words, description: text });

const named = record(["name", "description"], {
  name: { ...text, pattern: "^[A-Z][A-Z0-9_]*$", description: "a name such as STRIPE_KEY" },
  type: { enum: ["string", "url", "port", "integer", "boolean", "enum"] },
  values: texts,
  required: flag,
  sensitive: { ...flag, description: "a secret, which has no default" },
  default: scalar,
  example: { ...scalar, description: "a value that works on a developer's machine" },
  description: text,
  processes: { ...texts, description: "the processes that need it; all where it's left out" },
});
const secretWithDefault: DataSchema = {
  type: "object",
  required: ["sensitive", "default"],
  properties: { sensitive: { enum: [true] } },
  additionalProperties: {},
};
const variable: DataSchema = { ...named, not: secretWithDefault };

const container = record(["image", "port"], {
  image: text,
  port: { type: "integer" },
  environment: textMap,
  command: words,
  commandNeeded: { type: "boolean", description: "whether the image is of no use without its command" },
  healthcheck: words,
  page: { type: "integer", description: "the port of a page for whoever develops" },
  volume: text,
});

const every = {
  label: text,
  description: text,
  traits: { ...texts, description: "words that layers may name, such as sql" },
  facts: { ...free, description: "what templates read as facts" },
} as const;
const env: DataSchema = { type: "array", items: variable };
const requires = record([], { processes: texts, roles: texts });

const properties: { readonly [kind in TemplateKind]: { readonly [key: string]: DataSchema } } = {
  base: { ...every, env },
  stack: {
    ...every,
    env,
    requires,
    toolchain: { ...textMap, description: "versions of tools, by name" },
    packageManagers: { ...mapOf(free), description: "facts of each; the first is the default" },
    processes: mapOf(command),
    tasks: mapOf(command),
    lockfiles: { ...textMap, description: "files beside template.yaml, by package manager" },
    platforms: { ...mapOf(free), description: "what add-ons say otherwise, by platform and service" },
    reserved: { ...texts, description: "names that no process or task of a person's own may have" },
    reservedVariables: { ...texts, description: "the same for variables" },
    answered: { ...flag, description: "whether its facts are answers, as adopt gives them" },
    omits: { ...texts, description: "files of other templates that it doesn't get" },
  },
  service: {
    ...every,
    env,
    roles: mapOf(record(["processes"], { rank: { type: "integer" }, processes: texts })),
    connection: { ...text, description: "a URL, with {host} where the host is" },
    container,
    debian: texts,
    platforms: { ...mapOf(free), description: "add-ons of platforms that don't know this service" },
  },
  process: { ...every, env, requires, http: flag, queue: flag },
  platform: { ...every, addons: { ...mapOf(free), description: "entries by service" } },
  ci: every,
};

/** The JSON Schema (2020-12) of the `template.yaml` of a new template. */
export function templateSchema(kind: TemplateKind): DataSchema {
  return titled(record(["label", "description"], properties[kind]), `template.yaml of a ${kind}`);
}

/** That of one which replaces facts of a template that is there: a JSON Merge Patch (RFC 7396), where null removes. */
export function patchSchema(kind: TemplateKind): DataSchema {
  return titled(patchOf(record([], properties[kind])), `facts that replace those of a ${kind}`);
}

function titled(schema: DataSchema, title: string): DataSchema {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title, ...schema };
}

/** Only maps are laid over one another; a list is replaced as a whole. */
function patchOf(schema: DataSchema): DataSchema {
  if (schema.type !== "object") return schema;
  const { required: _, properties: known, additionalProperties: others, ...rest } = schema;
  const each = Object.entries(known ?? {}).map(([key, value]) => [key, orNull(value as DataSchema)] as const);
  const isMap = others !== null && typeof others === "object" && !Array.isArray(others);
  return {
    ...rest,
    ...(known === undefined ? {} : { properties: Object.fromEntries(each) }),
    ...(others === undefined ? {} : { additionalProperties: isMap ? orNull(others as DataSchema) : others }),
  };
}

function orNull(schema: DataSchema): Json & DataSchema {
  return { anyOf: [patchOf(schema), { type: "null" }] };
}
