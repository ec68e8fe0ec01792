import { type Data, isDataMap, listAt, mapAt, textAt } from "../parsers/data.ts";
import type { Dockerfile } from "../parsers/dockerfile.ts";
import { isCompose } from "./commands.ts";
import { nameOf } from "./places.ts";
import { workloadsIn } from "./workloads.ts";

export type ImageUse = {
  readonly image: string;
  /** `postgres`, without registry and tag. */
  readonly name: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly file: string;
  readonly line: number;
  readonly use: "base" | "development" | "integration" | "deploy";
  /** What kind of backing service it is, where it is a known one. */
  readonly service: string | null;
};

const families: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)(postgres|postgis|postgresql|pgvector|timescaledb(-ha)?)$/, "postgres"],
  [/(^|\/)mysql(-server)?$/, "mysql"],
  [/(^|\/)mariadb$/, "mariadb"],
  [/(^|\/)(redis|redis-stack(-server)?)$/, "redis"],
  [/(^|\/)valkey$/, "valkey"],
  [/(^|\/)rabbitmq$/, "rabbitmq"],
  [/(^|\/)mongo(db)?(-community-server)?$/, "mongodb"],
  [/(^|\/)nats$/, "nats"],
  [/(^|\/)(kafka|cp-kafka|redpanda)$/, "kafka"],
  [/(^|\/)memcached$/, "memcached"],
  [/(^|\/)(elasticsearch|opensearch)$/, "search"],
];

export function imagesIn(
  dockerfiles: readonly Dockerfile[],
  data: ReadonlyMap<string, readonly Data[]>,
): ImageUse[] {
  const bases = dockerfiles.flatMap(({ file, stages }) => {
    const names = new Set(stages.map(({ name }) => name));
    return stages
      .filter(({ image }) => image !== "scratch" && !names.has(image.toLowerCase()))
      .map(({ image, line }) => use(image, { file, line, use: "base" }));
  });
  return [
    ...bases,
    ...[...data].flatMap(([file, documents]) => documents.flatMap((each) => ofData(file, each))),
  ];
}

type Place = Pick<ImageUse, "file" | "line" | "use">;

function ofData(file: string, document: Data): ImageUse[] {
  const { value, lineOf } = document;
  const at = (path: readonly (string | number)[], kind: ImageUse["use"]): ImageUse[] => {
    const image = textAt(value, ...path);
    return image === null ? [] : [use(image, { file, line: lineOf(path), use: kind })];
  };
  if (isCompose(file) || /\.devcontainer\/.*compose.*\.ya?ml$/.test(file))
    return Object.entries(mapAt(value, "services")).flatMap(([name, service]) =>
      isDataMap(service) && service.build === undefined ? at(["services", name, "image"], "development") : [],
    );
  if (nameOf(file) === "devcontainer.json") return at(["image"], "development");
  if (/\/workflows\//.test(file))
    return Object.entries(mapAt(value, "jobs")).flatMap(([job, stated]) => [
      ...Object.keys(mapAt(stated, "services")).flatMap((name) =>
        at(["jobs", job, "services", name, "image"], "integration"),
      ),
      ...at(["jobs", job, "container", "image"], "integration"),
      ...at(["jobs", job, "container"], "integration"),
    ]);
  if (nameOf(file) === ".gitlab-ci.yml") return ofGitlab(value, at);
  return workloadsIn(file, document).flatMap(({ containers }) =>
    containers.map(({ image, line }) => use(image, { file, line, use: "deploy" })),
  );
}

function ofGitlab(
  value: unknown,
  at: (path: readonly (string | number)[], kind: ImageUse["use"]) => ImageUse[],
): ImageUse[] {
  const services = (path: readonly (string | number)[]) =>
    listAt(value, ...path, "services").flatMap((service, index) =>
      at([...path, "services", index, ...(isDataMap(service) ? ["name"] : [])], "integration"),
    );
  return [
    ...services([]),
    ...services(["default"]),
    ...Object.keys(isDataMap(value) ? value : {}).flatMap((job) => services([job])),
  ];
}

function use(image: string, place: Place): ImageUse {
  const [rest = "", digest = null] = image.split("@");
  const colon = rest.lastIndexOf(":");
  const hasTag = colon > rest.lastIndexOf("/");
  const name = hasTag ? rest.slice(0, colon) : rest;
  const service = families.find(([pattern]) => pattern.test(name))?.[1] ?? null;
  return { image, name, tag: hasTag ? rest.slice(colon + 1) : null, digest, service, ...place };
}
