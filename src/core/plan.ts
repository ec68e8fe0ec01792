import { withAnsweredFacts } from "./answered-stack.ts";
import { candidatesFor, conditionTokens, exclusiveRoles, findTemplate, rolesOf } from "./catalogue.ts";
import type { CommandFact, VariableFact } from "./definition.ts";
import { identifier, pascal, snake } from "./identifier.ts";
import type {
  Answers,
  Catalogue,
  Context,
  EnvVariable,
  Json,
  Layer,
  OwnVariable,
  Plan,
  PlannedLayer,
  ProcessAnswer,
  Template,
} from "./types.ts";
import { checker } from "./version.ts";

/**
 * Gathers the facts of all the chosen templates into one `project`, and the layers whose conditions hold. The answers
 * are complete and valid (`answers.ts`); an id that the catalogue doesn't have is a bug here.
 */
export function plan(catalogue: Catalogue, answers: Answers): Plan {
  const chosen = choose(catalogue, answers);
  const roles = playedRoles(catalogue, answers, chosen.services);
  const env = gatherEnv(answers, chosen, roles);
  const project = describeProject(catalogue, answers, { chosen, roles, env });
  const holds = conditionOf(answers, chosen, roles);
  const layers = chosen.all.flatMap((template): PlannedLayer[] => {
    const context = contextFor(template, project, { chosen, env });
    return inOrder(layersFor(template, chosen.stack))
      .filter((layer) => layer.condition.every(holds))
      .map((layer) => ({ template, layer, context }));
  });
  const lockfile = chosen.stack.definition.lockfiles[answers.packageManager];
  const data = lockfile === undefined ? undefined : chosen.stack.lockfiles[lockfile];
  return {
    answers,
    context: { project },
    layers,
    lockfiles: lockfile === undefined || data === undefined ? {} : { [lockfile]: data },
  };
}

/** All of a template's, but for what the stack does without. */
function layersFor(template: Template, { definition: { answered, omits } }: Template): readonly Layer[] {
  if (answered && template.kind === "base") return [];
  if (omits === undefined || template.kind === "stack") return template.layers;
  return template.layers.map(({ condition, files }) => ({
    condition,
    files: files.filter(({ path }) => typeof path !== "string" || !omits.includes(path)),
  }));
}

type Chosen = {
  readonly all: readonly Template[];
  readonly stack: Template;
  readonly services: readonly Template[];
  readonly platforms: readonly Template[];
};

type Roles = ReadonlyMap<string, readonly string[]>;

type Gathered = { readonly chosen: Chosen; readonly roles: Roles; readonly env: readonly EnvVariable[] };

function choose(catalogue: Catalogue, answers: Answers): Chosen {
  const need = (kind: Template["kind"], id: string): Template => {
    const template = findTemplate(catalogue, kind, id);
    if (template === undefined) throw new Error(`The catalogue has no ${kind} "${id}".`);
    return template;
  };
  const stack = withAnsweredFacts(need("stack", answers.stack), answers);
  const services = answers.services.map((id) => need("service", id));
  const types = [...new Set(answers.processes.map((process) => process.type))];
  const platforms = answers.platforms.map((id) => need("platform", id));
  const ci = answers.ci === null ? [] : [need("ci", answers.ci)];
  const all = [
    need("base", "base"),
    stack,
    ...services,
    ...types.map((id) => need("process", id)),
    ...platforms,
    ...ci,
  ];
  return { all, stack, services, platforms };
}

/** Who plays which role. `jobs` is what was answered, never what happens to be first. */
function playedRoles(catalogue: Catalogue, answers: Answers, services: readonly Template[]): Roles {
  const roles = new Map<string, readonly string[]>();
  for (const role of rolesOf(catalogue)) {
    const able = candidatesFor(role, services).map((service) => service.id);
    if (role === "jobs") roles.set(role, answers.jobs === null ? [] : [answers.jobs]);
    else roles.set(role, exclusiveRoles.includes(role) ? able.slice(0, 1) : able);
  }
  return roles;
}

function gatherEnv(answers: Answers, chosen: Chosen, roles: Roles): readonly EnvVariable[] {
  const ofTypes = (types: readonly string[]): readonly string[] => {
    const named = answers.processes.filter((process) => types.includes(process.type));
    return [...named.map((process) => process.name), ...(types.includes("release") ? ["release"] : [])];
  };
  const env: EnvVariable[] = [];
  for (const template of chosen.all) {
    const types = template.kind === "service" ? typesNeeding(template, roles) : null;
    for (const fact of template.definition.env) {
      const needed = types ?? (fact.processes.length === 0 ? everyType(answers) : fact.processes);
      env.push({ ...variable(fact, template), processes: ofTypes(needed) });
    }
  }
  for (const own of answers.env) env.push(ownVariable(own, ofTypes(everyType(answers))));
  return env.filter((entry) => entry.processes.length > 0);
}

