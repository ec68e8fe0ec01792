import { TemplateError } from "../template-error.ts";
import { lacking } from "./lacking.ts";
/** A `uv.lock`, split into the entries of its packages, each as uv wrote it. */
export type UvLock = {
  /** All that stands before the first package. */
  readonly head: string;
  readonly packages: readonly UvPackage[];
};

/** What a package is reached by: its name, or `name[extra]` where an extra of it is asked for. */
type Need = string;

type UvPackage = {
  readonly name: string;
  readonly text: string;
  readonly needs: readonly Need[];
  /** The lines of each extra that is asked for anywhere. */
  readonly extras: { readonly [extra: string]: readonly string[] };
};

const optional = "\n\n[package.optional-dependencies]\n";

/** Splits the text of a whole lockfile. Runs when the catalogue is built. */
export function readUvLock(text: string): UvLock {
  const [head = "", ...entries] = text.split("[[package]]\n");
  const packages = entries
    .filter((entry) => !entry.includes('\nsource = { virtual = "." }'))
    .map(readPackage);
  const twice = packages.find(({ name }, index) => packages[index - 1]?.name === name);
  if (twice)
    throw new TemplateError(
      "uv.lock",
      `it has two versions of "${twice.name}"`,
      "Ask for what one version serves.",
    );
  return { head, packages };
}

function readPackage(entry: string): UvPackage {
  const [text = "", rest = ""] = entry.trimEnd().split(optional);
  const lists = [...rest.matchAll(/^(\S+) = \[\n((?: {4}.*\n)*)\]$/gm)];
  return {
    name: /^name = "(.+)"$/m.exec(text)?.[1] ?? "",
    text,
    needs: needsOf(/^dependencies = \[\n((?: {4}.*\n)*)/m.exec(text)?.[1]?.split("\n") ?? []),
    extras: Object.fromEntries(
      lists.map(([, extra = "", lines = ""]) => [extra, lines.trimEnd().split("\n")]),
    ),
  };
}

/** The part of a resolved lockfile that `pyproject.toml` needs, as uv itself would write it. */
export function pruneUvLock({ head, packages }: UvLock, manifest: string): string {
  const known = new Map(packages.map((entry) => [entry.name, entry]));
  const direct = listOf(manifest, "dependencies");
  const groups = [
    ...(/^\[dependency-groups\]\n((?:[^[\n].*\n)*)/m.exec(manifest)?.[1] ?? "").matchAll(/^(\S+) = \[$/gm),
  ].map(([, name = ""]) => [name, listOf(manifest, name)] as const);
  const seen = new Set<Need>();
  const visit = (need: Need): void => {
    if (seen.has(need)) return;
    seen.add(need);
    const [name = "", extra] = need.split(/[[\]]/);
    const entry = known.get(name);
    if (entry === undefined) throw lacking("uv.lock", name);
    if (extra === undefined) entry.needs.forEach(visit);
    else [name, ...needsOf(entry.extras[extra] ?? [])].forEach(visit);
  };
  for (const { name, extras } of [...direct, ...groups.flatMap(([, list]) => list)])
    [name, ...extras.map((extra) => `${name}[${extra}]`)].forEach(visit);
  const entries = packages
    .filter(({ name }) => seen.has(name))
    .map(({ name, text, extras }): readonly [string, string] => {
      const asked = Object.entries(extras).filter(([extra]) => seen.has(`${name}[${extra}]`));
      const lists = asked.map(([extra, lines]) => `${extra} = [\n${lines.join("\n")}\n]`).join("\n");
      return [name, lists === "" ? text : `${text}${optional}${lists}`];
    });
  const name = textOf(manifest, "name").toLowerCase();
  const root = [
    `name = "${name}"`,
    `version = "${textOf(manifest, "version")}"`,
    'source = { virtual = "." }',
    ...printed("dependencies", direct.map(needed)),
    ...section("[package.dev-dependencies]", groups, needed),
    "\n[package.metadata]",
    ...printed("requires-dist", direct.map(required)),
    ...section("[package.metadata.requires-dev]", groups, required),
  ];
  const all = [...entries, [name, root.join("\n")] as const].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${head}${all.map(([, text]) => `[[package]]\n${text}\n`).join("\n")}`;
}

type Requirement = { readonly name: string; readonly extras: readonly string[]; readonly specifier: string };
type Group = readonly [name: string, list: readonly Requirement[]];

function section(
  title: string,
  groups: readonly Group[],
  print: (item: Requirement) => string,
): readonly string[] {
  if (groups.length === 0) return [];
  return [`\n${title}`, ...groups.flatMap(([name, list]) => printed(name, list.map(print)))];
}

function printed(key: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`${key} = [`, ...items.map((item) => `    { ${item} },`), "]"];
}

function needed({ name, extras }: Requirement): string {
  return [`name = "${name}"`, ...(extras.length === 0 ? [] : [`extra = [${quoted(extras)}]`])].join(", ");
}

function required({ name, extras, specifier }: Requirement): string {
  const parts = extras.length === 0 ? [] : [`extras = [${quoted(extras)}]`];
  const range = specifier === "" ? [] : [`specifier = "${specifier}"`];
  return [`name = "${name}"`, ...parts, ...range].join(", ");
}

function quoted(extras: readonly string[]): string {
  return extras.map((extra) => `"${extra}"`).join(", ");
}

/** The requirements of a list of `pyproject.toml`, one a line, in the order of their names. */
function listOf(manifest: string, key: string): readonly Requirement[] {
  const lines = new RegExp(`^${key} = \\[\\n((?:[^\\]\\n].*\\n)*)`, "m").exec(manifest)?.[1] ?? "";
  return [...lines.matchAll(/^ *"([\w.-]+)(?:\[([\w,-]+)\])?(.*?)",?$/gm)]
    .map(([, name = "", extras, specifier = ""]) => ({ name, extras: extras?.split(",") ?? [], specifier }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function textOf(manifest: string, key: string): string {
  return new RegExp(`^${key} = "(.*)"$`, "m").exec(manifest)?.[1] ?? "";
}

function needsOf(lines: readonly string[]): readonly Need[] {
  return lines.flatMap((line) => {
    const [, name = "", extras] = /\{ name = "(.+?)"(?:.*extra = \[(.*?)\])?/.exec(line) ?? [];
    const asked = [...(extras ?? "").matchAll(/"(.+?)"/g)].map(([, extra]) => `${name}[${extra}]`);
    return name === "" ? [] : [name, ...asked];
  });
}
