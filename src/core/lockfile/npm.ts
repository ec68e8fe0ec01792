import type { Json } from "../types.ts";

/** A `package-lock.json` of version 3, as data. */
export type NpmLock = {
  readonly lockfileVersion: number;
  readonly packages: { readonly [location: string]: NpmPackage };
};

type NpmPackage = {
  readonly dependencies?: Ranges;
  readonly devDependencies?: Ranges;
  readonly optionalDependencies?: Ranges;
  readonly peerDependencies?: Ranges;
  readonly peerDependenciesMeta?: { readonly [name: string]: { readonly optional?: boolean } };
  readonly [key: string]: unknown;
};

type Ranges = { readonly [name: string]: string };
type Edge = { readonly to: string; readonly optional: boolean; readonly peer: boolean };

const rootKeys = ["name", "version", "license", "dependencies", "devDependencies", "engines"];
const flagKeys = ["dev", "optional", "devOptional", "peer"];

/**
 * The part of a resolved lockfile that `manifest` needs, as npm itself would write it: what its dependencies reach, each
 * package where it was, with the flags `dev`, `optional`, `devOptional` and `peer` computed anew.
 */
export function pruneNpmLock(lock: NpmLock, manifest: { readonly [key: string]: Json }): string {
  const { packages } = lock;
  const direct = { ...(manifest.devDependencies as Ranges), ...(manifest.dependencies as Ranges) };
  const root = Object.keys(direct).map((name) => locate(packages, "", name, manifest));
  const production = root.filter(
    (_, index) => (Object.keys(direct)[index] as string) in ((manifest.dependencies as Ranges) ?? {}),
  );
  const edges = (location: string) => edgesOf(packages, location);
  const all = reach(root, edges, () => true);
  const inProduction = reach(production, edges, () => true);
  const required = reach(root, edges, (edge) => !edge.optional);
  const requiredInProduction = reach(production, edges, (edge) => !edge.optional);
  const withoutPeers = reach(root, edges, (edge) => !edge.peer);
  const kept: [string, unknown][] = [["", rootEntry(manifest)]];
  for (const location of Object.keys(packages)) {
    if (!all.has(location)) continue;
    const flags = {
      dev: !inProduction.has(location),
      optional: !required.has(location),
      devOptional:
        inProduction.has(location) && required.has(location) && !requiredInProduction.has(location),
      peer: !withoutPeers.has(location),
    };
    kept.push([location, withFlags(packages[location] as NpmPackage, flags)]);
  }
  const { name, version } = manifest;
  const head = {
    name,
    ...(version === undefined ? {} : { version }),
    lockfileVersion: lock.lockfileVersion,
    requires: true,
  };
  return `${JSON.stringify({ ...head, packages: Object.fromEntries(kept) }, null, 2)}\n`;
}

function rootEntry(manifest: { readonly [key: string]: Json }): { [key: string]: Json } {
  const entry: { [key: string]: Json } = {};
  for (const key of rootKeys) {
    const value = manifest[key];
    if (value !== undefined) entry[key] = value;
  }
  return entry;
}

/** npm prints `version`, `resolved` and `integrity` first, then scalars and lists, then maps with `dependencies` first. */
function withFlags(
  entry: NpmPackage,
  flags: { readonly [flag: string]: boolean },
): { [key: string]: unknown } {
  const rest = Object.entries(entry).filter(([key]) => !flagKeys.includes(key));
  const set = Object.entries(flags).filter(([, value]) => value);
  const place = ([key, value]: [string, unknown]) => {
    const isMap = typeof value === "object" && !Array.isArray(value);
    return isMap ? (key === "dependencies" ? 5 : 6) : scalarPlace(key);
  };
  return Object.fromEntries(
    [...rest, ...set].toSorted((a, b) => place(a) - place(b) || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)),
  );
}

function scalarPlace(key: string): number {
  const place = ["name", "version", "resolved", "integrity"].indexOf(key);
  return place === -1 ? 4 : place;
}

function edgesOf(packages: NpmLock["packages"], location: string): readonly Edge[] {
  const entry = packages[location] ?? {};
  const edges: Edge[] = [];
  const optional = entry.optionalDependencies ?? {};
  for (const name of Object.keys({ ...entry.dependencies, ...optional })) {
    const to = find(packages, location, name);
    if (to !== null) edges.push({ to, optional: name in optional, peer: false });
  }
  for (const name of Object.keys(entry.peerDependencies ?? {})) {
    if (entry.peerDependenciesMeta?.[name]?.optional) continue;
    const to = find(packages, location, name);
    if (to !== null) edges.push({ to, optional: false, peer: true });
  }
  return edges;
}

function locate(packages: NpmLock["packages"], from: string, name: string, manifest: object): string {
  const location = find(packages, from, name);
  if (location !== null) return location;
  throw new Error(
    `The stack's lockfile has no "${name}", which package.json of ${JSON.stringify(manifest)} needs.`,
  );
}

/** Where Node finds `name` from `location`: the nearest `node_modules` that has it. */
function find(packages: NpmLock["packages"], location: string, name: string): string | null {
  for (let folder = location; ; ) {
    const candidate = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (candidate in packages) return candidate;
    if (folder === "") return null;
    const cut = folder.lastIndexOf("/node_modules/");
    folder = cut === -1 ? "" : folder.slice(0, cut);
  }
}

function reach(
  from: readonly string[],
  edges: (location: string) => readonly Edge[],
  follow: (edge: Edge) => boolean,
): ReadonlySet<string> {
  const seen = new Set(from);
  const open = [...from];
  for (let location = open.pop(); location !== undefined; location = open.pop()) {
    for (const edge of edges(location)) {
      if (!follow(edge) || seen.has(edge.to)) continue;
      seen.add(edge.to);
      open.push(edge.to);
    }
  }
  return seen;
}
