import { type DataFormat, mergeData } from "./data.ts";
import { JSON_FORMAT } from "./json.ts";
import { type Merged, type MergeRequest, mergeLight } from "./light.ts";
import { mergeByLine } from "./text.ts";
import { TOML_FORMAT } from "./toml.ts";
import { mergeYaml } from "./yaml.ts";

/** Merges theirs into ours, whose form stays: comments, order, quotes, indentation, line ends. */
export function mergeText(request: MergeRequest): Merged {
  const { path, base, ours, theirs } = request;
  if (theirs === base) return { text: ours, conflicts: [] };
  if (ours === base && !request.kept?.size) return { text: theirs, conflicts: [] };
  const light = mergeLight(request);
  if (light !== null) return light;
  if (/\.ya?ml$/.test(path)) return mergeYaml(request);
  const format = DATA.find(([paths]) => paths.test(path))?.[1];
  return format ? mergeData(request, format) : mergeByLine(request);
}

const DATA: readonly (readonly [paths: RegExp, format: DataFormat])[] = [
  [/\.(json|jsonc|code-workspace)$/, JSON_FORMAT],
  [/\.toml$/, TOML_FORMAT],
];
