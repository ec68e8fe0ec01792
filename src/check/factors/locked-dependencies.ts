import { mapAt } from "../parsers/data.ts";
import type { Repo } from "../repo.ts";
import { below, folderOf, foldersAbove, nameOf } from "../survey/places.ts";

/** A dependency that the lockfile knows otherwise than the manifest does. */
export type Unsynced = { readonly name: string; readonly lockfile: string; readonly how: string };

type Wanted = ReadonlyMap<string, string>;

/** Null where there is no lockfile whose form is known. */
export function unsynced(repo: Repo, manifest: string, value: unknown): Unsynced[] | null {
  for (const folder of foldersAbove(manifest)) {
    for (const [name, compare] of comparisons[nameOf(manifest)] ?? []) {
      const lockfile = below(folder, name);
      const text = repo.paths.includes(lockfile) ? repo.read(lockfile) : null;
      if (text === null) continue;
      const inside = folderOf(manifest).slice(folder === "" ? 0 : folder.length + 1);
      const found = compare(text, inside, { value, text: repo.read(manifest) ?? "" });
      return found?.map(([dependency, how]) => ({ name: dependency, lockfile, how })) ?? null;
    }
  }
  return null;
}

type Manifest = { readonly value: unknown; readonly text: string };
/** `inside` is the folder of the manifest, seen from the lockfile. */
type Compare = (
  lock: string,
  inside: string,
  manifest: Manifest,
) => readonly (readonly [string, string])[] | null;

const kinds = ["dependencies", "devDependencies", "optionalDependencies"];

const comparisons: { readonly [manifest: string]: readonly (readonly [string, Compare])[] } = {
  "package.json": [
    ["package-lock.json", compareNpm],
    ["pnpm-lock.yaml", comparePnpm],
    ["yarn.lock", compareYarn],
  ],
  "pyproject.toml": [["uv.lock", compareUv]],
  "go.mod": [["go.sum", compareGo]],
  "Cargo.toml": [["Cargo.lock", compareCargo]],
};

const wantedOf = (value: unknown): Wanted =>
  new Map(
    kinds.flatMap((kind) => Object.entries(mapAt(value, kind)).map(([name, range]) => [name, String(range)])),
  );

function differences(wanted: Wanted, locked: Wanted): [string, string][] {
  const changed = [...wanted].flatMap(([name, range]): [string, string][] => {
    const known = locked.get(name);
    if (known === range) return [];
    return [[name, known === undefined ? "is not in it" : `is ${range} in the manifest, and ${known} in it`]];
  });
  const surplus = [...locked.keys()].filter((name) => !wanted.has(name));
  return [...changed, ...surplus.map((name): [string, string] => [name, "is in it alone"])];
}

function compareNpm(lock: string, inside: string, { value }: Manifest) {
  try {
    const root = mapAt(JSON.parse(lock), "packages")[inside];
    return root === undefined ? null : differences(wantedOf(value), wantedOf(root));
  } catch {
    return null;
  }
}

function comparePnpm(lock: string, inside: string, { value }: Manifest) {
  const importers = /^importers:\n((?:\n| .*\n)*)/m.exec(lock)?.[1];
  const own = importers?.split(/^ {2}(?=\S)/m).find((block) => block.startsWith(`${inside || "."}:`));
  if (!own) return null;
  const locked = [...own.matchAll(/^ {6}(\S.*):\n {8}specifier: (.*)$/gm)].map(
    ([, name = "", range = ""]): [string, string] => [unquoted(name), unquoted(range)],
  );
  const wanted = [...wantedOf(value)].filter(([, range]) => !range.startsWith("catalog:"));
  return differences(new Map(wanted), new Map(locked.filter(([, range]) => !range.startsWith("catalog:"))));
}

function compareYarn(lock: string, _: string, { value }: Manifest) {
  return [...wantedOf(value)]
    .filter(([, range]) => !/^(workspace|catalog|link|portal|patch|file):/.test(range))
    .filter(
      ([name, range]) => ![`${name}@${range}`, `${name}@npm:${range}`].some((key) => lock.includes(key)),
    )
    .map(([name]): [string, string] => [name, "is not in it"]);
}

function compareUv(lock: string, inside: string, { value }: Manifest) {
  if (inside !== "") return null;
  const own = lock
    .split(/^\[\[package\]\]$/m)
    .find((block) => /^source = \{ (virtual|editable) = "\." \}$/m.test(block));
  const stated = mapAt(value, "project").dependencies;
  if (!own || !Array.isArray(stated)) return null;
  const locked = [
    ...(/^requires-dist = \[([\s\S]*?)^\]/m.exec(own)?.[1] ?? "").matchAll(/name = "([^"]+)"(.*)/g),
  ]
    .filter(([, , rest = ""]) => !rest.includes("extra =="))
    .map(([, name = "", rest = ""]): [string, string] => [
      name,
      plainRange(/specifier = "([^"]*)"/.exec(rest)?.[1] ?? ""),
    ]);
  const wanted = stated.flatMap((entry): [string, string][] => {
    const match = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;@)]*)/.exec(String(entry));
    return match
      ? [
          [
            String(match[1])
              .toLowerCase()
              .replace(/[-_.]+/g, "-"),
            plainRange(match[2] ?? ""),
          ],
        ]
      : [];
  });
  return differences(new Map(wanted), new Map(locked));
}

function compareGo(lock: string, _: string, { text }: Manifest) {
  const modules = [...text.matchAll(/^\s*(?:require\s+)?([\w.-]+\.[a-z]+\/\S+)\s+(v\d\S*)/gm)];
  const isReplaced = (name: string) =>
    new RegExp(`^\\s*(replace\\s+)?${name.replace(/[.+]/g, "\\$&")}\\b.*=>`, "m").test(text);
  return modules
    .filter(([, name = "", version]) => !isReplaced(name) && !lock.includes(`${name} ${version}`))
    .map(([, name = "", version]): [string, string] => [name, `${version} is not in it`]);
}

function compareCargo(lock: string, _: string, { value }: Manifest) {
  return Object.entries(mapAt(value, "dependencies"))
    .map(([name, stated]) => String(mapAt({ stated }, "stated").package ?? name))
    .filter((name) => !lock.includes(`name = "${name}"`))
    .map((name): [string, string] => [name, "is not in it"]);
}

const plainRange = (range: string): string => range.replaceAll(" ", "").split(",").sort().join(",");

const unquoted = (text: string): string => text.replace(/^(['"])(.*)\1$/, "$2");
