import { candidatesFor, kindFolders, servicesFor, templatesOf } from "../../core/catalogue.ts";
import { Failure } from "../../core/failure.ts";
import { nearest } from "../../core/nearest.ts";
import { printable } from "../../core/printable.ts";
import type { Catalogue, Template } from "../../core/types.ts";
import type { Invocation } from "./argv.ts";
import { catalogueFor, packsFor } from "./create.ts";
import { print, printData, resultStyle } from "./output.ts";

const kinds = Object.entries(kindFolders) as [keyof typeof kindFolders, string][];

/** Prints what there is to choose from, all kinds or one. */
export async function list(invocation: Invocation): Promise<number> {
  const { positionals, switches } = invocation;
  const asked = positionals[0];
  const chosen = kinds.filter(([, folder]) => asked === undefined || asked === folder);
  if (chosen.length === 0) throw unknownKind(asked as string);
  const catalogue = await catalogueFor(await packsFor(invocation));
  const listed = chosen.map(([kind, folder]) => [folder, templatesOf(catalogue, kind)] as const);
  if (switches.json) {
    const entries = listed.map(([folder, templates]) => [
      folder,
      templates.map((template) => entry(catalogue, template)),
    ]);
    const result = asked === undefined ? Object.fromEntries(entries) : entries[0]?.[1];
    printData(result, 2);
    return 0;
  }
  const style = resultStyle();
  const width = Math.max(...listed.flatMap(([, templates]) => templates.map(({ id }) => id.length)));
  const adopted = catalogue.templates.filter(({ definition }) => definition.answered);
  const shown = listed.map(
    ([folder, templates]) => [folder, folder === "stacks" ? [...templates, ...adopted] : templates] as const,
  );
  const sections = shown.map(([folder, templates]) => {
    const rows = templates.map(
      ({ id, definition }) => `  ${style.cyan(id.padEnd(width))}  ${definition.description}\n`,
    );
    return `${style.bold(folder)}\n${rows.join("")}`;
  });
  print(sections.join("\n"));
  return 0;
}

function entry(catalogue: Catalogue, template: Template) {
  const { id, kind, definition } = template;
  const shared = { id, label: definition.label, description: definition.description };
  if (kind === "service")
    return { ...shared, roles: Object.keys(definition.roles), stacks: stacksWith(catalogue, id) };
  if (kind !== "stack") return shared;
  const services = servicesFor(catalogue, template);
  return {
    ...shared,
    services: services.map((service) => service.id),
    jobs: candidatesFor("jobs", services).map((service) => service.id),
    processes: Object.keys(definition.processes),
    packageManagers: Object.keys(definition.packageManagers),
  };
}

function stacksWith(catalogue: Catalogue, service: string): readonly string[] {
  const stacks = templatesOf(catalogue, "stack");
  return stacks
    .filter((stack) => servicesFor(catalogue, stack).some(({ id }) => id === service))
    .map(({ id }) => id);
}

function unknownKind(kind: string): Failure {
  const folders = kinds.map(([, folder]) => folder);
  const near = nearest(kind, folders);
  return new Failure({
    code: "usage/kind",
    message: `There is no kind "${printable(kind).slice(0, 60)}" to list.`,
    fix: near === null ? `Use one of ${folders.join(", ")}.` : `Did you mean ${near}?`,
  });
}
