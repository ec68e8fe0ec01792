import { nearest } from "../nearest.ts";
import type { Json } from "../types.ts";

/** JSON Schema, of which this is the part that we read: what is printed for editors is what is checked. */
export type DataSchema = { readonly [keyword: string]: Json };

export type Fault = {
  readonly path: readonly (string | number)[];
  readonly what: string;
  readonly fix: string;
};

type Path = Fault["path"];

/** The first place where data isn't as a schema says, or null. */
export function findFault(schema: DataSchema, data: Json, path: Path = []): Fault | null {
  const named = path.length === 0 ? "it" : `"${path.join(".")}"`;
  const fault = (what: string, fix: string): Fault => ({ path, what: `${named} ${what}`, fix });
  const { type, pattern, maxLength, maxItems, anyOf } = schema;
  if (Array.isArray(anyOf)) {
    const faults = (anyOf as DataSchema[]).map((option) => findFault(option, data, path));
    if (faults.includes(null)) return null;
    return faults.find((found) => found !== null && found.path.length > path.length) ?? faults[0] ?? null;
  }
  if (schema.not !== undefined && findFault(schema.not as DataSchema, data) === null) {
    const both = ((schema.not as DataSchema).required ?? []) as readonly string[];
    return fault(`can't have ${both.join(" and ")} at once`, `Leave ${both.at(-1)} out.`);
  }
  const allowed = schema.enum as readonly Json[] | undefined;
  if (allowed !== undefined && !allowed.includes(data))
    return fault(`is ${shown(data)}`, suggestion(String(data), allowed.map(String)));
  if (type !== undefined && kindOf(data) !== type && !(type === "number" && kindOf(data) === "integer"))
    return fault(
      `isn't ${nouns[type as keyof typeof nouns]}`,
      `Make it one${schema.description ? `: ${schema.description}` : "."}`,
    );
  if (typeof data === "string") {
    if (data === "" && schema.minLength !== undefined) return fault("is empty", "Give it a text.");
    if (data.length > ((maxLength as number) ?? 10_000))
      return fault("is too long", `Use at most ${maxLength} characters.`);
    if (pattern !== undefined && !new RegExp(pattern as string).test(data))
      return fault(`is ${shown(data)}`, `Write ${schema.description ?? `what matches ${pattern}`}.`);
  }
  if (Array.isArray(data)) {
    if (data.length > ((maxItems as number) ?? 1000))
      return fault("has too many entries", `Use at most ${maxItems}.`);
    for (const [index, item] of data.entries()) {
      const found = findFault((schema.items ?? {}) as DataSchema, item, [...path, index]);
      if (found !== null) return found;
    }
  }
  return kindOf(data) === "object"
    ? findFaultInMap(schema, data as { readonly [key: string]: Json }, path)
    : null;
}

function findFaultInMap(schema: DataSchema, map: { readonly [key: string]: Json }, path: Path): Fault | null {
  const properties = (schema.properties ?? {}) as { readonly [key: string]: DataSchema };
  const names = schema.propertyNames as DataSchema | undefined;
  for (const [key, value] of Object.entries(map)) {
    const inner = [...path, key];
    const known = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
    if (known === false || (known === undefined && schema.properties !== undefined))
      return {
        path: inner,
        what: `there is no "${key}" here`,
        fix: suggestion(key, Object.keys(properties)),
      };
    const misnamed = names === undefined ? null : findFault(names, key, inner);
    if (misnamed !== null) return { ...misnamed, what: `"${key}" can't be a name here` };
    const found = known === undefined ? null : findFault(known as DataSchema, value, inner);
    if (found !== null) return found;
  }
  const missing = ((schema.required ?? []) as readonly string[]).find((key) => !Object.hasOwn(map, key));
  return missing === undefined ? null : { path, what: `there is no "${missing}"`, fix: `Add ${missing}: …` };
}

function kindOf(data: Json): string {
  if (data === null) return "null";
  if (Array.isArray(data)) return "array";
  return Number.isInteger(data) ? "integer" : typeof data;
}

const nouns = {
  string: "a text (put it in quotes)",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  array: "a list",
  object: "a map",
  null: "null",
};

function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === null ? `Use ${known.join(", ")}.` : `Did you mean "${near}"?`;
}

function shown(data: Json): string {
  return JSON.stringify(data).slice(0, 80);
}
