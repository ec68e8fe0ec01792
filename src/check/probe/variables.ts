import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DeclaredVariable, parseEnvExample, parseEnvSchema } from "../parsers/env-schema.ts";

/** The variables that the repo declares, from the file that says most about each. */
export function declaredVariables(tree: string): DeclaredVariable[] {
  const found = new Map<string, DeclaredVariable>();
  const sources = [
    ...parse(tree, ".env.schema", parseEnvSchema),
    ...parse(tree, ".env.example", parseEnvExample),
    ...parse(tree, "app.json", fromAppJson),
  ];
  for (const variable of sources) {
    const known = found.get(variable.name);
    if (!known) found.set(variable.name, variable);
    else
      found.set(variable.name, {
        ...known,
        required: known.required ?? variable.required,
        sensitive: known.sensitive || variable.sensitive,
        default: known.default ?? variable.default,
        example: known.example ?? variable.example,
      });
  }
  return [...found.values()];
}

function parse(
  tree: string,
  file: string,
  read: (text: string, file: string) => DeclaredVariable[],
): DeclaredVariable[] {
  try {
    return read(readFileSync(join(tree, file), "utf8"), file);
  } catch {
    return [];
  }
}

function fromAppJson(text: string, file: string): DeclaredVariable[] {
  const { env = {} } = JSON.parse(text) as { readonly env?: { readonly [name: string]: unknown } };
  return Object.entries(env).map(([name, stated]) => {
    const entry = typeof stated === "object" && stated !== null ? stated : { value: stated };
    const {
      value,
      required = true,
      generator,
    } = entry as {
      readonly value?: unknown;
      readonly required?: boolean;
      readonly generator?: string;
    };
    return {
      name,
      type: null,
      values: [],
      required: required && value === undefined,
      sensitive: generator === "secret",
      default: typeof value === "string" ? value : null,
      example: null,
      processes: null,
      file,
      line: text.slice(0, text.indexOf(`"${name}"`)).split("\n").length,
    };
  });
}
