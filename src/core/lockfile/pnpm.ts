import type { Json } from "../types.ts";
import { lacking } from "./lacking.ts";

/** A `pnpm-lock.yaml` of version 9, split into the blocks of its entries, each as pnpm wrote it. */
export type PnpmLock = {
  /** All that stands before `importers:`. */
  readonly head: string;
  /** Of each direct dependency the resolved version, with its peers in parentheses. */
  readonly direct: { readonly [name: string]: string };
  readonly packages: readonly string[];
  readonly snapshots: readonly string[];
};

/** Splits the text of a whole lockfile. Runs when the catalogue is built. */
export function readPnpmLock(text: string): PnpmLock {
  const sections = new Map<string, string>();
  let head = "";
  let name: string | null = null;
  for (const line of text.split("\n")) {
    const opens = /^(importers|packages|snapshots):$/.exec(line);
    if (opens) name = opens[1] as string;
    else if (name === null) head += `${line}\n`;
    else sections.set(name, `${sections.get(name) ?? ""}${line}\n`);
  }
  return {
    head,
    direct: directOf(sections.get("importers") ?? ""),
    packages: blocksOf(sections.get("packages") ?? ""),
    snapshots: blocksOf(sections.get("snapshots") ?? ""),
  };
}

/** The part of a resolved lockfile that `manifest` needs, as pnpm itself would write it. */
export function prunePnpmLock(lock: PnpmLock, manifest: { readonly [key: string]: Json }): string {
  const chosen = new Set(
    Object.keys({ ...(manifest.dependencies as object), ...(manifest.devDependencies as object) }),
  );
  const known = new Map(lock.packages.map((block) => [keyOf(block), block]));
  const resolved = new Map(lock.snapshots.map((block) => [keyOf(block), block]));
  /** Snapshots that are needed, with the key and the text that they have without the peers that weren't chosen. */
  const seen = new Map<string, { readonly key: string; readonly text: string }>();
  const visit = (key: string): string => {
    const visited = seen.get(key);
    if (visited !== undefined) return visited.key;
    const snapshot = resolved.get(key);
    if (snapshot === undefined) throw lacking("pnpm-lock.yaml", key);
    const idle = idlePeers(known.get(withoutPeers(key)) ?? "", key, chosen);
    const own = idle.reduce((text, peer) => text.replace(`(${peer})`, ""), key);
    const text = idle.reduce(withoutNeed, snapshot.replace(key, own));
    seen.set(key, { key: own, text });
    for (const need of needsOf(snapshot)) if (!idle.includes(need)) visit(need);
    return own;
  };
  let importers = "importers:\n\n  .:\n";
  for (const group of ["dependencies", "devDependencies"]) {
    const ranges = Object.entries((manifest[group] ?? {}) as { readonly [name: string]: string });
    if (ranges.length > 0) importers += `    ${group}:\n`;
    for (const [name, specifier] of ranges.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const version = lock.direct[name];
      if (version === undefined) throw lacking("pnpm-lock.yaml", name);
      importers += `      ${quoted(name)}:\n        specifier: ${quoted(specifier)}\n        version: ${visit(`${name}@${version}`).slice(name.length + 1)}\n`;
    }
  }
  const bare = new Set([...seen.values()].map(({ key }) => withoutPeers(key)));
  const packages = [...known].flatMap(([key, block]) => (bare.has(key) ? [block] : []));
  const snapshots = [...resolved.keys()].flatMap((key) => seen.get(key)?.text ?? []);
  const section = (name: string, blocks: readonly string[]) => `${name}:\n\n${blocks.join("\n")}`;
  return [
    lock.head,
    `${importers}\n`,
    `${section("packages", packages)}\n`,
    section("snapshots", snapshots),
  ].join("");
}

/** The entries of a section: a key at two spaces, its lines, and no blank line. */
function blocksOf(section: string): readonly string[] {
  return section
    .split("\n\n")
    .map((block) => block.replace(/^\n+|\n+$/g, ""))
    .filter((block) => block !== "")
    .map((block) => `${block}\n`);
}

function keyOf(block: string): string {
  const line = block.slice(0, block.indexOf("\n"));
  return unquoted(line.trim().replace(/:( \{\})?$/, ""));
}

function needsOf(block: string): readonly string[] {
  const needs: string[] = [];
  let inside = false;
  for (const line of block.split("\n").slice(1)) {
    const group = /^ {4}(\w+):/.exec(line);
    if (group) inside = group[1] === "dependencies" || group[1] === "optionalDependencies";
    const entry = /^ {6}(\S+): (\S+)$/.exec(line);
    if (!inside || !entry) continue;
    const [name, version] = [unquoted(entry[1] as string), unquoted(entry[2] as string)];
    // An alias names its package itself: `string-width-cjs: string-width@4.2.3`.
    needs.push(/^@?[^@(]+@\d/.test(version) ? version : `${name}@${version}`);
  }
  return needs;
}

function directOf(section: string): { [name: string]: string } {
  const direct: { [name: string]: string } = {};
  let name = "";
  for (const line of section.split("\n")) {
    const opens = /^ {6}(\S+):$/.exec(line);
    const version = /^ {8}version: (.+)$/.exec(line);
    if (opens) name = unquoted(opens[1] as string);
    else if (version) direct[name] = unquoted(version[1] as string);
  }
  return direct;
}

/** Takes a peer's line out of a snapshot, and the group that this leaves empty. */
function withoutNeed(text: string, peer: string): string {
  const line = `      ${peer.replace(/@([^@]+)$/, ": $1")}\n`;
  const rest = text.replace(line, "").replace(/^ {4}\w+:\n(?! {6})/gm, "");
  return rest.trimEnd().includes("\n") ? rest : rest.replace(/:\n$/, ": {}\n");
}

/** The optional peers in a key's parentheses that were resolved only because another choice brought them. */
function idlePeers(block: string, key: string, chosen: ReadonlySet<string>): readonly string[] {
  const [, meta = ""] = block.split("    peerDependenciesMeta:\n");
  const optional = new Set([...meta.matchAll(/^ {6}(\S+):$/gm)].map(([, name]) => unquoted(name as string)));
  const peers = [...key.matchAll(/\(((@?[^@()]+)@[^()]+)\)/g)];
  return peers
    .filter(([, , name]) => optional.has(name as string) && !chosen.has(name as string))
    .map(([, peer]) => peer as string);
}

function withoutPeers(key: string): string {
  const cut = key.indexOf("(");
  return cut === -1 ? key : key.slice(0, cut);
}

function unquoted(text: string): string {
  return text.startsWith("'") && text.endsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
}

/** As YAML needs it: a scalar that begins with `@` or a comparison is quoted. */
function quoted(text: string): string {
  return /^[@>*&!|%`]/.test(text) ? `'${text}'` : text;
}
