import { templatesOf } from "../catalogue.ts";
import { compileTemplates, type SourceFile } from "../compile.ts";
import type { Definition } from "../definition.ts";
import { nearest } from "../nearest.ts";
import { TemplateError } from "../template-error.ts";
import type { Catalogue, Commanding, Json, PackQuestion, Template } from "../types.ts";
import { extensionOf } from "./extension.ts";
import { builtIn, isSource, type Manifest, manifestPath } from "./manifest.ts";

/** A pack as it was read: data that is not yet laid over anything. */
export type Pack = {
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
  /** Names exactly these files. */
  readonly integrity: string;
  /** Where it was read from. */
  readonly source: string;
};

/** The built-in templates with packs over them, in order. Throws a `Failure` that names the file and the fix. */
export function composeCatalogue(built: Catalogue, packs: readonly Pack[]): Catalogue {
  const standsAlone = packs[0]?.manifest.extends.includes(builtIn) === false;
  let templates = standsAlone ? [] : built.templates;
  const questions: PackQuestion[] = [];
  const commanding: Commanding[] = [];
  const known = new Set(standsAlone ? [] : [builtIn]);
  for (const { manifest, files } of packs) {
    verifyPlace(manifest, known);
    for (const question of manifest.questions) questions.push(verifyNew(question, questions));
    const under = templates;
    templates = compileTemplates(files, { templates, pack: manifest.name, questions });
    commanding.push(...templates.flatMap((template) => commandsIn(template, under, manifest.name)));
    known.add(manifest.name);
  }
  const composed: Catalogue = {
    integrity: built.integrity,
    templates: ruled(templates, packs),
    questions,
    commanding,
    packs: packs.map(({ manifest: { name, version }, source, integrity }) => ({
      name,
      source,
      version,
      integrity,
    })),
  };
  if (standsAlone) verifyWhole(composed, packs[0]?.manifest.name ?? "");
  for (const { manifest } of packs) verifyPolicy(manifest, { ...composed, templates });
  return {
    ...composed,
    extension: extensionOf(
      composed,
      questions,
      packs.map(({ manifest }) => manifest),
    ),
  };
}

/** Where a template's facts hold commands, or names of actions, that the templates under it haven't; images are none. */
function commandsIn(template: Template, under: readonly Template[], pack: string): readonly Commanding[] {
  const { kind, id, definition } = template;
  const there = under.find((other) => other.kind === kind && other.id === id);
  if (there === template) return [];
  const commands = ({ packageManagers, processes, tasks, facts, toolchain }: Definition) =>
    JSON.stringify([packageManagers, processes, tasks, withoutImages(facts), sources(toolchain)]);
  if (there !== undefined && commands(definition) === commands(there.definition)) return [];
  const known = there === undefined ? [] : installsOf(there.definition);
  const installs = installsOf(definition).filter((install) => !known.includes(install));
  return [{ pack, kind, id, installs }];
}

/** What runs right after a repo is made. */
function installsOf({ packageManagers }: Definition): readonly string[] {
  return Object.values(packageManagers).flatMap(({ install }) => {
    const words = Array.isArray(install) ? install.join(" ") : String(install ?? "");
    return words === "" ? [] : [words];
  });
}

/** Tools that come from elsewhere than a plain name and version say. */
function sources(toolchain: Definition["toolchain"]): readonly string[] {
  return Object.entries(toolchain)
    .map(([tool, version]) => `${tool} ${version}`)
    .filter((line) => !/^[a-z][a-z0-9-]* \d[\w.+-]*$/.test(line));
}

function withoutImages(facts: Definition["facts"]): Definition["facts"] {
  return Object.fromEntries(Object.entries(facts).filter(([key]) => !isImage(key)));
}

function verifyNew(question: PackQuestion, known: readonly PackQuestion[]): PackQuestion {
  const other = known.find(({ name }) => name === question.name);
  if (other === undefined) return question;
  throw new TemplateError(
    `${question.pack}:${manifestPath}`,
    `"${question.name}" is asked by ${other.pack} already`,
    "Choose another name, or read the answer that there is.",
  );
}

/** Without what is hidden, and with images from where they are to come from. */
function ruled(templates: readonly Template[], packs: readonly Pack[]): readonly Template[] {
  const hidden = new Set(packs.flatMap(({ manifest }) => manifest.policy.hide));
  const registries = packs.flatMap(({ manifest }) => Object.entries(manifest.policy.registries));
  if (hidden.size + registries.length === 0) return templates;
  return templates
    .filter(({ id, kind }) => kind === "base" || !hidden.has(id))
    .map((template) => {
      const { definition } = template;
      const managers = Object.entries(definition.packageManagers).filter(([id]) => !hidden.has(id));
      const facts = { ...definition, packageManagers: Object.fromEntries(managers) };
      const layers = template.layers.filter(({ condition }) =>
        condition.every(
          (token) => !token.startsWith("license=") || !hidden.has(token.slice("license=".length)),
        ),
      );
      return {
        ...template,
        definition: rehosted(facts as unknown as Json, registries) as unknown as Definition,
        layers,
      };
    });
}

