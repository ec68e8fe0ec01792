import {
  findTemplate,
  type kindFolders,
  processesFor,
  servicesFor,
  templatesOf,
} from "../src/core/catalogue.ts";
import { Failure } from "../src/core/failure.ts";
import { nearest } from "../src/core/nearest.ts";
import type { Answers, Catalogue, Template, TemplateKind } from "../src/core/types.ts";

/** What a verb is about: a template of the catalogue, or a task or variable of the person's own. */
export type Subject =
  | {
      readonly kind: "service" | "process" | "platform" | "ci";
      readonly id: string;
      readonly name: string | null;
    }
  | { readonly kind: "task" | "env"; readonly name: string };

export type SubjectKind = Subject["kind"];
export const subjectKinds: readonly SubjectKind[] = ["service", "process", "platform", "ci", "task", "env"];

/** Reads `redis`, `worker mailer`, `task purge-expired`, `env STRIPE_KEY`, or the same after a word of kind. */
export function readSubject(catalogue: Catalogue, answers: Answers, words: readonly string[]): Subject {
  const [first = "", ...rest] = words;
  const kind = subjectKinds.find((word) => word === first);
  if (kind === undefined) return readTemplate({ catalogue, answers, words, kind: null });
  if (kind !== "task" && kind !== "env") return readTemplate({ catalogue, answers, words: rest, kind });
  const [name, extra] = rest;
  if (name === undefined || extra !== undefined)
    refuse(
      `${kind} takes one name.`,
      kind === "task" ? "Write task purge-expired, say." : "Write env STRIPE_KEY, say.",
    );
  return { kind, name };
}

/** The templates of a kind that suit the repo's stack. */
export function offered(catalogue: Catalogue, answers: Answers, kind: TemplateKind): readonly Template[] {
  const stack = findTemplate(catalogue, "stack", answers.stack);
  if (stack !== undefined && kind === "service") return servicesFor(catalogue, stack);
  if (stack !== undefined && kind === "process") return processesFor(catalogue, stack);
  return templatesOf(catalogue, kind);
}

type Reading = {
  readonly catalogue: Catalogue;
  readonly answers: Answers;
  readonly words: readonly string[];
  readonly kind: TemplateKind | null;
};

function readTemplate({ catalogue, answers, words, kind }: Reading): Subject {
  const [id = "", name = null, extra] = words;
  const kinds = ["service", "process", "platform", "ci"] as const;
  const among = kinds.filter((candidate) => kind === null || candidate === kind);
  const known = among.flatMap((candidate) => offered(catalogue, answers, candidate));
  const found = known.find((template) => template.id === id);
  const running = answers.processes.find((process) => process.name === id);
  if (found === undefined && running !== undefined && name === null && among.includes("process"))
    return { kind: "process", id: running.type, name: id };
  if (found === undefined) {
    const unsuited = among.some((candidate) =>
      templatesOf(catalogue, candidate).some((other) => other.id === id),
    );
    const ids = known.map((template) => template.id);
    const near = nearest(id, ids);
    refuse(
      unsuited
        ? `The stack ${answers.stack} has nothing for ${id}.`
        : `There is no ${kind ?? "template"} "${id}".`,
      near === null ? `Use one of ${ids.join(", ")}, or task NAME, or env NAME.` : `Did you mean ${near}?`,
    );
  }
  if (extra !== undefined || (name !== null && found.kind !== "process"))
    refuse(`"${extra ?? name}" is one word too many.`, "Only a process has a name besides its type.");
  return { kind: found.kind as keyof typeof kindFolders & "service", id, name };
}

function refuse(message: string, fix: string): never {
  throw new Failure({ code: "change/subject", message, fix });
}