function ownVariable(own: OwnVariable, everyone: readonly string[]): EnvVariable {
  const named = everyone.filter((name) => own.processes.length === 0 || own.processes.includes(name));
  const placeholder =
    own.required && own.default === undefined ? (placeholders[own.type] ?? "example") : null;
  return {
    ...own,
    own: true,
    description: own.description || own.name,
    values: [],
    default: own.default ?? null,
    example: own.example ?? placeholder,
    processes: named,
  };
}

/** What lets the app boot where a variable that is required has no example: on a developer's machine, in CI. */
const placeholders: { readonly [type: string]: string } = {
  url: "http://127.0.0.1:9",
  port: "9",
  integer: "1",
  boolean: "false",
};

function typesNeeding(service: Template, roles: Roles): readonly string[] {
  const played = Object.entries(service.definition.roles).filter(([role]) =>
    roles.get(role)?.includes(service.id),
  );
  // What nobody needs it for was chosen all the same: it is attached wherever it could be of use.
  const needed = played.length > 0 ? played : Object.entries(service.definition.roles);
  return [...new Set(needed.flatMap(([, fact]) => fact.processes))];
}

function everyType(answers: Answers): readonly string[] {
  return [...answers.processes.map((process) => process.type), "release"];
}

function variable(fact: VariableFact, template: Template): VariableFact {
  const local = fact.type === "url" ? connectionUrl(template, "127.0.0.1") : null;
  return { ...fact, example: fact.example ?? local };
}

function connectionUrl(service: Template, host: string): string | null {
  return service.definition.connection?.replace("{host}", host) ?? null;
}

function describeProject(catalogue: Catalogue, answers: Answers, gathered: Gathered): Json {
  const { chosen, roles, env } = gathered;
  const stack = chosen.stack.definition;
  const holds = conditionOf(answers, chosen, roles);
  const asJson = describeVariable(stack.facts.types);
  const neededBy = (name: string) => env.filter((entry) => entry.processes.includes(name)).map(asJson);
  const command = ({ command, dev }: CommandFact, name = "", args: readonly string[] = []) => {
    const named = (word: string) => word.replace("{name}", name).replace("{snake}", snake(name));
    return { command: [...command.map(named), ...args], dev: [...dev.map(named), ...args] };
  };
  const main = mainWorker(catalogue, answers);
  const ownTasks = answers.tasks.toSorted((a, b) => naturally(a.name, b.name));
  return {
    name: answers.name,
    title: answers.name,
    description: answers.description,
    license: answers.license,
    author: answers.author,
    example: answers.example,
    answers: Object.fromEntries(
      (catalogue.questions ?? []).map(({ name }) => [name, answers.more?.[name] ?? null]),
    ),
    stack: { id: answers.stack, label: stack.label, facts: stack.facts },
    packageManager: { id: answers.packageManager, ...stack.packageManagers[answers.packageManager] },
    toolchain: Object.entries(stack.toolchain).map(([tool, version]) => ({ tool, version })),
    roles: Object.fromEntries([...roles].map(([role, players]) => [role, players[0] ?? null])),
    services: chosen.services.map((service) => describeService(service, { roles, env, asJson })),
    volumes: chosen.services.flatMap(({ id, definition }) => (definition.container?.volume ? [id] : [])),
    processes: answers.processes.map((process) => ({
      name: process.name,
      identifier: identifier(process.name),
      pascal: pascal(process.name),
      snake: snake(process.name),
      type: process.type,
      ...processFacts(catalogue, process, main),
      ...command(
        (stack.processes[process.name] ?? stack.processes[process.type]) as CommandFact,
        process.name,
      ),
      variables: neededBy(process.name),
    })),
    release: { ...command(stack.processes.release as CommandFact), variables: neededBy("release") },
    tasks: [
      ...Object.entries(stack.tasks).map(([name, task]) => ({
        name,
        description: task.description,
        bin: [`bin/${name}`],
        ...command(task),
      })),
      ...ownTasks.map(({ name, description }) => ({
        name,
        description: description || name,
        bin: ["bin/admin", name],
        ...command(stack.tasks.admin ?? nothing, "", [name]),
      })),
    ],
    ownTasks: ownTasks.map(({ name, description }) => ({
      name,
      identifier: identifier(name),
      snake: snake(name),
      plain: identifier(name) === name,
      description: description || name,
    })),
    env: env.map(asJson),
    platforms: answers.platforms,
    ci: answers.ci,
    checker,
    has: Object.fromEntries([...conditionTokens(catalogue)].sort().map((token) => [token, holds(token)])),
  };
}

const nothing: CommandFact = { command: [], dev: [], description: "" };

/** Of several workers the one that performs the jobs of no other's queue: what is called as its type, else the first. */
function mainWorker(catalogue: Catalogue, { processes }: Answers): string | undefined {
  const workers = processes.filter(
    ({ type }) => findTemplate(catalogue, "process", type)?.definition.queue === true,
  );
  return (workers.find(({ name, type }) => name === type) ?? workers[0])?.name;
}

