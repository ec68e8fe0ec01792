import type { Json } from "../types.ts";

/** A `package-lock.json` of version 3, with each package's lines as npm prints them, so that pruning prints nothing. */
export type NpmLock = {
  readonly lockfileVersion: number;
  readonly packages: readonly NpmPackage[];
};

type NpmPackage = {
  /** Where the package lies, such as `node_modules/a/node_modules/b`. */
  readonly at: string;
  /** The lines of scalars and lists, in npm's order; the flags go among them. */
  readonly scalars: readonly string[];
  readonly maps: readonly string[];
  readonly edges: readonly Edge[];
};

type Edge = readonly [to: number, kind: "required" | "optional" | "peer"];

type Source = {
  readonly lockfileVersion: number;
  readonly packages: { readonly [at: string]: SourcePackage };
};

type SourcePackage = {
  readonly dependencies?: Ranges;
  readonly optionalDependencies?: Ranges;
  readonly peerDependencies?: Ranges;
  readonly peerDependenciesMeta?: { readonly [name: string]: { readonly optional?: boolean } };
  readonly [key: string]: unknown;
};

type Ranges = { readonly [name: string]: string };
type Manifest = { readonly [key: string]: Json };

const rootKeys = ["name", "version", "license", "dependencies", "devDependencies", "engines"];
const flagKeys = ["dev", "devOptional", "optional", "peer"];

/** Reads the text of a whole lockfile. Runs when the catalogue is built. */
export function readNpmLock(text: string): NpmLock {
  const { lockfileVersion, packages } = JSON.parse(text) as Source;
  const places = Object.keys(packages).filter((at) => at !== "");
  const index = new Map(places.map((at, place) => [at, place]));
  return {
    lockfileVersion,
    packages: places.map((at) => {
      const entry = packages[at] as SourcePackage;
      const lines = Object.entries(entry).filter(([key]) => !flagKeys.includes(key));
      const sorted = lines.sort(([a], [b]) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
      return {
        at,
        scalars: sorted.filter(([, value]) => !isMap(value)).map(([key, value]) => line(key, value)),
        maps: sorted.filter(([, value]) => isMap(value)).map(([key, value]) => line(key, value)),
        edges: edgesOf(entry, (name) => index.get(find(index, at, name) ?? "")),
      };
    }),
  };
}

/**
 * The part of a resolved lockfile that `manifest` needs, as npm itself would write it: what its dependencies reach, each
 * package where it was, with the flags `dev`, `optional`, `devOptional` and `peer` computed anew.
 */
export function pruneNpmLock({ lockfileVersion, packages }: NpmLock, manifest: Manifest): string {
  const place = new Map(packages.map(({ at }, index) => [at, index]));
  const locate = (name: string): number => {
    const found = place.get(`node_modules/${name}`);
    if (found === undefined) throw new Error(`The stack's package-lock.json has no "${name}".`);
    return found;
  };
  const production = Object.keys(manifest.dependencies ?? {}).map(locate);
  const root = [...production, ...Object.keys(manifest.devDependencies ?? {}).map(locate)];
  const all = reach(packages, root, null);
  const inProduction = reach(packages, production, null);
  const required = reach(packages, root, "optional");
  const requiredInProduction = reach(packages, production, "optional");
  const withoutPeers = reach(packages, root, "peer");
  const entries: string[] = [];
  packages.forEach((entry, index) => {
    if (!all[index]) return;
    const flags = [
      ...(inProduction[index] ? [] : ["dev"]),
      ...(inProduction[index] && required[index] && !requiredInProduction[index] ? ["devOptional"] : []),
      ...(required[index] ? [] : ["optional"]),
      ...(withoutPeers[index] ? [] : ["peer"]),
    ];
    entries.push(`    ${JSON.stringify(entry.at)}: {\n${withFlags(entry, flags)}\n    }`);
  });
  const { name, version } = manifest;
  const head = { name, ...(version === undefined ? {} : { version }), lockfileVersion, requires: true };
  const rootEntry = Object.fromEntries(
    rootKeys.flatMap((key) => (key in manifest ? [[key, manifest[key]]] : [])),
  );
  const first = indented(JSON.stringify(rootEntry, null, 2), "    ");
  const body = [`    "": ${first}`, ...entries].join(",\n");
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "packages": {\n${body}\n  }\n}\n`;
}

function withFlags({ scalars, maps }: NpmPackage, flags: readonly string[]): string {
  const lines: string[] = [];
  let next = 0;
  for (const text of scalars) {
    for (let flag = flags[next]; flag !== undefined && goesBefore(flag, text); flag = flags[++next]) {
      lines.push(`      "${flag}": true`);
    }
    lines.push(text);
  }
  for (; next < flags.length; next++) lines.push(`      "${flags[next]}": true`);
  return [...lines, ...maps].join(",\n");
}

function goesBefore(flag: string, text: string): boolean {
  const start = text.indexOf('"') + 1;
  const key = text.slice(start, text.indexOf('"', start));
  return placeOf(key) >= 4 && flag < key;
}

/** Which packages are reached without an edge of the kind that is left out. */
function reach(
  packages: readonly NpmPackage[],
  from: readonly number[],
  without: Edge[1] | null,
): Uint8Array {
  const seen = new Uint8Array(packages.length);
  const open = [...from];
  for (const index of from) seen[index] = 1;
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    for (const [to, kind] of (packages[index] as NpmPackage).edges) {
      if (kind === without || seen[to]) continue;
      seen[to] = 1;
      open.push(to);
    }
  }
  return seen;
}

function edgesOf(entry: SourcePackage, indexOf: (name: string) => number | undefined): readonly Edge[] {
  const optional = entry.optionalDependencies ?? {};
  const needed = Object.keys({ ...entry.dependencies, ...optional });
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => !entry.peerDependenciesMeta?.[name]?.optional,
  );
  const edge = (name: string, kind: Edge[1]): readonly Edge[] => {
    const to = indexOf(name);
    return to === undefined ? [] : [[to, kind]];
  };
  return [
    ...needed.flatMap((name) => edge(name, name in optional ? "optional" : "required")),
    ...peers.flatMap((name) => edge(name, "peer")),
  ];
}

/** Where Node finds `name` from `at`: the nearest `node_modules` that has it. */
function find(places: ReadonlyMap<string, number>, at: string, name: string): string | null {
  for (let folder = at; ; ) {
    const candidate = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (places.has(candidate)) return candidate;
    if (folder === "") return null;
    const cut = folder.lastIndexOf("/node_modules/");
    folder = cut === -1 ? "" : folder.slice(0, cut);
  }
}

/** npm prints name, version, resolved and integrity first; of the maps `dependencies`. The rest goes by name. */
function placeOf(key: string): number {
  const place = ["name", "version", "resolved", "integrity", "dependencies"].indexOf(key);
  return place === -1 ? 5 : place;
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function line(key: string, value: unknown): string {
  return `      ${JSON.stringify(key)}: ${indented(JSON.stringify(value, null, 2), "      ")}`;
}

function indented(text: string, indent: string): string {
  return text.replaceAll("\n", `\n${indent}`);
}
