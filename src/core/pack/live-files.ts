import type { Node } from "../dialect/nodes.ts";
import type { Catalogue, Commanding, Program, Template, TemplateFile } from "../types.ts";
import { placeOf } from "./lay-over.ts";

/** Files that something runs without being asked: an editor, an agent, a shell, git, a package manager, a CI. */
const live: readonly RegExp[] = [
  /(^|\/)\.(vscode|vs|idea|zed|fleet|devcontainer|claude|cursor|codex|gemini|windsurf|continue|kiro|opencode|husky|githooks|circleci|buildkite|woodpecker|gitlab|direnv|mise|yarn|venv|cargo|bundle)\//,
  /(^|\/)(venv|node_modules)\//,
  /(^|\/)\.(github|gitea|forgejo)\/(workflows|actions|hooks)\//,
  /(^|\/)(\.envrc|\.npmrc|\.pnpmfile\.[cm]?js|\.yarnrc(\.yml)?|\.mcp\.json|\.cursorrules|\.devcontainer\.json|\.gitpod\.yml|\.pre-commit-config\.yaml|\.?lefthook(-local)?\.ya?ml|\.?mise(\.\w+)*\.toml|\.gitmodules|\.gitattributes|\.gitconfig|\.lfsconfig|\.bazelrc|\.n?exrc|\.nvim\.lua|\.dir-locals(-2)?\.el|binding\.gyp|[^/]*\.code-workspace)$/,
  // What an install reads, and may have run: settings, and builds.
  /(^|\/)(\.python-versions?|\.tool-versions|pyproject\.toml|uv\.toml|setup\.(py|cfg)|build\.rs|bunfig\.toml|pnpm-workspace\.yaml|gemfile|mix\.exs|package\.swift)$/,
  /^(\.gitlab-ci\.ya?ml|\.drone\.ya?ml|\.travis\.yml|\.woodpecker\.ya?ml|jenkinsfile|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml|appveyor\.yml|\.cirrus\.yml)$/,
];
const manifest = /(^|\/)(package\.(json5?|ya?ml)|composer\.json)$/;
const lifecycle =
  /\b(pre|post)?(install|prepare|pack|publish|version)\b|post-\w+-cmd|allowScripts|trustedDependencies|BuiltDependencies|AllBuilds|configDependencies|"(git|github|gitlab|bitbucket|gist|file|link|portal|patch|exec|ssh)[:+]|@https?:/;

/** Of each pack, by its name, what it writes that runs by itself, or puts a command into, and how it installs. */
export function liveFiles({ templates, commanding = [] }: Catalogue): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (pack: string, what: string) => {
    const known = found.get(pack) ?? [];
    if (!known.includes(what)) found.set(pack, [...known, what].sort());
  };
  for (const { pack, installs } of commanding)
    for (const command of installs) add(pack, `${command} (its install)`);
  for (const template of templates) {
    const commanders = commanding.filter((each) => reaches(each, template)).map(({ pack }) => pack);
    for (const file of template.layers.flatMap((layer) => layer.files)) {
      const path = typeof file.path === "string" ? file.path : placeOf(file);
      const known = folded(path);
      const isLive = live.some((pattern) => pattern.test(known)) && !isRequirements(known, file);
      const runs = isLive || hasOpenName(file) || (manifest.test(known) && mayRun(file));
      const names = packsOf(file);
      for (const name of [
        ...(runs ? names : []),
        ...(isLive && names.length === 0 && readsFacts(file) ? commanders : []),
      ])
        add(name, path);
    }
  }
  return found;
}

/** Facts of a stack are read by all but other stacks, those of another template by itself. */
function reaches({ kind, id }: Commanding, template: Template): boolean {
  const isOne = template.kind === kind && template.id === id;
  return isOne || (kind === "stack" && template.kind !== "stack");
}

/** Nothing but names in an index, in the stack's own settings. */
function isRequirements(path: string, file: TemplateFile): boolean {
  return (
    path.endsWith("pyproject.toml") && /^dependencies = \[\n( *"[^"@:\\/]*",?\n)*\]\n?$/.test(textOf(file))
  );
}

function readsFacts({ body }: TemplateFile): boolean {
  return (
    typeof body === "object" &&
    "program" in body &&
    /\["(code|words|json)",/.test(JSON.stringify(body.program))
  );
}

/** As a file system that knows no case has it; a process is called as its type, where nobody says otherwise. */
function folded(path: string): string {
  return path
    .replace(/\{\{\s*([a-z][a-z0-9-]*)\.name\s*\}\}/g, "$1")
    .toUpperCase()
    .toLowerCase();
}

/** An answer or a fact may make it any of these names; that of a task or a process can't. */
function hasOpenName({ path }: TemplateFile): boolean {
  return (
    typeof path !== "string" &&
    (path as readonly Node[]).some(
      (node) =>
        typeof node !== "string" &&
        !/^\["value",\["(?!project|facts)[a-z][a-z0-9-]*","name"\]\]$/.test(JSON.stringify(node)),
    )
  );
}

/** Whether a manifest has a lifecycle script, or may have one that isn't in its text as it stands. */
function mayRun(file: TemplateFile): boolean {
  const text = textOf(file).replace(/\\?"version\\?": *\\?"\d+\.\d+\.\d+\\?"/g, "");
  if (lifecycle.test(text) || text.includes("\\u")) return true;
  return typeof file.body === "object" && "program" in file.body && !isPlain(file.body.program);
}

/** Whether each placeholder is the value of a key that is written out. */
function isPlain(program: Program): boolean {
  return (program as readonly Node[]).every((node, at) => {
    if (typeof node === "string") return true;
    if (node[0] === "if") return isPlain(node[2]) && isPlain(node[3]);
    if (node[0] === "each") return isPlain(node[3]) && isPlain(node[4]);
    if (node[0] === "block") return isPlain(node[2]);
    const [before, after] = [program[at - 1], program[at + 1]];
    const isValue = typeof before === "string" && /[:[,]\s*$/.test(before);
    return node[0] === "value" && isValue && !(typeof after === "string" && /^\s*:/.test(after));
  });
}

/** The packs that a file is from: the one that wrote it, and those that filled its blocks. */
export function packsOf({ origin, fills = [] }: TemplateFile): readonly string[] {
  const origins = [origin, ...fills.map((fill) => fill.origin)];
  return origins.flatMap((each) => /^([^:]+):/.exec(each)?.[1] ?? []);
}

function textOf({ body }: TemplateFile): string {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : JSON.stringify(body.program);
}
