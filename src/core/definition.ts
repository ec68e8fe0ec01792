import { nearest } from "./nearest.ts";
import { TemplateError } from "./template-error.ts";
import type { EnvType, Json, TemplateKind } from "./types.ts";

/** The facts of a `template.yaml`, by kind. Everything else a template says, it says with its files. */

export type RoleFact = {
  /** Among the chosen services that have the role, the lowest rank plays it, where one service alone does. */
  readonly rank: number;
  /** The process types that need the service's variables when it plays the role. */
  readonly processes: readonly string[];
};

export type VariableFact = {
  readonly name: string;
  readonly type: EnvType;
  readonly values: readonly string[];
  readonly required: boolean;
  readonly sensitive: boolean;
  readonly default: string | null;
  readonly example: string | null;
  readonly description: string;
  /** Process types; empty in a service, whose roles say it. */
  readonly processes: readonly string[];
};

export type CommandFact = {
  readonly command: readonly string[];
  readonly dev: readonly string[];
  readonly description: string;
};

export type Definition = {
  readonly label: string;
  readonly description: string;
  readonly traits: readonly string[];
  readonly facts: { readonly [key: string]: Json };
  readonly env: readonly VariableFact[];
  readonly requires: {
    readonly processes: readonly string[];
    readonly roles: readonly string[];
  };
  // Stacks.
  readonly toolchain: { readonly [tool: string]: string };
  readonly packageManagers: { readonly [id: string]: { readonly [key: string]: Json } };
  readonly processes: { readonly [type: string]: CommandFact };
  readonly tasks: { readonly [name: string]: CommandFact };
  readonly lockfiles: { readonly [packageManager: string]: string };
  /** What a platform's add-ons say otherwise for a stack, by platform and service; of a service, by platform. */
  readonly platforms: { readonly [platform: string]: { readonly [key: string]: Json } };
  /** Whether its facts are answers: those of a repo whose code isn't ours, and which gets nothing of the base. */
  readonly answered?: true;
  /** Files of other templates that a repo of this stack doesn't get. */
  readonly omits?: readonly string[];
  // Services.
  readonly roles: { readonly [role: string]: RoleFact };
  readonly connection: string | null;
  readonly container: ContainerFact | null;
  readonly debian: readonly string[];
  /** Names that a process or a task of the person's own can't have, since the stack's files take them. */
  readonly reserved: readonly string[];
  /** The same for variables. */
  readonly reservedVariables: readonly string[];
  // Processes.
  readonly http: boolean;
  /** Each performs the jobs of a queue of its own, so that a repo may have several. */
  readonly queue: boolean;
  // Platforms.
  readonly addons: { readonly [service: string]: { readonly [key: string]: Json } };
};

export type ContainerFact = {
  readonly image: string;
  readonly port: number;
  readonly environment: { readonly [name: string]: string };
  readonly command: readonly string[];
  /** Whether the image is of no use without its command, in CI either. */
  readonly commandNeeded: boolean;
  readonly healthcheck: readonly string[];
  /** The port of a page for whoever develops; 0 where there is none. */
  readonly page: number;
  readonly volume: string | null;
};

const common = ["label", "description", "traits", "facts"];
const keysOf: Readonly<Record<TemplateKind, readonly string[]>> = {
  base: [...common, "env"],
  stack: [
    ...common,
    "env",
    "requires",
    "toolchain",
    "packageManagers",
    "processes",
    "tasks",
    "lockfiles",
    "platforms",
    "reserved",
    "reservedVariables",
    "answered",
    "omits",
  ],
  service: [...common, "env", "roles", "connection", "container", "debian", "platforms"],
  process: [...common, "env", "requires", "http", "queue"],
  platform: [...common, "addons"],
  ci: common,
};

const envTypes: readonly string[] = ["string", "url", "port", "integer", "boolean", "enum"];

