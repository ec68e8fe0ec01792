import type { Definition } from "./definition.ts";
import type { Catalogue, Template, TemplateKind } from "./types.ts";

/** The folder of `templates/` that each kind lives in; `base` is a template itself. */
export const kindFolders: Readonly<Record<Exclude<TemplateKind, "base">, string>> = {
  stack: "stacks",
  service: "services",
  process: "processes",
  platform: "platforms",
  ci: "ci",
};

/** Those that can be chosen: not a stack whose facts are answers, which `adopt` alone takes. */
export function templatesOf(catalogue: Catalogue, kind: TemplateKind): readonly Template[] {
  return catalogue.templates.filter(
    (template) => template.kind === kind && template.definition.answered !== true,
  );
}

export function findTemplate(catalogue: Catalogue, kind: TemplateKind, id: string): Template | undefined {
  return catalogue.templates.find((template) => template.kind === kind && template.id === id);
}

/** The services a stack offers: those for which it has a layer; all where the code isn't ours. */
export function servicesFor(catalogue: Catalogue, stack: Template): readonly Template[] {
  if (stack.definition.answered) return templatesOf(catalogue, "service");
  const tokens = new Set(stack.layers.flatMap((layer) => layer.condition));
  return templatesOf(catalogue, "service").filter((service) => tokens.has(service.id));
}

/** The services that one variable would have to locate as well: a repo has one of them. */
export function rivalsOf({ definition }: Template, services: readonly Template[]): readonly Template[] {
  const own = new Set(definition.env.map(({ name }) => name));
  return services.filter(
    (other) => other.definition !== definition && other.definition.env.some(({ name }) => own.has(name)),
  );
}

/** The process types a stack can run. */
export function processesFor(catalogue: Catalogue, stack: Template): readonly Template[] {
  if (stack.definition.answered) return templatesOf(catalogue, "process");
  return templatesOf(catalogue, "process").filter((process) => process.id in stack.definition.processes);
}

/** The chosen services that can play an exclusive role, best first. */
export function candidatesFor(role: string, services: readonly Template[]): readonly Template[] {
  const rank = (service: Template) => service.definition.roles[role]?.rank ?? 0;
  return services.filter((service) => role in service.definition.roles).sort((a, b) => rank(a) - rank(b));
}

/** Roles that one service alone plays; all others are played by every service that has them. */
export const exclusiveRoles: readonly string[] = ["bus", "jobs", "store"];

export function rolesOf(catalogue: Catalogue): readonly string[] {
  const roles = templatesOf(catalogue, "service").flatMap((service) => Object.keys(service.definition.roles));
  return [...new Set(roles)].sort();
}

/** Every word a layer condition may use: ids, traits, package managers, roles, `example`. */
export function conditionTokens(catalogue: Catalogue): ReadonlySet<string> {
  const ids = catalogue.templates.flatMap((template) => [template.id, ...tokensOf(template.definition)]);
  const asked = (catalogue.questions ?? []).map(({ name }) => name);
  return new Set([...ids, ...rolesOf(catalogue), "example", ...asked]);
}

function tokensOf(definition: Definition): readonly string[] {
  return [...definition.traits, ...Object.keys(definition.packageManagers)];
}
