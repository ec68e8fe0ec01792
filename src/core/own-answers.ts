import { templatesOf } from "./catalogue.ts";
import { Failure } from "./failure.ts";
import { identifier } from "./identifier.ts";
import { nameProblem } from "./names.ts";
import { printable } from "./printable.ts";
import type { Answers, Catalogue, OwnVariable, ProcessAnswer, Template } from "./types.ts";

/**
 * Throws a `Failure` where a name of the person's own would take the place of something that is emitted: that of a
 * process, a task or a variable.
 */
export function checkOwnNames(catalogue: Catalogue, answers: Answers, stack: Template): void {
  checkProcesses(catalogue, answers.processes, stack);
  checkTasks(answers, stack);
  const processes = [...answers.processes.map(({ name }) => name), "release"];
  // A service that isn't here may have the same one: it can't be added then, and a release that brings it changes nothing.
  const taken = catalogue.templates
    .filter(({ kind, id }) =>
      kind === "stack" ? id === stack.id : kind !== "service" || answers.services.includes(id),
    )
    .flatMap(({ definition }) => definition.env.map(({ name }) => name));
  for (const own of answers.env) {
    checkVariable(own, processes, taken);
    if (stack.definition.reservedVariables.includes(own.name))
      refuse("env", `${own.name} means something to the code of ${stack.definition.label}.`);
  }
  twice(
    "env",
    "variable",
    answers.env.map(({ name }) => name),
  );
}

function checkProcesses(catalogue: Catalogue, processes: readonly ProcessAnswer[], stack: Template): void {
  const services = templatesOf(catalogue, "service").map(({ id }) => id);
  const types = templatesOf(catalogue, "process");
  for (const { name, type } of processes) {
    if (name === type) continue;
    checkName("processes", name);
    if (types.some(({ id, definition }) => id === type && definition.http)) {
      const message = `The process that serves HTTP is called ${type}, because platforms send requests to that name.`;
      refuse("processes", message, `Use ${type} instead of ${name}:${type}.`);
    }
    const others = [
      ...services,
      ...stack.definition.reserved,
      ...types.map(({ id }) => id),
      "release",
      "dev",
    ];
    if (others.includes(name))
      refuse("processes", `A ${type} can't be called ${name}: that is something else.`);
  }
  twice(
    "processes",
    "process",
    processes.map(({ name }) => name),
  );
  for (const { id, definition } of types) {
    const same = processes.filter(({ type }) => type === id).map(({ name }) => name);
    if (same.length < 2 || definition.queue) continue;
    const message = `${same.join(" and ")} are both of the type ${id}, and would do the same.`;
    refuse("processes", message, `Name one ${id} in --processes, and run as many of it as you need.`);
  }
}

function checkTasks({ tasks }: Answers, stack: Template): void {
  const { reserved, tasks: offered } = stack.definition;
  for (const { name, description } of tasks) {
    checkName("tasks", name);
    if ([...reserved, ...Object.keys(offered), "migrate", "release"].includes(name))
      refuse("tasks", `A task can't be called ${name}: that is something else.`);
    checkText("tasks", name, description);
    if (description.replace(/[^ -~]/g, "--").length > 80 || /["\\]/.test(description)) {
      const fix = "Describe it in at most 80 characters, without double quotes and backslashes.";
      refuse("tasks", `The description of ${name} doesn't fit on a line of code.`, fix);
    }
  }
  twice(
    "tasks",
    "task",
    tasks.map(({ name }) => name),
  );
}

function checkVariable(own: OwnVariable, processes: readonly string[], taken: readonly string[]): void {
  const { name, type, sensitive } = own;
  if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(name))
    refuse("env", `"${shown(name)}" can't name a variable.`, "Use up to 64 of A-Z, 0-9 and _.");
  if (taken.includes(name)) refuse("env", `${name} is a variable of a template.`);
  if (system.test(name)) refuse("env", `${name} means something to the system, the runtime or a tool.`);
  checkText("env", name, own.description);
  const stranger = own.processes.find((process) => !processes.includes(process));
  if (stranger !== undefined) {
    const message = `${name} is for ${shown(stranger)}, and no process has that name.`;
    refuse("env", message, `Use some of ${processes.join(", ")}, or an empty list for all.`);
  }
  if (sensitive && own.default !== undefined)
    refuse("env", `${name} is sensitive, and has a default.`, "Remove the default.");
  for (const value of [own.default, own.example]) {
    if (value === undefined) continue;
    if (!token.test(value) || values[type]?.test(value) === false)
      refuse("env", `"${shown(value)}" can't be a value of ${name}.`, `Give it a plain ${type}.`);
    if (name.length + value.length > 68)
      refuse("env", `${name} and its value don't fit on a line of code.`, "Make one of them shorter.");
  }
}

function checkName(key: "processes" | "tasks", name: string): void {
  const problem = name.length > 30 ? "It has more than 30 characters." : nameProblem(name);
  if (problem === null) return;
  refuse(key, `"${shown(name)}" can't name a ${key === "tasks" ? "task" : "process"}. ${problem}`);
}

/** What every reader of a .env takes alike. */
const token = /^[\w.:/@%+,=-]+$/;
const system =
  /^(PATH|HOME|USER|SHELL|PWD|IFS|ENV|TERM|TMPDIR|HOSTNAME|CDPATH|(NODE|LD|DYLD|NPM|PNPM|GIT|DOCKER|COMPOSE)_.*)$/;
const values: { readonly [type: string]: RegExp } = {
  url: /^[a-z][a-z\d+.-]*:\/\/./i,
  port: /^[1-9]\d{0,4}$/,
  integer: /^\d{1,15}$/,
  boolean: /^(true|false)$/,
};

function checkText(key: Key, name: string, text: string): void {
  if (text.length <= 200 && printable(text) === text && !/\*\/|-->|[\u2028\u2029]/.test(text)) return;
  const fix = "Describe it in one line of at most 200 printable characters, without the end of a comment.";
  refuse(key, `The description of ${name} can't be used.`, fix);
}

function twice(key: Key, kind: string, names: readonly string[]): void {
  const known = new Map<string, string>();
  for (const name of names) {
    const other = known.get(identifier(name));
    if (other === name) refuse(key, `${name} is named twice.`, `Name each ${kind} once.`);
    if (other !== undefined) refuse(key, `${other} and ${name} would have one name in the code.`);
    known.set(identifier(name), name);
  }
}

const places = { processes: "--processes", env: '"env" of the answers', tasks: '"tasks" of the answers' };
type Key = keyof typeof places;

function shown(value: string): string {
  return printable(value).slice(0, 60);
}

function refuse(key: Key, message: string, fix = `Choose another name in ${places[key]}.`): never {
  throw new Failure({ code: `answers/${key}`, message, fix });
}
