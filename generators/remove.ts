import { Failure } from "../src/core/failure.ts";
import type { Answers, Catalogue } from "../src/core/types.ts";
import type { Decided } from "./change.ts";
import { settle } from "./requirements.ts";
import type { Subject } from "./subject.ts";

export type Removal = { readonly subject: Subject; readonly jobs?: string | undefined };

/** The answers with one thing less: the opposite of `add`. What isn't there changes nothing. */
export function remove(catalogue: Catalogue, before: Answers, { subject, jobs }: Removal): Decided {
  const after = without(before, subject);
  return after === null ? { answers: before, notes: [] } : settle({ catalogue, before, after, jobs });
}

function without(answers: Answers, subject: Subject): Answers | null {
  switch (subject.kind) {
    case "service":
      if (!answers.services.includes(subject.id)) return null;
      return { ...answers, services: answers.services.filter((id) => id !== subject.id) };
    case "platform":
      if (!answers.platforms.includes(subject.id)) return null;
      return { ...answers, platforms: answers.platforms.filter((id) => id !== subject.id) };
    case "ci":
      return answers.ci === subject.id ? { ...answers, ci: null } : null;
    case "process":
      return withoutProcess(answers, subject.id, subject.name);
    case "task":
      if (!answers.tasks.some(({ name }) => name === subject.name)) return null;
      return { ...answers, tasks: answers.tasks.filter(({ name }) => name !== subject.name) };
    case "env":
      if (!answers.env.some(({ name }) => name === subject.name)) return null;
      return { ...answers, env: answers.env.filter(({ name }) => name !== subject.name) };
  }
}

/** By its name; by its type where only one is of it. A variable that nothing else read goes with it. */
function withoutProcess(answers: Answers, type: string, name: string | null): Answers | null {
  const ofType = answers.processes.filter((process) => process.type === type);
  const named = ofType.find((process) => process.name === (name ?? type));
  if (named === undefined && name === null && ofType.length > 1) {
    throw new Failure({
      code: "change/remove",
      message: `There are several of type ${type}: ${ofType.map((process) => process.name).join(", ")}.`,
      fix: `Name one: remove ${type} ${ofType[0]?.name}.`,
    });
  }
  const gone = named ?? (name === null ? ofType[0] : undefined);
  if (gone === undefined) return null;
  const env = answers.env
    .filter(({ processes }) => !(processes.length === 1 && processes[0] === gone.name))
    .map((variable) => ({
      ...variable,
      processes: variable.processes.filter((other) => other !== gone.name),
    }));
  const processes = answers.processes.filter((process) => process !== gone);
  return { ...answers, processes, env, ...withoutCommand(answers, gone.name) };
}

function withoutCommand({ facts }: Answers, name: string): Pick<Answers, "facts"> {
  if (facts === undefined) return {};
  const { [name]: _, ...commands } = facts.commands;
  return { facts: { ...facts, commands } };
}
