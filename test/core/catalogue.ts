import { readDefinition } from "../../src/core/definition.ts";
import type { Catalogue, Json, Layer, Template, TemplateKind } from "../../src/core/types.ts";

/** A small catalogue, written here so that core tests are literals in and literals out. */
export function template(
  kind: TemplateKind,
  id: string,
  facts: Json,
  layers: readonly Layer[] = [],
): Template {
  const definition = readDefinition(kind, { label: id, description: `${id}.`, ...(facts as object) }, id);
  return { kind, id, definition, layers, lockfiles: {} };
}

export function layer(condition: string, files: { readonly [path: string]: string } = {}): Layer {
  return {
    condition: condition === "" ? [] : condition.split("+"),
    files: Object.entries(files).map(([path, body]) => ({
      path,
      body,
      executable: false,
      origin: `test/${path}`,
    })),
  };
}

const run = (command: string): Json => ({ command: [command] });
const store = { rank: 1, processes: ["web", "worker", "release"] };
const all = ["web", "worker", "clock", "release"];
const url = (name: string): Json => [{ name, type: "url", sensitive: true, description: "Where it is." }];

export const catalogue: Catalogue = {
  integrity: "sha512-test",
  templates: [
    template(
      "base",
      "base",
      {
        env: [
          {
            name: "LOG_LEVEL",
            type: "enum",
            values: ["debug", "info"],
            default: "info",
            description: "Level.",
          },
        ],
      },
      [layer("", { README: "base" }), layer("license=MIT"), layer("license=UNLICENSED")],
    ),
    template(
      "stack",
      "node-fastify",
      {
        traits: ["node"],
        packageManagers: { npm: { install: "npm ci" }, pnpm: { install: "pnpm i" } },
        processes: { web: run("web"), worker: run("worker"), clock: run("clock"), release: run("release") },
        tasks: { seed: { command: ["seed"], description: "Seeds." } },
        requires: { processes: ["web"] },
      },
      [
        layer(""),
        layer("postgres"),
        layer("redis"),
        layer("rabbitmq"),
        layer("example+store=redis", { "store.ts": "redis" }),
        layer("example+store=postgres", { "store.ts": "postgres" }),
        layer("jobs=postgres"),
      ],
    ),
    template(
      "stack",
      "web-only",
      { packageManagers: { make: {} }, processes: { web: run("w"), release: run("r") } },
      [layer("redis")],
    ),
    template("service", "postgres", {
      roles: { store, jobs: { rank: 2, processes: all } },
      env: url("DATABASE_URL"),
      connection: "postgres://app:app@{host}:5432/app",
    }),
    template("service", "rabbitmq", {
      roles: { jobs: { rank: 1, processes: all }, bus: { rank: 1, processes: ["worker"] } },
      env: url("AMQP_URL"),
    }),
    template("service", "redis", {
      roles: {
        store: { ...store, rank: 2 },
        jobs: { rank: 3, processes: all },
        cache: { rank: 1, processes: ["web"] },
      },
      env: url("REDIS_URL"),
      platforms: { heroku: { plan: "redis:mini" } },
    }),
    template("process", "clock", { requires: { processes: ["worker"] } }),
    template("process", "web", {
      http: true,
      env: [{ name: "PORT", type: "port", required: true, description: "Port.", processes: ["web"] }],
    }),
    template("process", "worker", { requires: { roles: ["jobs"] } }),
    template("platform", "heroku", { addons: { postgres: { plan: "postgres:essential" } } }, [layer("")]),
    template("ci", "github", {}),
  ],
};
