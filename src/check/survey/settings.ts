import { type Data, isDataMap, listAt, mapAt, textAt } from "../parsers/data.ts";
import { type Dockerfile, finalStages, pairsOf } from "../parsers/dockerfile.ts";
import { isCompose } from "./commands.ts";
import { nameOf } from "./places.ts";
import { workloadsIn } from "./workloads.ts";

/** A variable that a descriptor gives to the app. */
export type Setting = {
  readonly name: string;
  /** Null where the value comes from elsewhere, as from a secret. */
  readonly value: string | null;
  readonly file: string;
  readonly line: number;
  readonly of: "image" | "deploy" | "development" | "integration";
};

type Path = readonly (string | number)[];

export function settingsIn(
  dockerfiles: readonly Dockerfile[],
  data: ReadonlyMap<string, readonly Data[]>,
): Setting[] {
  const images = dockerfiles.flatMap((dockerfile) =>
    finalStages(dockerfile)
      .flatMap(({ instructions }) => instructions)
      .filter(({ keyword }) => keyword === "ENV")
      .flatMap((instruction) =>
        pairsOf(instruction).map(
          ({ name, value }): Setting => ({
            name,
            value,
            file: dockerfile.file,
            line: instruction.line,
            of: "image",
          }),
        ),
      ),
  );
  return [
    ...images,
    ...[...data].flatMap(([file, documents]) => documents.flatMap((each) => ofData(file, each))),
  ];
}

function ofData(file: string, document: Data): Setting[] {
  const { value } = document;
  const name = nameOf(file);
  const deploy = reader(file, document, "deploy");
  if (name === "app.json")
    return deploy.entries(["env"], (entry) => (isDataMap(entry) ? textAt(entry, "value") : text(entry)));
  if (/^fly[\w.-]*\.toml$/.test(name)) return deploy.entries(["env"]);
  if (/^render\.ya?ml$/.test(name))
    return listAt(value, "services").flatMap((_, index) =>
      deploy.list(["services", index, "envVars"], "key"),
    );
  if (name === "app.yaml" && textAt(value, "runtime") !== null) return deploy.entries(["env_variables"]);
  if (/^app\.ya?ml$/.test(name))
    return ["services", "workers", "jobs"].flatMap((kind) =>
      listAt(value, kind).flatMap((_, index) => deploy.list([kind, index, "envs"], "key")),
    );
  if (/^deploy\.ya?ml$/.test(name) && isDataMap(mapAt(value, "env").clear))
    return deploy.entries(["env", "clear"]);
  if (isCompose(file)) return ofCompose(value, reader(file, document, "development"));
  return workloadsIn(file, document).flatMap(({ containers }) =>
    containers.flatMap(({ path }) => deploy.list([...path, "env"], "name")),
  );
}

/** Of the services that are built here; the others are not this app. */
function ofCompose(value: unknown, read: ReturnType<typeof reader>): Setting[] {
  return Object.entries(mapAt(value, "services")).flatMap(([name, service]) => {
    if (!isDataMap(service) || service.build === undefined) return [];
    const path = ["services", name, "environment"];
    if (!Array.isArray(service.environment)) return read.entries(path);
    return service.environment.flatMap((item, index) => {
      const [key = "", stated] = splitOnce(String(item));
      return [read.one(key, stated ?? null, [...path, index])];
    });
  });
}

function reader(file: string, { value, lineOf }: Data, of: Setting["of"]) {
  const one = (name: string, stated: string | null, path: Path): Setting => ({
    name,
    value: stated,
    file,
    line: lineOf(path),
    of,
  });
  return {
    one,
    entries: (path: Path, valueOfEntry: (entry: unknown) => string | null = text): Setting[] =>
      Object.entries(mapAt(value, ...path)).map(([name, entry]) =>
        one(name, valueOfEntry(entry), [...path, name]),
      ),
    list: (path: Path, key: string): Setting[] =>
      listAt(value, ...path).flatMap((entry, index) => {
        const name = textAt(entry, key);
        return name === null ? [] : [one(name, textAt(entry, "value"), [...path, index])];
      }),
  };
}

const text = (entry: unknown): string | null =>
  typeof entry === "string" || typeof entry === "number" || typeof entry === "boolean" ? String(entry) : null;

function splitOnce(item: string): [string, string?] {
  const at = item.indexOf("=");
  return at < 0 ? [item] : [item.slice(0, at), item.slice(at + 1)];
}