/** Reads a parsed `template.yaml`; throws a `TemplateError` for what isn't of the kind's shape. */
export function readDefinition(kind: TemplateKind, data: Json, origin: string): Definition {
  const reader = new Reader(origin);
  const root = reader.map(data, "the file");
  reader.known(root, keysOf[kind], "the file");
  const requires = reader.map(or(root.requires, {}), "requires");
  reader.known(requires, ["processes", "roles"], "requires");
  return {
    label: reader.text(root.label, "label"),
    description: reader.text(root.description, "description"),
    traits: reader.texts(or(root.traits, []), "traits"),
    facts: reader.map(or(root.facts, {}), "facts"),
    env: reader
      .list(or(root.env, []), "env")
      .map((entry, index) => readVariable(reader, entry, `env[${index}]`)),
    requires: {
      processes: reader.texts(or(requires.processes, []), "requires.processes"),
      roles: reader.texts(or(requires.roles, []), "requires.roles"),
    },
    toolchain: reader.textMap(or(root.toolchain, {}), "toolchain"),
    packageManagers: reader.each(or(root.packageManagers, {}), "packageManagers", (value, at) =>
      reader.map(value, at),
    ),
    processes: reader.each(or(root.processes, {}), "processes", (value, at) =>
      readCommand(reader, value, at),
    ),
    tasks: reader.each(or(root.tasks, {}), "tasks", (value, at) => readCommand(reader, value, at)),
    lockfiles: reader.textMap(or(root.lockfiles, {}), "lockfiles"),
    roles: reader.each(or(root.roles, {}), "roles", (value, at) => {
      const role = reader.map(value, at);
      reader.known(role, ["rank", "processes"], at);
      return {
        rank: reader.number(or(role.rank, 0), `${at}.rank`),
        processes: reader.texts(role.processes, at),
      };
    }),
    connection: root.connection === undefined ? null : reader.text(root.connection, "connection"),
    container: root.container === undefined ? null : readContainer(reader, root.container),
    debian: reader.texts(or(root.debian, []), "debian"),
    platforms: reader.each(or(root.platforms, {}), "platforms", (value, at) => reader.map(value, at)),
    reserved: reader.texts(or(root.reserved, []), "reserved"),
    reservedVariables: reader.texts(or(root.reservedVariables, []), "reservedVariables"),
    ...(reader.flag(root.answered, "answered") === true && { answered: true }),
    ...(root.omits !== undefined && { omits: reader.texts(root.omits, "omits") }),
    http: reader.flag(root.http, "http") === true,
    queue: reader.flag(root.queue, "queue") === true,
    addons: reader.each(or(root.addons, {}), "addons", (value, at) => reader.map(value, at)),
  };
}

/** A definition as its `template.yaml` would state it, for a pack to lay its own facts over. */
export function factsOf(kind: TemplateKind, definition: Definition): JsonMap {
  const free = ["facts", "packageManagers", "addons", "platforms"];
  const stated = keysOf[kind].map((key) => {
    const value = definition[key as keyof Definition] as Json;
    return [key, free.includes(key) ? value : withoutNothing(value ?? null)] as const;
  });
  return Object.fromEntries(stated.filter(([, value]) => value !== null));
}

/** Without what `readDefinition` puts in where nothing is said. */
function withoutNothing(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutNothing);
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== "");
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNothing(item)]));
}

function readVariable(reader: Reader, data: Json, at: string): VariableFact {
  const entry = reader.map(data, at);
  const keys = [
    "name",
    "type",
    "values",
    "required",
    "sensitive",
    "default",
    "example",
    "description",
    "processes",
  ];
  reader.known(entry, keys, at);
  const name = reader.text(entry.name, `${at}.name`);
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) reader.fail(`${at}.name is "${name}"`, "Use A-Z, 0-9 and _.");
  const type = reader.text(or(entry.type, "string"), `${at}.type`);
  if (!envTypes.includes(type)) reader.fail(`${at}.type is "${type}"`, `Use one of ${envTypes.join(", ")}.`);
  const sensitive = reader.flag(entry.sensitive, `${at}.sensitive`) === true;
  const required = reader.flag(entry.required, `${at}.required`);
  const preset = reader.scalar(entry.default, `${at}.default`);
  if (sensitive && preset !== null)
    reader.fail(`${name} is sensitive and has a default`, "Remove the default.");
  return {
    name,
    type: type as EnvType,
    values: reader.texts(or(entry.values, []), `${at}.values`),
    required: required ?? preset === null,
    sensitive,
    default: preset,
    example: reader.scalar(entry.example, `${at}.example`),
    description: reader.text(entry.description, `${at}.description`),
    processes: reader.texts(or(entry.processes, []), `${at}.processes`),
  };
}

