import type { Json } from "../types.ts";
import { lacking } from "./lacking.ts";

/** A `package-lock.json` of version 3, with each package's lines as npm prints them, so that pruning prints nothing. */
export type NpmLock = {
  readonly lockfileVersion: number;
  /** Of each direct dependency the index of its package. */
  readonly direct: { readonly [name: string]: number };
  readonly packages: readonly NpmPackage[];
};

/** The lines of a package, cut where a flag may have to stand, and what it leads to, as `Edge` numbers. */
type NpmPackage = readonly [
  start: string,
  afterDev: string,
  afterOptional: string,
  afterPeer: string,
  edges: readonly Edge[],
];

/** Three times the index of a package, plus the kind of the edge. */
type Edge = number;
const kinds = { required: 0, optional: 1, peer: 2 } as const;

type Source = {
  readonly lockfileVersion: number;
  readonly packages: { readonly [at: string]: SourcePackage };
};

type SourcePackage = {
  readonly dependencies?: Ranges;
  readonly devDependencies?: Ranges;
  readonly optionalDependencies?: Ranges;
  readonly peerDependencies?: Ranges;
  readonly peerDependenciesMeta?: { readonly [name: string]: { readonly optional?: boolean } };
  readonly [key: string]: unknown;
};

type Ranges = { readonly [name: string]: string };
type Manifest = { readonly [key: string]: Json };

const rootKeys = ["name", "version", "license", "dependencies", "devDependencies", "engines"];
const flagKeys = ["dev", "devOptional", "optional", "peer"];
/** Where a flag stands among the other keys; only one of the first two is ever there. */
const cuts = ["dev", "optional", "peer"];

/** Reads the text of a whole lockfile. Runs when the catalogue is built. */
export function readNpmLock(text: string): NpmLock {
  const { lockfileVersion, packages } = JSON.parse(text) as Source;
  const places = Object.keys(packages).filter((at) => at !== "");
  const index = new Map(places.map((at, place) => [at, place]));
  const root = places.flatMap((at, place) => {
    const name = at.slice("node_modules/".length);
    return name.includes("/node_modules/") ? [] : [[name, place] as const];
  });
  const { dependencies, devDependencies } = packages[""] ?? {};
  const direct = { ...dependencies, ...devDependencies };
  return {
    lockfileVersion,
    direct: Object.fromEntries(root.filter(([name]) => Object.hasOwn(direct, name))),
    packages: places.map((at) => {
      const entry = packages[at] as SourcePackage;
      return [...piecesOf(at, entry), edgesOf(entry, (name) => index.get(find(index, at, name) ?? ""))];
    }),
  };
}

function piecesOf(at: string, entry: SourcePackage): readonly [string, string, string, string] {
  const lines = Object.entries(entry).filter(([key]) => !flagKeys.includes(key));
  const sorted = lines.sort(([a], [b]) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
  const pieces = [`    ${JSON.stringify(at)}: {\n`];
  const cutBefore = (key: string | null) => {
    for (let cut = cuts[pieces.length - 1]; cut !== undefined; cut = cuts[pieces.length - 1]) {
      if (key !== null && (placeOf(key) < 4 || key < cut)) return;
      pieces.push("");
    }
  };
  const put = ([key, value]: readonly [string, unknown]) => {
    pieces[pieces.length - 1] += `${line(key, value)},\n`;
  };
  for (const scalar of sorted.filter(([, value]) => !isMap(value))) {
    cutBefore(scalar[0]);
    put(scalar);
  }
  cutBefore(null);
  for (const map of sorted.filter(([, value]) => isMap(value))) put(map);
  return pieces as [string, string, string, string];
}

/**
 * The part of a resolved lockfile that `manifest` needs, as npm itself would write it: what its dependencies reach, each
 * package where it was, with the flags `dev`, `optional`, `devOptional` and `peer` computed anew.
 */
export function pruneNpmLock({ lockfileVersion, direct, packages }: NpmLock, manifest: Manifest): string {
  const locate = (name: string): number => {
    const found = Object.hasOwn(direct, name) ? direct[name] : undefined;
    if (found === undefined) throw lacking("package-lock.json", name);
    return found;
  };
  const production = Object.keys(manifest.dependencies ?? {}).map(locate);
  const root = [...production, ...Object.keys(manifest.devDependencies ?? {}).map(locate)];
  const all = reach(packages, root, null);
  const inProduction = reach(packages, production, null);
  const required = reach(packages, root, kinds.optional);
  const requiredInProduction = reach(packages, production, kinds.optional);
  const withoutPeers = reach(packages, root, kinds.peer);
  let entries = "";
  for (let index = 0; index < packages.length; index++) {
    if (!all[index]) continue;
    const [start, afterDev, afterOptional, afterPeer] = packages[index] as NpmPackage;
    const devOnly = required[index] && !requiredInProduction[index] ? flag("devOptional") : "";
    const dev = inProduction[index] ? devOnly : flag("dev");
    const optional = required[index] ? "" : flag("optional");
    const peer = withoutPeers[index] ? "" : flag("peer");
    entries += `,\n${(start + dev + afterDev + optional + afterOptional + peer + afterPeer).slice(0, -2)}\n    }`;
  }
  const { name, version } = manifest;
  const head = { name, ...(version === undefined ? {} : { version }), lockfileVersion, requires: true };
  const rootEntry = Object.fromEntries(
    rootKeys.flatMap((key) => (key in manifest ? [[key, manifest[key]]] : [])),
  );
  const first = indented(JSON.stringify(rootEntry, null, 2), "    ");
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "packages": {\n    "": ${first}${entries}\n  }\n}\n`;
}

function flag(name: string): string {
  return `      "${name}": true,\n`;
}

/** Which packages are reached without an edge of the kind that is left out. */
function reach(packages: readonly NpmPackage[], from: readonly number[], without: number | null): Uint8Array {
  const seen = new Uint8Array(packages.length);
  const open = [...from];
  for (const index of from) seen[index] = 1;
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    for (const edge of (packages[index] as NpmPackage)[4]) {
      const kind = edge % 3;
      const to = (edge - kind) / 3;
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
  const edge = (name: string, kind: keyof typeof kinds): readonly Edge[] => {
    const to = indexOf(name);
    return to === undefined ? [] : [to * 3 + kinds[kind]];
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
