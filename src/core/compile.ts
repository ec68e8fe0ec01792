import { conditionTokens, kindFolders } from "./catalogue.ts";
import { factsOf, readDefinition } from "./definition.ts";
import { checkProgram } from "./dialect/check.ts";
import { parseTemplate } from "./dialect/parse.ts";
import { targetOf } from "./escape/format-of.ts";
import { Failure } from "./failure.ts";
import { lockfiles } from "./lockfile/lockfile.ts";
import { nearest } from "./nearest.ts";
import { findFault } from "./pack/data-schema.ts";
import { fillBlocks, readFills } from "./pack/fill-blocks.ts";
import { layerOf, layOver } from "./pack/lay-over.ts";
import { mergePatch } from "./pack/merge-patch.ts";
import { strictYaml } from "./pack/strict-yaml.ts";
import { patchSchema, templateSchema } from "./pack/template-schema.ts";
import { itemOf } from "./per-item.ts";
import { shapeOfContext, withItem } from "./shape-of-context.ts";
import { TemplateError } from "./template-error.ts";
import type {
  Catalogue,
  Layer,
  PackQuestion,
  Program,
  Template,
  TemplateFile,
  TemplateKind,
} from "./types.ts";

/** A file of a `templates/` folder: its path in it, and what it holds. */
export type SourceFile = {
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
};

/** What a folder is laid over: the templates that there are, for a pack of this name. */
export type Under = {
  readonly templates: readonly Template[];
  readonly pack: string;
  readonly questions: readonly PackQuestion[];
};

/**
 * Compiles a `templates/` folder, or a pack over the templates that there are. Every template is parsed, and every path
 * that one reads is checked against the shape of its context. Throws a `Failure` with the file and the fix.
 */
export function compileTemplates(
  files: readonly SourceFile[],
  under: Under = { templates: [], pack: "", questions: [] },
): readonly Template[] {
  const folders = groupBy(files, (file) => folderOf(file.path));
  folders.delete(null);
  const read = [...folders].map(([folder, own]) => readTemplate(folder as string, own, under));
  const changed = new Set(read.map(kindFolder));
  const templates = [...under.templates.filter((template) => !changed.has(kindFolder(template))), ...read];
  templates.sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
  checkUnique(templates);
  checkNames(templates, under.questions);
  const catalogue: Catalogue = { integrity: "", templates, questions: under.questions };
  for (const template of templates) checkTemplate(catalogue, template);
  return templates;
}

const kinds: readonly TemplateKind[] = ["base", "stack", "service", "process", "platform", "ci"];

function place(template: Template): number {
  return kinds.indexOf(template.kind);
}

function folderOf(path: string): string | null {
  const [first = "", second = ""] = path.split("/");
  if (first === "base") return first;
  return Object.values(kindFolders).includes(first) && second !== "" ? `${first}/${second}` : null;
}

