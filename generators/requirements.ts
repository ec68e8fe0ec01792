import { validateAnswers } from "../src/core/answers.ts";
import { candidatesFor, exclusiveRoles, findTemplate, servicesFor } from "../src/core/catalogue.ts";
import { Failure } from "../src/core/failure.ts";
import type { Answers, Catalogue, Template } from "../src/core/types.ts";
import type { Decided } from "./change.ts";

export type Settling = {
  readonly catalogue: Catalogue;
  readonly before: Answers;
  readonly after: Answers;
  /** The service that is to carry the jobs, where that was said. */
  readonly jobs?: string | undefined;
};

/**
 * Completes answers that a verb changed, or refuses them with the verb that comes first. Jobs stay where they are unless
 * another service was named, since those on a live queue don't move.
 */
export function settle({ catalogue, before, after, jobs }: Settling): Decided {
  if (isForeign(catalogue, after)) return settleForeign(catalogue, before, after);
  verifyProcesses(catalogue, after);
  const answers = { ...canonical(catalogue, after), jobs: carrier({ catalogue, before, after, jobs }) };
  validateAnswers(catalogue, answers);
  return { answers, notes: movedRoles(catalogue, before, answers) };
}

/** Whether the code of the repo isn't ours: then its processes need whatever they need. */
export function isForeign(catalogue: Catalogue, { stack }: Answers): boolean {
  return findTemplate(catalogue, "stack", stack)?.definition.answered === true;
}

function settleForeign(catalogue: Catalogue, before: Answers, after: Answers): Decided {
  const answers = canonical(catalogue, after);
  validateAnswers(catalogue, answers);
  const fresh = <T>(of: (answers: Answers) => readonly T[]) =>
    of(answers).filter((item) => !of(before).includes(item));
  const services = fresh(({ services: ids }) => ids).flatMap(
    (id) => findTemplate(catalogue, "service", id) ?? [],
  );
  return {
    answers,
    notes: [
      ...services.map(
        ({ id, definition }) =>
          `The code is yours: connect to ${id} there, by what ${definition.env[0]?.name} says, and ask it in the readiness check.`,
      ),
      ...fresh(({ env }) => env.map(({ name }) => name)).map(
        (name) => `The code is yours: read ${name} where it reads its configuration.`,
      ),
    ],
  };
}

/** In the order in which `create` has them, so that the order of verbs doesn't matter. */
export function canonical(catalogue: Catalogue, answers: Answers): Answers {
  const stack = findTemplate(catalogue, "stack", answers.stack);
  const types = Object.keys(stack?.definition.processes ?? {});
  const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
  return {
    ...answers,
    services: [...answers.services].sort(),
    platforms: [...answers.platforms].sort(),
    processes: answers.processes.toSorted(
      (a, b) => types.indexOf(a.type) - types.indexOf(b.type) || byName(a, b),
    ),
    env: answers.env.toSorted(byName),
    tasks: answers.tasks.toSorted(byName),
  };
}

function carrier({ catalogue, before, after, jobs }: Settling): string | null {
  if (jobs !== undefined) return jobs;
  const able = carriersIn(catalogue, after);
  if (!after.processes.some(({ type }) => needsJobs(catalogue, type))) return null;
  if (before.jobs === null) return able[0] ?? null;
  if (after.services.includes(before.jobs)) return before.jobs;
  const fix =
    able.length > 0
      ? `Say which service is to carry them: --jobs ${able.join(" or --jobs ")}. Drain the queue in ${before.jobs} first.`
      : `Swap ${before.jobs} for a service that can carry them, or remove the processes that need them first.`;
  throw new Failure({
    code: "change/jobs",
    message: `Jobs go over ${before.jobs}, and nothing moves them to another queue by itself.`,
    fix,
  });
}

function verifyProcesses(catalogue: Catalogue, answers: Answers): void {
  const types = answers.processes.map(({ type }) => type);
  const stack = findTemplate(catalogue, "stack", answers.stack) as Template;
  const missing = stack.definition.requires.processes.find((type) => !types.includes(type));
  if (missing !== undefined)
    refuse(`The stack ${stack.id} needs a ${missing} process.`, `Leave the last ${missing} where it is.`);
  for (const type of types) {
    const { requires } = findTemplate(catalogue, "process", type)?.definition ?? { requires: null };
    const needed = requires?.processes.find((id) => !types.includes(id));
    if (needed !== undefined)
      refuse(
        `A ${type} only puts jobs on the queue, and no ${needed} would perform them.`,
        `Run add ${needed} first, or remove ${type} first.`,
      );
    if (!needsJobs(catalogue, type) || carriersIn(catalogue, answers).length > 0) continue;
    const carriers = candidatesFor("jobs", servicesFor(catalogue, stack)).map(({ id }) => id);
    refuse(
      `A ${type} needs a service that can carry jobs, and there would be none.`,
      `Run add ${carriers.join(" or add ")} first, or remove ${type} first.`,
    );
  }
}

/** What moves from one service to another, whose data and jobs stay behind. */
function movedRoles(catalogue: Catalogue, before: Answers, after: Answers): readonly string[] {
  const moved = exclusiveRoles.flatMap((role) => {
    const [from, to] = [playerOf(catalogue, before, role), playerOf(catalogue, after, role)];
    return from === null || to === null || from === to ? [] : [{ role, from, to }];
  });
  return moved.map(({ role, from, to }) =>
    role === "jobs"
      ? `Jobs go over ${to} from the next release on. Those still in ${from} stay there: drain it before.`
      : `${to} is the ${role} from the next release on. What ${from} holds stays there: move it before.`,
  );
}

function playerOf(catalogue: Catalogue, answers: Answers, role: string): string | null {
  if (role === "jobs") return answers.jobs;
  return candidatesFor(role, templatesOf(catalogue, answers.services))[0]?.id ?? null;
}

function needsJobs(catalogue: Catalogue, type: string): boolean {
  return findTemplate(catalogue, "process", type)?.definition.requires.roles.includes("jobs") === true;
}

function carriersIn(catalogue: Catalogue, { services }: Answers): readonly string[] {
  return candidatesFor("jobs", templatesOf(catalogue, services)).map(({ id }) => id);
}

function templatesOf(catalogue: Catalogue, services: readonly string[]): readonly Template[] {
  return services
    .map((id) => findTemplate(catalogue, "service", id))
    .filter((template) => template !== undefined);
}

function refuse(message: string, fix: string): never {
  throw new Failure({ code: "change/requirement", message, fix });
}
