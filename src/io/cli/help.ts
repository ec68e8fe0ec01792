import { commonFlags, type Flag, type Verb, verbs } from "./verbs.ts";

/** The help of the verb that `argv` begins with; of `create`, with the list of verbs, where it begins with none. */
export function helpText(argv: readonly string[]): string {
  const asked = argv.find((word) => !word.startsWith("-")) ?? "";
  const verb = Object.hasOwn(verbs, asked) ? verbs[asked] : undefined;
  if (verb !== undefined && asked !== "create") {
    return `${verb.help}.\n\nUsage: create-twelve-factor ${asked} ${verb.usage}\n${options(verb)}`;
  }
  const create = verbs.create as Verb;
  const others = Object.entries(verbs).filter(([name]) => name !== "create");
  return `Creates a twelve-factor service that is ready to operate from its first commit.

Usage: create-twelve-factor ${create.usage}
       create-twelve-factor <verb> …

Verbs
${table(others.map(([name, { help }]) => [name, help]))}
${options(create)}
Exit codes: 0 fine, 1 conflicts or a failed install, 2 could not run, 130 cancelled.
`;
}

function options(verb: Verb): string {
  const flags = Object.entries({ ...verb.flags, ...commonFlags });
  return `\nOptions\n${table(flags.map(([name, flag]) => [spelled(name, flag), flag.help]))}`;
}

function spelled(name: string, flag: Flag): string {
  const long = `--${flag.negated ? "no-" : ""}${name}${flag.value === undefined ? "" : ` ${flag.value}`}`;
  return flag.short === undefined ? long : `-${flag.short}, ${long}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}
