import type { Conflict, Json } from "../types.ts";
import { isSet } from "./identity.ts";
import { withInserted } from "./order.ts";

type Path = readonly (string | number)[];
type JsonMap = { readonly [key: string]: Json };

/**
 * Lays JSON fragments over one another and prints the result, as Biome's formatter leaves it. Fragments may
 * have trailing commas, not comments. What an earlier fragment says stays; a later one that differs is a conflict.
 */
export function layerJson(path: string, texts: readonly string[]): { text: string; conflicts: Conflict[] } {
  const conflicts: Conflict[] = [];
  const value = texts.map(parseFragment).reduce((under, over) => layer(under, over, [], report));
  return { text: printJson(path, value), conflicts };

  function report(keyPath: Path, ours: Json, theirs: Json): void {
    const reason = "Two layers give this key different values.";
    conflicts.push({ path, keyPath, reason, ours: JSON.stringify(ours), theirs: JSON.stringify(theirs) });
  }
}

/** Two spaces, objects over several lines, short arrays on one line except in package.json; a final newline. */
export function printJson(path: string, value: Json): string {
  const isPackage = /(^|\/)package\.json$/.test(path);
  if (isPackage) return `${JSON.stringify(conventional(value), null, 2)}\n`;
  return `${print(value, 0, 0)}\n`;
}

function parseFragment(text: string): Json {
  return JSON.parse(text.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, "$1"));
}

function layer(under: Json, over: Json, path: Path, report: (path: Path, a: Json, b: Json) => void): Json {
  if (isMap(under) && isMap(over)) {
    const keys = withInserted(Object.keys(under), Object.keys(over));
    return fromEntries(
      keys.map((key) => {
        const [a, b] = [own(under, key), own(over, key)];
        return [key, a === undefined ? b : b === undefined ? a : layer(a, b, [...path, key], report)];
      }),
    );
  }
  if (same(under, over)) return under;
  if (Array.isArray(under) && Array.isArray(over) && isSet(path)) {
    return [...under, ...over.filter((item) => !under.some((other) => same(item, other)))];
  }
  report(path, under, over);
  return under;
}

/** The key order that people and npm expect of a package.json; dependencies by name, as npm sorts them. */
function conventional(value: Json): Json {
  if (!isMap(value)) return value;
  const known = Object.keys(value).filter((key) => PACKAGE_KEYS.includes(key));
  const sorted = known.toSorted((a, b) => PACKAGE_KEYS.indexOf(a) - PACKAGE_KEYS.indexOf(b));
  const keys = [...sorted, ...Object.keys(value).filter((key) => !PACKAGE_KEYS.includes(key))];
  return fromEntries(keys.map((key) => [key, isDependencies(key) ? byName(value[key]) : value[key]]));
}

const PACKAGE_KEYS: readonly string[] = (
  "$schema name version private description keywords homepage bugs repository funding license " +
  "author contributors type main module types exports imports bin files sideEffects workspaces " +
  "engines devEngines packageManager os cpu publishConfig config scripts dependencies " +
  "optionalDependencies peerDependencies peerDependenciesMeta devDependencies bundleDependencies " +
  "overrides resolutions allowScripts pnpm"
).split(" ");

function isDependencies(key: string): boolean {
  return /^(dependencies|(dev|peer|optional)Dependencies)$/.test(key);
}

function byName(value: Json | undefined): Json | undefined {
  if (value === undefined || !isMap(value)) return value;
  return fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function print(value: Json, indent: number, column: number): string {
  const inner = " ".repeat(indent + 2);
  const close = `\n${" ".repeat(indent)}`;
  if (isMap(value)) {
    const entries = Object.entries(value).map(([key, item]) => {
      const start = `${inner}${JSON.stringify(key)}: `;
      return start + print(item, indent + 2, start.length);
    });
    return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}${close}}`;
  }
  if (!Array.isArray(value)) return JSON.stringify(value);
  const flat = printFlat(value);
  if (flat !== null && column + flat.length < LINE_WIDTH) return flat;
  if (value.every((item) => typeof item === "number")) return `[\n${fill(value.map(String), inner)}${close}]`;
  return `[\n${value.map((item) => inner + print(item, indent + 2, indent + 2)).join(",\n")}${close}]`;
}

const LINE_WIDTH = 80;

/** On one line, or null where an object would have to be opened. */
function printFlat(value: Json): string | null {
  if (isMap(value)) return Object.keys(value).length === 0 ? "{}" : null;
  if (!Array.isArray(value)) return JSON.stringify(value);
  const items = value.map(printFlat);
  return items.includes(null) ? null : `[${items.join(", ")}]`;
}

function fill(items: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (const [index, item] of items.entries()) {
    const word = index === items.length - 1 ? item : `${item},`;
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= LINE_WIDTH)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(indent + word);
  }
  return lines.join("\n");
}

function fromEntries(entries: readonly (readonly [string, Json | undefined])[]): JsonMap {
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function own(map: JsonMap, key: string): Json | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function isMap(value: Json): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function same(a: Json, b: Json): boolean {
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && same(a[key] as Json, b[key] as Json))
    );
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  return a === b;
}
