import { nearest } from "./nearest.ts";
import { receiptPath } from "./receipt.ts";
import { render } from "./render.ts";
import type { Json, Plan, PlannedLayer, TemplateFile } from "./types.ts";

/** Where a part of an emitted file comes from. */
export type Source = {
  /** The name of the pack; null for the templates of the program itself. */
  readonly pack: string | null;
  /** The file of the template, in its pack. */
  readonly file: string;
  /** What has to be chosen for it; empty where it is always there. */
  readonly condition: readonly string[];
  /** Blocks that packs filled, as sources of their own. */
  readonly blocks: readonly { readonly pack: string | null; readonly file: string }[];
};

export type Explanation = {
  readonly path: string;
  readonly sources: readonly Source[];
  /** Of data that several of them say, each key or line with the files that say it. */
  readonly parts: readonly { readonly part: string; readonly files: readonly string[] }[];
};

/** Where an emitted file comes from. Without sources where a plan doesn't have it; `near` is then what was probably meant. */
export function explain(plan: Plan, path: string): Explanation & { readonly near: string | null } {
  const known = new Set<string>([receiptPath, ...Object.keys(plan.lockfiles)]);
  const found = plan.layers.flatMap((planned) =>
    planned.layer.files.flatMap((file) => {
      const alone = renderAlone(plan, planned, file);
      for (const emitted of alone.keys()) known.add(emitted);
      const content = alone.get(path)?.content;
      return content === undefined ? [] : [{ source: sourceOf(planned, file), content }];
    }),
  );
  const sources = [...found.map(({ source }) => source), ...ownSources(plan, path)];
  const parts = found.length < 2 ? [] : partsOf(path, found);
  return { path, sources, parts, near: sources.length > 0 ? null : nearest(path, [...known]) };
}

function renderAlone(plan: Plan, planned: PlannedLayer, file: TemplateFile) {
  const layers = [{ ...planned, layer: { condition: planned.layer.condition, files: [file] } }];
  const tree = new Map(render({ ...plan, layers, lockfiles: {} }, ""));
  tree.delete(receiptPath);
  return tree;
}

function sourceOf({ layer }: PlannedLayer, { origin, fills = [] }: TemplateFile): Source {
  return {
    ...placeOf(origin),
    condition: layer.condition,
    blocks: fills.map((fill) => placeOf(fill.origin)),
  };
}

function placeOf(origin: string): Pick<Source, "pack" | "file"> {
  const at = origin.indexOf(":");
  return { pack: at < 0 ? null : origin.slice(0, at), file: origin.slice(at + 1) };
}

/** What no layer writes. */
function ownSources({ answers, lockfiles }: Plan, path: string): readonly Source[] {
  const shared = { pack: null, condition: [], blocks: [] };
  if (path === receiptPath) return [{ ...shared, file: "the answers" }];
  return Object.hasOwn(lockfiles, path) ? [{ ...shared, file: `stacks/${answers.stack}/${path}` }] : [];
}

type Found = readonly { readonly source: Source; readonly content: string | Uint8Array }[];

function partsOf(path: string, found: Found): Explanation["parts"] {
  const parts = new Map<string, string[]>();
  for (const { source, content } of found) {
    if (typeof content !== "string") continue;
    const name = source.pack === null ? source.file : `${source.pack}:${source.file}`;
    const named = path.endsWith(".json")
      ? leavesOf(JSON.parse(content) as Json, [])
      : content.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
    for (const part of named) parts.set(part, [...(parts.get(part) ?? []), name]);
  }
  return [...parts].map(([part, files]) => ({ part, files }));
}

function leavesOf(value: Json, path: readonly string[]): readonly string[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [path.join(".")];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner as Json, [...path, key]));
}