function readCommand(reader: Reader, data: Json, at: string): CommandFact {
  const entry = reader.map(data, at);
  reader.known(entry, ["command", "dev", "description"], at);
  const command = reader.texts(entry.command, `${at}.command`);
  return {
    command,
    dev: entry.dev === undefined ? command : reader.texts(entry.dev, `${at}.dev`),
    description: entry.description === undefined ? "" : reader.text(entry.description, `${at}.description`),
  };
}

function readContainer(reader: Reader, data: Json): ContainerFact {
  const entry = reader.map(data, "container");
  const keys = ["image", "port", "environment", "command", "commandNeeded", "healthcheck", "page", "volume"];
  reader.known(entry, keys, "container");
  return {
    image: reader.text(entry.image, "container.image"),
    port: reader.number(entry.port, "container.port"),
    environment: reader.textMap(or(entry.environment, {}), "container.environment"),
    command: reader.texts(or(entry.command, []), "container.command"),
    commandNeeded: reader.flag(entry.commandNeeded, "container.commandNeeded") === true,
    healthcheck: reader.texts(or(entry.healthcheck, []), "container.healthcheck"),
    page: reader.number(or(entry.page, 0), "container.page"),
    volume: entry.volume === undefined ? null : reader.text(entry.volume, "container.volume"),
  };
}

/** What isn't stated; null is a statement. */
function or(value: Json | undefined, unstated: Json): Json {
  return value === undefined ? unstated : value;
}

type JsonMap = { readonly [key: string]: Json };

class Reader {
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  fail(message: string, fix: string): never {
    throw new TemplateError(this.origin, message, fix);
  }

  known(map: JsonMap, keys: readonly string[], at: string): void {
    for (const key of Object.keys(map)) {
      if (keys.includes(key)) continue;
      const near = nearest(key, keys);
      this.fail(
        `${at} has the unknown key "${key}"`,
        near ? `Did you mean "${near}"?` : `Use ${keys.join(", ")}.`,
      );
    }
  }

  map(data: Json | undefined, at: string): JsonMap {
    if (data === null || typeof data !== "object" || Array.isArray(data))
      this.fail(`${at} isn't a map`, "Make it one.");
    return data as JsonMap;
  }

  list(data: Json | undefined, at: string): readonly Json[] {
    if (!Array.isArray(data)) this.fail(`${at} isn't a list`, "Make it one.");
    return data as readonly Json[];
  }

  text(data: Json | undefined, at: string): string {
    if (typeof data !== "string" || data === "")
      this.fail(`${at} isn't a text`, "Give it one, in quotes if need be.");
    return data;
  }

  number(data: Json | undefined, at: string): number {
    if (!Number.isInteger(data)) this.fail(`${at} isn't a whole number`, "Make it one.");
    return data as number;
  }

  flag(data: Json | undefined, at: string): boolean | undefined {
    if (data !== undefined && typeof data !== "boolean")
      this.fail(`${at} isn't true or false`, "Make it one of them.");
    return data;
  }

  scalar(data: Json | undefined, at: string): string | null {
    if (data === undefined) return null;
    if (data === null || typeof data === "object")
      this.fail(`${at} isn't a text, a number, or true or false`, "Make it one.");
    return String(data);
  }

  texts(data: Json | undefined, at: string): readonly string[] {
    return this.list(data, at).map((entry, index) => this.text(entry, `${at}[${index}]`));
  }

  textMap(data: Json | undefined, at: string): { readonly [key: string]: string } {
    return this.each(data, at, (value, key) =>
      this.text(typeof value === "number" ? String(value) : value, key),
    );
  }

  each<T>(
    data: Json | undefined,
    at: string,
    read: (value: Json, at: string) => T,
  ): { readonly [key: string]: T } {
    const entries = Object.entries(this.map(data, at)).map(([key, value]) => [
      key,
      read(value, `${at}.${key}`),
    ]);
    return Object.fromEntries(entries) as { readonly [key: string]: T };
  }
}