function processFacts(
  catalogue: Catalogue,
  { name, type }: ProcessAnswer,
  main: string | undefined,
): { [key: string]: Json } {
  const { label, description, http, queue } = (findTemplate(catalogue, "process", type) as Template)
    .definition;
  return {
    label,
    description,
    http,
    queue: queue ? (name === main ? "jobs" : name) : "",
    main: name === main,
  };
}

/** As formatters sort what is imported: numbers by their value. */
function naturally(a: string, b: string): number {
  const padded = (name: string) => name.replace(/\d+/g, (digits) => digits.padStart(20, "0"));
  return padded(a) < padded(b) ? -1 : 1;
}

function describeService(
  service: Template,
  { roles, env, asJson }: Omit<Gathered, "chosen"> & { readonly asJson: (entry: EnvVariable) => Json },
): Json {
  const { label, description, container, debian } = service.definition;
  const own = service.definition.env.map((fact) => fact.name);
  return {
    id: service.id,
    pascal: pascal(service.id),
    setting: snake(own[0] ?? ""),
    label,
    description,
    image: container?.image ?? "",
    port: container?.port ?? 0,
    variable: own[0] ?? "",
    localUrl: connectionUrl(service, "127.0.0.1") ?? "",
    networkUrl: connectionUrl(service, service.id) ?? "",
    roles: [...roles].filter(([, players]) => players.includes(service.id)).map(([role]) => role),
    environment: Object.entries(container?.environment ?? {}).map(([name, value]) => ({ name, value })),
    command: container?.command ?? [],
    neededCommand: container?.commandNeeded ? container.command : [],
    healthcheck: container?.healthcheck ?? [],
    page: container?.page ?? 0,
    volume: container?.volume ?? "",
    debian,
    env: env.filter((entry) => own.includes(entry.name)).map(asJson),
  };
}

function contextFor(template: Template, project: Json, gathered: Pick<Gathered, "chosen" | "env">): Context {
  const context = { project, facts: template.definition.facts };
  if (template.kind !== "platform") return context;
  const { services, stack } = gathered.chosen;
  const ofStack = stack.definition.platforms[template.id] as { [service: string]: object } | undefined;
  const mapped = services.flatMap((service) => {
    const known = { ...template.definition.addons[service.id], ...service.definition.platforms[template.id] };
    const entry = Object.keys(known).length === 0 ? known : { ...known, ...ofStack?.[service.id] };
    const variable = service.definition.env[0]?.name ?? "";
    return Object.keys(entry).length === 0 ? [] : [{ service: service.id, variable, ...entry }];
  });
  const covered = new Set(mapped.map((entry) => entry.variable));
  const manual = gathered.env.filter(
    (entry) => entry.required && entry.type !== "port" && !covered.has(entry.name),
  );
  return { ...context, addons: mapped, manual: manual.map(describeVariable(stack.definition.facts.types)) };
}

function conditionOf(answers: Answers, chosen: Chosen, roles: Roles): (token: string) => boolean {
  const { definition } = chosen.stack;
  const present = new Set([
    ...chosen.all.flatMap((template) => [template.id, ...template.definition.traits]),
    ...definition.traits,
    ...[...roles].filter(([, players]) => players.length > 0).map(([role]) => role),
    ...[...roles].flatMap(([role, players]) => players.map((id) => `${role}=${id}`)),
    answers.packageManager,
    `license=${answers.license}`,
    ...(answers.example ? ["example"] : []),
    ...Object.entries(answers.more ?? {}).flatMap(([name, value]) =>
      value === true ? [name] : value === false ? [] : [`${name}=${value}`],
    ),
  ]);
  return (token) => present.has(token);
}

/** `files` first, then by the number of tokens and their letters, so that the order is the same everywhere. */
function inOrder(layers: readonly Layer[]): readonly Layer[] {
  const key = (layer: Layer) => layer.condition.join("+");
  return [...layers].sort(
    (a, b) => a.condition.length - b.condition.length || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0),
  );
}

/** With the type as `.env.schema` writes it, as the stack's code does, and the default as a value of it. */
function describeVariable(types: Json | undefined): (entry: EnvVariable) => Json {
  const inCode = (types ?? {}) as { readonly [type: string]: string };
  return (entry) => {
    const { name, type } = entry;
    const more = {
      snake: snake(name),
      value: typed(entry),
      schemaType: schemaType(entry),
      codeType: inCode[type] ?? type,
    };
    return { own: false, ...entry, ...more } as unknown as Json;
  };
}

function typed({ type, default: text }: EnvVariable): Json {
  if (text === null || type === "string" || type === "url" || type === "enum") return text;
  return type === "boolean" ? text === "true" : Number(text);
}

function schemaType({ type, values }: EnvVariable): string {
  if (type === "enum") return `enum(${values.join(", ")})`;
  return type === "integer" ? "number(isInt=true)" : type;
}
