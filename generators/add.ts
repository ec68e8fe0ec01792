import { findTemplate, rivalsOf, templatesOf } from "../src/core/catalogue.ts";
import { Failure } from "../src/core/failure.ts";
import { nameProblem } from "../src/core/names.ts";
import type { Answers, Catalogue, OwnVariable } from "../src/core/types.ts";
import type { Decided } from "./change.ts";
import { isForeign, settle } from "./requirements.ts";
import type { Subject } from "./subject.ts";

export type Addition = {
  readonly subject: Subject;
  readonly jobs?: string | undefined;
  /** How a process of a repo is started whose code isn't ours. */
  readonly command?: string | undefined;
  /** Of a variable or a task. */
  readonly description?: string | undefined;
  /** Of a variable; by default an optional text that every process reads. */
  readonly type?: string | undefined;
  readonly required?: boolean | undefined;
  readonly sensitive?: boolean | undefined;
  readonly processes?: readonly string[] | undefined;
  /** These two: empty for none any more. */
  readonly default?: string | undefined;
  readonly example?: string | undefined;
};

/** The answers with one thing more. What is there already changes nothing. */
export function add(catalogue: Catalogue, before: Answers, addition: Addition): Decided {
  const after = withSubject(catalogue, before, addition);
  if (after === null) {
    const moves = addition.jobs !== undefined && addition.jobs !== before.jobs;
    if (!moves) return { answers: before, notes: [] };
  }
  return settle({ catalogue, before, after: after ?? before, jobs: addition.jobs });
}

function withSubject(catalogue: Catalogue, answers: Answers, addition: Addition): Answers | null {
  const { subject } = addition;
  switch (subject.kind) {
    case "service":
      if (answers.services.includes(subject.id)) return null;
      refuseRival(catalogue, answers, subject.id);
      if (isForeign(catalogue, answers)) return withForeignService(catalogue, answers, subject.id);
      refuseOwn(catalogue, answers, subject.id);
      return { ...answers, services: [...answers.services, subject.id] };
    case "platform":
      if (answers.platforms.includes(subject.id)) return null;
      return { ...answers, platforms: [...answers.platforms, subject.id] };
    case "ci":
      if (answers.ci === subject.id) return null;
      if (answers.ci === null) return { ...answers, ci: subject.id };
      return refuse(`The CI is ${answers.ci} already.`, `Run swap ${answers.ci} ${subject.id}.`);
    case "process":
      if (isForeign(catalogue, answers))
        return withForeignProcess(answers, subject.id, {
          name: subject.name ?? subject.id,
          command: addition.command,
        });
      return withProcess(answers, subject.id, subject.name ?? subject.id);
    case "task":
      if (isForeign(catalogue, answers))
        return refuse(
          "The code of this repo is its own, and so are its tasks.",
          "Write the task there; it needs nothing of the files of the templates.",
        );
      return withTask(answers, subject.name, addition);
    case "env":
      return withVariable(catalogue, answers, { name: subject.name, addition });
  }
}

/** The variable that the code reads already is from now on that of the service. */
function withForeignService(catalogue: Catalogue, answers: Answers, id: string): Answers {
  const facts = findTemplate(catalogue, "service", id)?.definition.env ?? [];
  const env = answers.env.filter(({ name }) => !facts.some((fact) => fact.name === name));
  return { ...answers, services: [...answers.services, id], env };
}

type Started = { readonly name: string; readonly command: string | undefined };

function withForeignProcess(answers: Answers, type: string, { name, command }: Started): Answers | null {
  const { facts } = answers;
  if (facts === undefined) return null;
  if (command === undefined && facts.commands[name] === undefined)
    return refuse(
      `How ${name} is started is for you to say: the code of this repo is its own.`,
      `Write add ${type}${name === type ? "" : ` ${name}`} --command "PROGRAM ARGUMENT …".`,
    );
  const added = withProcess(answers, type, name);
  if (added === null && (command === undefined || command === facts.commands[name])) return null;
  const commands = { ...facts.commands, ...(command !== undefined && { [name]: command }) };
  return { ...(added ?? answers), facts: { ...facts, commands } };
}

