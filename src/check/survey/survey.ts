import type { Data } from "../parsers/data.ts";
import type { Dockerfile } from "../parsers/dockerfile.ts";
import { type DeclaredVariable, parseEnvExample, parseEnvSchema } from "../parsers/env-schema.ts";
import { parseJson } from "../parsers/json.ts";
import { type Procfile, parseProcfile } from "../parsers/procfile.ts";
import type { Repo } from "../repo.ts";
import { type Command, isCompose, readCommands } from "./commands.ts";
import { type ImageUse, imagesIn } from "./images.ts";
import { documentsToKeep, type KeptFacts, keptDocuments } from "./kept-facts.ts";
import { nameOf, partOf } from "./places.ts";
import { type Setting, settingsIn } from "./settings.ts";
import { readSources, type Sources } from "./sources.ts";

/** All that the rules look at, parsed once. */
export type Survey = {
  readonly repo: Repo;
  readonly procfiles: readonly (Procfile & { readonly file: string })[];
  readonly dockerfiles: readonly Dockerfile[];
  readonly data: ReadonlyMap<string, readonly Data[]>;
  readonly commands: readonly Command[];
  /** What `.env.schema` and `.env.example` declare. */
  readonly variables: readonly DeclaredVariable[];
  readonly images: readonly ImageUse[];
  /** The variables that descriptors of deploys set. */
  readonly settings: readonly Setting[];
  readonly sources: Sources;
};

export type SurveyOptions = { readonly procfile?: string | null; readonly kept?: KeptFacts | null };

const isProcfile = (name: string): boolean => name === "Procfile";
const isDockerfile = (name: string): boolean =>
  (/^(Dockerfile|Containerfile)(\.[\w-]+)?$/.test(name) || /\.Dockerfile$/.test(name)) &&
  !/\.(hbs|mustache|tmpl|tpl|template|j2|jinja2?|ejs|erb|njk|liquid|dockerignore)$/.test(name);
const jsonNames = new Set(["package.json", "app.json", "devcontainer.json", "deno.json", "composer.json"]);
const tomlNames = new Set(["pyproject.toml", "Cargo.toml", "mise.toml", ".mise.toml", "Pipfile"]);
const yamlNames = new Set([
  "render.yaml",
  "render.yml",
  "heroku.yml",
  "app.yaml",
  "deploy.yml",
  "deploy.yaml",
  ".gitlab-ci.yml",
]);
const schemaName =
  /^\.env[.-](example|sample|template|dist|defaults)$|^(example|sample|template)\.env$|^env\.(example|sample)$/;

/** Reads and parses what the rules ask about. Each parser is loaded only where a file needs it. */
export async function survey(
  repo: Repo,
  { procfile = null, kept = null }: SurveyOptions = {},
): Promise<Survey> {
  const own = repo.paths.filter((path) => partOf(path) !== "test");
  const variables = readVariables(repo, own);
  const [data, dockerfiles, sources] = await Promise.all([
    readData(repo, own, kept),
    readDockerfiles(repo, own),
    readSources(repo, [...new Set(variables.map(({ name }) => name))], kept),
  ]);
  const named = procfile === null ? own.filter((path) => isProcfile(nameOf(path))) : [procfile];
  const procfiles = named.flatMap((file) => {
    const text = repo.read(file);
    return text === null ? [] : [{ file, ...parseProcfile(text) }];
  });
  return {
    repo,
    procfiles,
    dockerfiles,
    data,
    commands: readCommands({ repo, procfiles, dockerfiles, data }),
    variables,
    images: imagesIn(dockerfiles, data),
    settings: settingsIn(dockerfiles, data),
    sources,
  };
}

function readVariables(repo: Repo, paths: readonly string[]): DeclaredVariable[] {
  return paths.flatMap((path) => {
    const name = nameOf(path);
    const text = name === ".env.schema" || schemaName.test(name) ? repo.read(path) : null;
    if (text === null) return [];
    return name === ".env.schema" ? parseEnvSchema(text, path) : parseEnvExample(text, path);
  });
}

async function readDockerfiles(repo: Repo, paths: readonly string[]): Promise<Dockerfile[]> {
  const found = paths.filter((path) => isDockerfile(nameOf(path)) && !/(^|\/)\.devcontainer\//.test(path));
  if (found.length === 0) return [];
  const { parseDockerfile } = await import("../parsers/dockerfile.ts");
  return found.flatMap((path) => {
    const text = repo.read(path);
    return text === null ? [] : [parseDockerfile(text, path)].filter(({ stages }) => stages.length > 0);
  });
}

async function readData(
  repo: Repo,
  paths: readonly string[],
  kept: KeptFacts | null,
): Promise<Map<string, readonly Data[]>> {
  const json = paths.filter((path) => jsonNames.has(nameOf(path)));
  const toml = paths.filter((path) => tomlNames.has(nameOf(path)) || /^fly[\w.-]*\.toml$/.test(nameOf(path)));
  const yaml = paths.filter((path) => /\.ya?ml$/.test(path) && isRelevantYaml(repo, path));
  const known = new Map(yaml.map((path) => [path, kept?.find(path, repo.read(path) ?? "")]));
  const [toToml, toYaml, loose] = await Promise.all([
    toml.length > 0 ? import("../parsers/toml.ts") : null,
    yaml.some((path) => known.get(path) === undefined) ? import("../parsers/yaml.ts") : null,
    json.some((path) => nameOf(path).startsWith("de")) ? import("jsonc-parser") : null,
  ]);
  const found = new Map<string, readonly Data[]>();
  const note = (path: string, parse: (text: string) => readonly (Data | null)[]) => {
    const text = repo.read(path);
    const documents = text === null ? [] : parse(text).flatMap((document) => (document ? [document] : []));
    if (documents.length > 0) found.set(path, documents);
  };
  for (const path of json) note(path, (text) => [parseJson(text, loose?.parse)]);
  for (const path of toml) note(path, (text) => [toToml?.parseToml(text) ?? null]);
  for (const path of yaml) {
    note(path, (text) => {
      const facts = known.get(path);
      if (facts !== undefined) return keptDocuments(facts);
      const documents = toYaml?.parseYaml(text) ?? [];
      const toKeep = kept && documentsToKeep(documents);
      if (toKeep) kept.keep(path, text, toKeep);
      return documents;
    });
  }
  return found;
}

export const isWorkflow = (path: string): boolean =>
  /(^|\/)\.(github|forgejo|gitea)\/workflows\/[^/]+\.ya?ml$/.test(path);

export const isCi = (path: string): boolean =>
  isWorkflow(path) || /(^|\/)\.gitlab-ci\.yml$/.test(path) || /(^|\/)\.circleci\/config\.yml$/.test(path);

const kinds =
  /^kind:\s*["']?(Deployment|StatefulSet|DaemonSet|Job|CronJob|Pod|Service|Ingress|ConfigMap|PersistentVolumeClaim)\b/m;

function isRelevantYaml(repo: Repo, path: string): boolean {
  const name = nameOf(path);
  if (isCompose(path) || isCi(path) || yamlNames.has(name)) return true;
  if (/(^|\/)\.(do|devcontainer)\/[^/]+$/.test(path)) return true;
  if (/(^|\/)(templates|charts)\//.test(path) || name.startsWith("pnpm-")) return false;
  const text = repo.read(path);
  return text?.includes("apiVersion:") === true && kinds.test(text);
}
