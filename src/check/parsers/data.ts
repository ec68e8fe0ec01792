/** A file of data: its value, and the line of each path in it. */
export type Data = {
  readonly value: unknown;
  readonly lineOf: (path: readonly (string | number)[]) => number;
};

export type DataMap = { readonly [key: string]: unknown };

export const isDataMap = (value: unknown): value is DataMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The map at a path; an empty one where there is none. */
export function mapAt(value: unknown, ...path: readonly (string | number)[]): DataMap {
  const found = at(value, ...path);
  return isDataMap(found) ? found : {};
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | null {
  const found = at(value, ...path);
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean"
    ? String(found)
    : null;
}

export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as DataMap)[key];
  }
  return found;
}