function refuseRival(catalogue: Catalogue, { services }: Answers, id: string): void {
  const service = findTemplate(catalogue, "service", id);
  const [rival] = service === undefined ? [] : rivalsOf(service, templatesOf(catalogue, "service"));
  if (rival === undefined || !services.includes(rival.id)) return;
  refuse(
    `${rival.id} is there already, and ${id} would be at the same variable.`,
    `Run swap ${rival.id} ${id}.`,
  );
}

function refuseOwn(catalogue: Catalogue, { env }: Answers, id: string): void {
  const facts = findTemplate(catalogue, "service", id)?.definition.env ?? [];
  const own = env.find(({ name }) => facts.some((fact) => fact.name === name));
  if (own === undefined) return;
  refuse(
    `${own.name} is a variable of your own, and ${id} would be there.`,
    `Run remove env ${own.name} first.`,
  );
}

function withProcess(answers: Answers, type: string, name: string): Answers | null {
  const known = answers.processes.find((process) => process.name === name);
  if (known?.type === type) return null;
  if (known !== undefined) return refuse(`${name} is a ${known.type} already.`, "Choose another name.");
  return { ...answers, processes: [...answers.processes, { name, type }] };
}

function withTask(answers: Answers, name: string, { description }: Addition): Answers | null {
  const known = answers.tasks.find((task) => task.name === name);
  const task = { name, description: description ?? known?.description ?? `Runs ${name}.` };
  if (known !== undefined && known.description === task.description) return null;
  const problem = nameProblem(name);
  if (problem !== null)
    return refuse(`"${name.slice(0, 60)}" can't name a task. ${problem}`, "Choose another name.");
  return { ...answers, tasks: [...answers.tasks.filter((other) => other !== known), task] };
}

type Variable = { readonly name: string; readonly addition: Addition };

function withVariable(catalogue: Catalogue, answers: Answers, { name, addition }: Variable): Answers | null {
  if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(name))
    return refuse(`"${name.slice(0, 64)}" can't name a variable.`, "Use A-Z, 0-9 and _, such as STRIPE_KEY.");
  const owner = catalogue.templates.find(
    ({ kind, id, definition }) =>
      (kind !== "service" || answers.services.includes(id)) &&
      definition.env.some((fact) => fact.name === name),
  );
  if (owner !== undefined) return refuse(`${name} is a variable of ${owner.id}.`, "Choose another name.");
  const known = answers.env.find((variable) => variable.name === name);
  const all = [...answers.processes.map((process) => process.name), "release"];
  const variable: OwnVariable = {
    name,
    type: (addition.type ?? known?.type ?? "string") as OwnVariable["type"],
    required: addition.required ?? known?.required ?? false,
    sensitive: addition.sensitive ?? known?.sensitive ?? false,
    description: addition.description ?? known?.description ?? `${name} of this service`,
    processes: addition.processes ?? known?.processes ?? [],
    ...stated("default", addition.default ?? known?.default),
    ...stated("example", addition.example ?? known?.example),
  };
  if (!["string", "url", "port", "integer", "boolean"].includes(variable.type))
    return refuse(
      `"${variable.type}" is no type of a variable.`,
      "Use string, url, port, integer or boolean.",
    );
  const stranger = variable.processes.find((process) => !all.includes(process));
  if (stranger !== undefined)
    return refuse(`There is no process "${stranger.slice(0, 60)}".`, `Use some of ${all.join(", ")}.`);
  if (known !== undefined && JSON.stringify(known) === JSON.stringify(variable)) return null;
  return { ...answers, env: [...answers.env.filter((other) => other !== known), variable] };
}

/** An empty text takes back what was said before. */
function stated<K extends string>(key: K, value: string | undefined): { readonly [key in K]?: string } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { readonly [key in K]: string });
}

function refuse(message: string, fix: string): never {
  throw new Failure({ code: "change/add", message, fix });
}
