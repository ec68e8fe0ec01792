import type { Catalogue, TemplateFile } from "../types.ts";
import { placeOf } from "./lay-over.ts";

/** Files that something runs without being asked: an editor, an agent, a shell, git, a package manager, a CI. */
const live: readonly RegExp[] = [
  /^\.(vscode|idea|zed|fleet|devcontainer|claude|cursor|codex|gemini|windsurf|continue|husky|githooks|circleci|buildkite|woodpecker|gitlab|direnv|mise|yarn)\//,
  /^\.github\/(workflows|actions|hooks)\//,
  /(^|\/)(\.envrc|\.npmrc|\.pnpmfile\.c?js|\.yarnrc(\.yml)?|\.mcp\.json|\.cursorrules|\.devcontainer\.json|\.pre-commit-config\.yaml|\.?lefthook(-local)?\.ya?ml|\.?mise(\.\w+)?\.toml|\.gitmodules|\.gitattributes|\.gitconfig|\.bazelrc)$/,
  /^(\.gitlab-ci\.ya?ml|\.drone\.ya?ml|\.travis\.yml|\.woodpecker\.ya?ml|Jenkinsfile|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml|appveyor\.yml|\.cirrus\.yml)$/,
];
const manifest = /(^|\/)(package\.json|composer\.json|setup\.py|build\.rs)$/;
const lifecycle = /\b(pre|post)?(install|prepare|pack|publish|version)\b|setup\(|fn main|post-\w+-cmd/;

/** Of each pack, by its name, what it writes that runs by itself. */
export function liveFiles({ templates }: Catalogue): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const file of templates.flatMap(({ layers }) => layers.flatMap((layer) => layer.files))) {
    const path = typeof file.path === "string" ? file.path : placeOf(file);
    const runs = live.some((pattern) => pattern.test(path.toLowerCase()) || pattern.test(path));
    if (!runs && !(manifest.test(path) && lifecycle.test(textOf(file)))) continue;
    for (const name of packsOf(file)) {
      const paths = found.get(name) ?? [];
      if (!paths.includes(path)) found.set(name, [...paths, path].sort());
    }
  }
  return found;
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
