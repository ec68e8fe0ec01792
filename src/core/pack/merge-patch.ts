import type { Json } from "../types.ts";

/** Lays one value over another as a JSON Merge Patch (RFC 7396): maps key by key, null removes, all else replaces. */
export function mergePatch(under: Json, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const merged = new Map(isMap(under) ? Object.entries(under) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key) ?? null, value));
  }
  return Object.fromEntries(merged);
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
