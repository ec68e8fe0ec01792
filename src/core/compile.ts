import { parse as parseYaml } from "yaml";
import { conditionTokens, kindFolders } from "./catalogue.ts";
import { readDefinition, TemplateError } from "./definition.ts";
import { checkProgram } from "./dialect/check.ts";
import { parseTemplate } from "./dialect/parse.ts";
import { targetOf } from "./escape/format-of.ts";
import { lockfiles } from "./lockfile/lockfile.ts";
import { itemOf } from "./per-item.ts";
import { shapeOfContext, withItem } from "./shape-of-context.ts";
import type { Catalogue, Json, Layer, Program, Template, TemplateFile, TemplateKind } from "./types.ts";

/** A file of a `templates/` folder: its path in it, and what it holds. */
export type SourceFile = {
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
};

/**
 * Compiles a `templates/` folder. Every template is parsed, and every path that one reads is checked against the shape
 * of its context. Throws a `TemplateError` with the file and the fix.
 */
export function compileTemplates(files: readonly SourceFile[]): readonly Template[] {
  const folders = groupBy(files, (file) => folderOf(file.path));
  folders.delete(null);
  const read = [...folders].map(([folder, own]) => readTemplate(folder as string, own));
  const templates = read.toSorted((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
  checkUnique(templates);
  const catalogue: Catalogue = { integrity: "", templates };
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

function readTemplate(folder: string, files: readonly SourceFile[]): Template {
  const [first = "", id = "base"] = folder.split("/");
  const kind = kinds.find((candidate) => candidate !== "base" && kindFolders[candidate] === first) ?? "base";
  if (!/^[a-z][a-z0-9-]*$/.test(id)) {
    throw new TemplateError(folder, `"${id}" can't be an id`, "Use lower-case letters, digits and hyphens.");
  }
  const inside = files.map((file) => ({ ...file, path: file.path.slice(folder.length + 1) }));
  const yaml = inside.find((file) => file.path === "template.yaml");
  if (yaml === undefined) throw new TemplateError(folder, "there is no template.yaml", "Write one.");
  const origin = `${folder}/template.yaml`;
  const definition = readDefinition(kind, parseFacts(text(yaml), origin), origin);
  return {
    kind,
    id,
    definition,
    layers: readLayers(folder, inside),
    lockfiles: Object.fromEntries(
      Object.values(definition.lockfiles).map((name) => [name, readLockfile(origin, name, inside)]),
    ),
  };
}

function parseFacts(source: string, origin: string): Json {
  try {
    return parseYaml(source, { maxAliasCount: 10, schema: "core" }) as Json;
  } catch (error) {
    throw new TemplateError(origin, (error as Error).message, "Mend the YAML.");
  }
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

function readLockfile(origin: string, name: string, files: readonly SourceFile[]): Json {
  const known = lockfiles[name];
  const file = files.find((candidate) => candidate.path === name);
  if (known === undefined) {
    throw new TemplateError(
      origin,
      `no one prunes ${name}`,
      `Use one of ${Object.keys(lockfiles).join(", ")}.`,
    );
  }
  if (file === undefined)
    throw new TemplateError(origin, `${name} is missing`, "Put it beside template.yaml.");
  return known.read(text(file));
}

/** One id, trait or role means one thing, since a layer folder names it without its kind. */
function checkUnique(templates: readonly Template[]): void {
  const owners = new Map<string, string>();
  for (const template of templates) {
    const { traits, packageManagers } = template.definition;
    const own = [template.id, ...(template.kind === "stack" ? [] : traits), ...Object.keys(packageManagers)];
    for (const token of new Set(own)) {
      const owner = owners.get(token);
      const shared = template.kind === "stack" && Object.hasOwn(packageManagers, token);
      if (owner !== undefined && !shared) {
        throw new TemplateError(
          `${kindFolder(template)}`,
          `"${token}" is taken by ${owner}`,
          "Choose another name.",
        );
      }
      owners.set(token, kindFolder(template));
    }
  }
}

function kindFolder(template: Template): string {
  return template.kind === "base" ? "base" : `${kindFolders[template.kind]}/${template.id}`;
}

function checkTemplate(catalogue: Catalogue, template: Template): void {
  const shape = shapeOfContext(catalogue, template);
  const tokens = conditionTokens(catalogue);
  for (const layer of template.layers) {
    const folder = `${kindFolder(template)}/files+${layer.condition.join("+")}`;
    for (const token of layer.condition) checkToken(tokens, token, folder);
    for (const { path, body, origin } of layer.files) {
      const seen = withItem(catalogue, shape, itemOf(path));
      if (typeof path !== "string") checkProgram(path, seen, { path: origin, format: "path", origin });
      if (isProgram(body)) checkProgram(body.program, seen, { ...targetOf(outputOf(path, origin)), origin });
    }
  }
}

/** Where a file's format is read from; a placeholder stands in no file's ending. */
function outputOf(path: string | Program, origin: string): string {
  return typeof path === "string" ? path : origin.replace(/\.hbs$/, "");
}

function checkToken(tokens: ReadonlySet<string>, token: string, origin: string): void {
  const [role = "", player] = token.split("=");
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