function groupBy<K>(files: readonly SourceFile[], keyOf: (file: SourceFile) => K): Map<K, SourceFile[]> {
  const groups = new Map<K, SourceFile[]>();
  for (const file of files) {
    const key = keyOf(file);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return groups;
}

function readTemplate(folder: string, files: readonly SourceFile[], { templates, pack }: Under): Template {
  const [first = "", id = "base"] = folder.split("/");
  const kind = kinds.find((candidate) => candidate !== "base" && kindFolders[candidate] === first) ?? "base";
  const place = pack === "" ? folder : `${pack}:${folder}`;
  if (!/^[a-z][a-z0-9-]*$/.test(id) || id in {}) {
    throw new TemplateError(place, `"${id}" can't be an id`, "Use lower-case letters, digits and hyphens.");
  }
  const under = templates.find((template) => template.kind === kind && template.id === id);
  const inside = files.map((file) => ({ ...file, path: file.path.slice(folder.length + 1) }));
  const definition = readFacts({ kind, place, inside, under, isPack: pack !== "" });
  const names = Object.values(definition.lockfiles);
  for (const { path } of inside) checkEntry(place, path, names);
  const layers = layOver(under?.layers ?? [], readLayers(place, inside));
  return {
    kind,
    id,
    definition,
    layers: fillBlocks(layers, readFills(place, inside), place),
    lockfiles: Object.defineProperties(
      {},
      Object.fromEntries(
        names.map((name) => [
          name,
          lockfileProperty({ origin: `${place}/template.yaml`, name, inside, under }),
        ]),
      ),
    ),
  };
}

type Reading = {
  readonly kind: TemplateKind;
  readonly place: string;
  readonly inside: readonly SourceFile[];
  readonly under: Template | undefined;
};

/** The facts of a template; of one that is there already, with those that the pack replaces. */
function readFacts({
  kind,
  place,
  inside,
  under,
  isPack,
}: Reading & { readonly isPack: boolean }): Template["definition"] {
  const yaml = inside.find((file) => file.path === "template.yaml");
  const origin = `${place}/template.yaml`;
  if (yaml === undefined) {
    if (under !== undefined) return under.definition;
    throw new TemplateError(place, "there is no template.yaml", "Write one.");
  }
  const { data, lineAt } = strictYaml(text(yaml), origin);
  const fault = isPack
    ? findFault(under === undefined ? templateSchema(kind) : patchSchema(kind), data)
    : null;
  if (fault !== null) throw new TemplateError(`${origin}:${lineAt(fault.path)}`, fault.what, fault.fix);
  try {
    if (under === undefined) return readDefinition(kind, data, origin);
    return readDefinition(kind, mergePatch(factsOf(kind, under.definition), data), origin);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const said = error.message.slice(origin.length + 2);
    const [, at = "", key] = /^(?:the file|([\w.[\]-]+)) (?:has the unknown key "([^"]+)")?/.exec(said) ?? [];
    const path = [...at.split(/[.[\]]+/), ...(key === undefined ? [] : [key])].filter((part) => part !== "");
    throw new TemplateError(`${origin}:${lineAt(path)}`, said, error.fix);
  }
}

/** A slip in a folder's name would leave its files out without a word. */
function checkEntry(place: string, path: string, lockfileNames: readonly string[]): void {
  const [first = ""] = path.split("/");
  const isKnown = path.includes("/")
    ? first === "files" || first.startsWith("files+") || first === "blocks"
    : first === "template.yaml" || first.endsWith(".md") || lockfileNames.includes(first);
  if (isKnown) return;
  const near = nearest(first, ["template.yaml", "files", "blocks", ...lockfileNames]);
  throw new TemplateError(
    `${place}/${first}`,
    "nothing reads it",
    near === null ? "Put it into files/, or files+CONDITION/." : `Did you mean ${near}?`,
  );
}

function readLayers(folder: string, files: readonly SourceFile[]): readonly Layer[] {
  const layers = groupBy(files, (file) => /^files(\+[^/]+)?(?=\/)/.exec(file.path)?.[0] ?? null);
  layers.delete(null);
  return [...layers].map(([name, own]) => ({
    condition: (name as string).split("+").slice(1),
    files: own.map((file) => readFile(folder, name as string, file)),
  }));
}

function readFile(folder: string, layer: string, file: SourceFile): TemplateFile {
  const origin = `${folder}/${file.path}`;
  const written = file.path.slice(layer.length + 1);
  const isTemplate = written.endsWith(".hbs");
  const named = isTemplate ? written.slice(0, -".hbs".length) : written;
  const path = named.includes("{{") ? parseTemplate(named, { path: named, origin, format: "path" }) : named;
  const body = isTemplate ? simplified(parseTemplate(text(file), { path: named, origin })) : bodyOf(file);
  return { path, body, executable: file.executable, origin };
}

/** A program without a placeholder is its text. */
function simplified(program: Program): TemplateFile["body"] {
  if (program.length === 0) return "";
  return program.length === 1 && typeof program[0] === "string" ? program[0] : { program };
}

function bodyOf(file: SourceFile): string | Uint8Array {
  try {
    return text(file);
  } catch {
    return file.content;
  }
}

function text(file: SourceFile): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file.content);
}

type Locking = Omit<Reading, "kind" | "place"> & { readonly origin: string; readonly name: string };

/** The lockfile that lies beside the facts, or that of the template that they are laid over, read when it is needed. */
function lockfileProperty({ origin, name, inside, under }: Locking): PropertyDescriptor {
  const known = Object.hasOwn(lockfiles, name) ? lockfiles[name] : undefined;
  const file = inside.find((candidate) => candidate.path === name);
  if (known === undefined) {
    throw new TemplateError(
      origin,
      `no one prunes ${name}`,
      `Use one of ${Object.keys(lockfiles).join(", ")}.`,
    );
  }
  if (file !== undefined) {
    try {
      return { enumerable: true, value: known.read(text(file)) };
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new TemplateError(
        origin,
        `${name} can't be read`,
        "Put it there as the package manager wrote it.",
      );
    }
  }
  const inherited = under && Object.getOwnPropertyDescriptor(under.lockfiles, name);
  if (inherited !== undefined) return inherited;
  throw new TemplateError(origin, `${name} is missing`, "Put it beside template.yaml.");
}