/** Every fact whose key ends in `image` names its image from another place, by the longest beginning that fits. */
function rehosted(facts: Json, registries: readonly (readonly [string, string])[]): Json {
  if (facts === null || typeof facts !== "object") return facts;
  if (Array.isArray(facts)) return facts.map((item) => rehosted(item, registries));
  const entries = Object.entries(facts).map(([key, value]): [string, Json] => {
    if (typeof value !== "string" || !isImage(key)) return [key, rehosted(value, registries)];
    const whole = fullName(value);
    const fitting = registries.filter(([prefix]) => whole.startsWith(`${prefix}/`));
    const [best] = fitting.toSorted(([a], [b]) => b.length - a.length);
    return [key, best === undefined ? value : best[1] + whole.slice(best[0].length)];
  });
  return Object.fromEntries(entries);
}

function isImage(key: string): boolean {
  return /image$/i.test(key);
}

/** `postgres:18` is `docker.io/library/postgres:18`. */
function fullName(image: string): string {
  const [first = "", ...rest] = image.split("/");
  if (rest.length > 0 && /[.:]|^localhost$/.test(first)) return image;
  return rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`;
}

function verifyPolicy({ name, policy }: Manifest, catalogue: Catalogue): void {
  const { templates, questions = [] } = catalogue;
  const managers = templates.flatMap(({ definition }) => Object.keys(definition.packageManagers));
  const licenses = templates
    .flatMap(({ layers }) => layers.flatMap(({ condition }) => condition))
    .flatMap((token) => (token.startsWith("license=") ? [token.slice("license=".length)] : []));
  const known = [...templates.map(({ id }) => id), ...managers, ...licenses];
  const kinds = ["service", "platform", "process"];
  const needed = templates.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  const verify = (key: string, words: readonly string[], among: readonly string[]) => {
    const stranger = words.find((word) => !among.includes(word));
    if (stranger === undefined) return;
    const near = nearest(stranger, among);
    throw new TemplateError(
      `${name}:${manifestPath}`,
      `policy.${key} names "${stranger}", which there isn't`,
      near === null ? `There are ${[...new Set(among)].join(", ")}.` : `Did you mean "${near}"?`,
    );
  };
  verify("hide", policy.hide, known);
  verify("require", policy.require, needed);
  const keys = [
    "description",
    "author",
    "license",
    "stack",
    "services",
    "jobs",
    "processes",
    "platforms",
    "ci",
  ];
  const answers = [...keys, "packageManager", "example", ...questions.map((question) => question.name)];
  verify("fixed", Object.keys(policy.fixed), answers);
  const asked = questions.filter((question) => question.pack === name);
  for (const { name: at, when } of asked)
    verify(`questions.${at}.when`.replace("policy.", ""), Object.keys(when), answers);
}

function verifyPlace({ name, extends: needed }: Manifest, known: ReadonlySet<string>): void {
  const origin = `${name}:${manifestPath}`;
  if (known.has(name))
    throw new TemplateError(origin, "the pack is named twice", `Give --pack for ${name} once.`);
  const missing = needed.find((other) => !isSource(other) && !known.has(other));
  if (missing === undefined) return;
  const fix =
    missing === builtIn
      ? "The pack before it stands alone: let that one extend it too, or give another."
      : `Give --pack with the source of ${missing} before that of ${name}.`;
  throw new TemplateError(origin, `it extends ${missing}, which isn't under it`, fix);
}

/** Without ours under it, a pack has to bring what every repo is made of. */
function verifyWhole(catalogue: Catalogue, name: string): void {
  const base = templatesOf(catalogue, "base").flatMap(({ layers }) =>
    layers.flatMap(({ condition }) => condition),
  );
  const missing = [
    ...(base.some((token) => token.startsWith("license=")) ? [] : ["base/files+license=ID"]),
    ...(["stack", "process"] as const).flatMap((kind) =>
      templatesOf(catalogue, kind).length === 0 ? [kind === "stack" ? "stacks/ID" : "processes/ID"] : [],
    ),
  ];
  if (missing.length === 0) return;
  throw new TemplateError(
    `${name}:${manifestPath}`,
    `the pack stands alone, and has no ${missing.join(", ")}`,
    `Write them, or extend ${builtIn}.`,
  );
}
