import type { Layer, TemplateFile } from "../types.ts";

/** The layers of a template with those of a pack over them: a file at the same path in the same layer takes the other's place. */
export function layOver(under: readonly Layer[], over: readonly Layer[]): readonly Layer[] {
  if (under.length === 0 || over.length === 0) return [...under, ...over];
  const merged = new Map(under.map((layer) => [conditionOf(layer), layer]));
  for (const layer of over) {
    const key = conditionOf(layer);
    const there = merged.get(key);
    merged.set(
      key,
      there === undefined ? layer : { condition: there.condition, files: replaced(there, layer) },
    );
  }
  return [...merged.values()];
}

function replaced(under: Layer, over: Layer): readonly TemplateFile[] {
  const files = new Map(under.files.map((file) => [placeOf(file), file]));
  for (const file of over.files) files.set(placeOf(file), file);
  return [...files.values()];
}

function conditionOf({ condition }: Layer): string {
  return condition.toSorted().join("+");
}

/** The path of a file in its layer, without what marks it as a template. */
export function placeOf({ origin }: Pick<TemplateFile, "origin">): string {
  return origin.replace(/^(?:[^:]*:)?(?:base|[^/]+\/[^/]+)\/files[^/]*\//, "").replace(/\.hbs$/, "");
}

/** The folder of the layer that a file's origin is in. */
export function layerOf(origin: string): string {
  return origin.replace(/(\/files[^/]*)\/.*$/, "$1");
}