/** One id, trait or role means one thing, since a layer folder names it without its kind. Several may have one trait. */
function checkUnique(templates: readonly Template[]): void {
  const owners = new Map<string, { readonly owner: string; readonly sort: string }>();
  for (const template of templates) {
    const { traits, packageManagers } = template.definition;
    const own = [
      [template.id, ""],
      ...traits.map((trait) => [trait, "trait"]),
      ...Object.keys(packageManagers).map((id) => [id, "package manager"]),
    ] as const;
    for (const [token = "", sort = ""] of own) {
      const known = owners.get(token);
      if (known !== undefined && (sort === "" || known.sort !== sort)) {
        throw new TemplateError(
          `${kindFolder(template)}`,
          `"${token}" is taken by ${known.owner}`,
          "Choose another name.",
        );
      }
      owners.set(token, { owner: kindFolder(template), sort });
    }
  }
}

/** An answer of a pack is a token as well. */
function checkNames(templates: readonly Template[], questions: readonly PackQuestion[]): void {
  const taken = conditionTokens({ integrity: "", templates });
  const question = questions.find(({ name }) => taken.has(name) || name === "license");
  if (question === undefined) return;
  throw new TemplateError(
    `${question.pack}:pack.yaml`,
    `"${question.name}" is taken, as the name of a template, a trait or a role`,
    "Choose another name for the question.",
  );
}

function kindFolder(template: Template): string {
  return template.kind === "base" ? "base" : `${kindFolders[template.kind]}/${template.id}`;
}

function checkTemplate(catalogue: Catalogue, template: Template): void {
  const tokens = conditionTokens(catalogue);
  for (const layer of template.layers) {
    const [origin = kindFolder(template)] = layer.files.map((file) => file.origin);
    for (const token of layer.condition)
      checkToken(tokens, token, { origin: layerOf(origin), questions: catalogue.questions ?? [] });
  }
  try {
    checkPrograms(catalogue, template);
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error)) throw error;
    throw new TemplateError(
      kindFolder(template),
      error.message,
      "Give all of a list, or of a map, one form.",
    );
  }
}

function checkPrograms(catalogue: Catalogue, template: Template): void {
  const shape = shapeOfContext(catalogue, template);
  for (const { path, body, origin, fills = [] } of template.layers.flatMap((layer) => layer.files)) {
    const seen = withItem(catalogue, shape, itemOf(path));
    const target = targetOf(outputOf(path, origin));
    for (const fill of fills) checkProgram(fill.program, seen, { ...target, origin: fill.origin });
    if (typeof path !== "string") checkProgram(path, seen, { path: origin, format: "path", origin });
    if (isProgram(body)) checkProgram(body.program, seen, { ...target, origin });
  }
}

/** Where a file's format is read from; a placeholder stands in no file's ending. */
function outputOf(path: string | Program, origin: string): string {
  return typeof path === "string" ? path : origin.replace(/\.hbs$/, "");
}

type Place = { readonly origin: string; readonly questions: readonly PackQuestion[] };

function checkToken(tokens: ReadonlySet<string>, token: string, { origin, questions }: Place): void {
  const [role = "", player] = token.split("=");
  const question = questions.find(({ name }) => name === role);
  if (question !== undefined) {
    if (question.type === "boolean" ? player === undefined : question.values.includes(player ?? "")) return;
    const fix = question.values.map((value) => `${role}=${value}`).join(", ");
    throw new TemplateError(
      origin,
      `no answer is "${token}"`,
      `Use ${fix || "the name of an answer of true or false"}.`,
    );
  }
  if (
    role === "license"
      ? player !== undefined
      : tokens.has(role) && (player === undefined || tokens.has(player))
  )
    return;
  throw new TemplateError(
    origin,
    `nothing is named "${token}"`,
    "Use an id, a trait, a role, role=id or example.",
  );
}

function isProgram(body: TemplateFile["body"]): body is { readonly program: Program } {
  return typeof body === "object" && "program" in body;
}
