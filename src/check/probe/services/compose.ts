import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Engine } from "../containers.ts";
import { accepts } from "../http.ts";
import { until } from "../wait.ts";
import type { RunningService } from "./adapter.ts";

/** A service of the repo's compose file that can stand behind a URL. */
export type ComposeService = {
  readonly image: string;
  readonly port: number;
  readonly environment: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: string | null;
};

const files = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const upBudgetMs = 120_000;

const imageOf: { readonly [scheme: string]: RegExp } = {
  postgres: /postgres|postgis|timescale/,
  postgresql: /postgres|postgis|timescale/,
  mysql: /mysql|mariadb|percona/,
  mariadb: /mariadb|mysql/,
  redis: /redis|valkey|dragonfly|keydb/,
  valkey: /valkey|redis/,
  amqp: /rabbitmq|lavinmq/,
  nats: /nats/,
  mongodb: /mongo/,
  smtp: /mailpit|mailhog|maildev/,
};

/** Null where the compose file has none for the scheme. */
export function composeService(tree: string, scheme: string, port: number | null): ComposeService | null {
  const file = files.find((name) => existsSync(join(tree, name)));
  if (!file || port === null) return null;
  const services = Object.values((read(join(tree, file)) as { services?: object } | null)?.services ?? {});
  for (const service of services as readonly { readonly [key: string]: unknown }[]) {
    const image = String(service?.image ?? "");
    if (!imageOf[scheme]?.test(image) || image.includes("$")) continue;
    return {
      image,
      port,
      environment: environmentOf(service.environment),
      command: wordsOf(service.command),
      healthcheck: healthcheckOf(service.healthcheck),
    };
  }
  return null;
}

/** In a container of its own on a port of its own; its credentials are those of the compose file. */
export async function runComposeService(
  { run, mark, program }: Engine,
  service: ComposeService,
  form: string,
): Promise<RunningService | { readonly missing: string }> {
  const { image, port, environment, command, healthcheck } = service;
  const health = healthcheck ? ["--health-cmd", healthcheck, "--health-interval", "1s"] : [];
  const id = await run(
    [
      ...["run", "--detach", "--publish", `127.0.0.1::${port}`, ...mark, ...health],
      ...environment.flatMap((each) => ["--env", each]),
      ...[image, ...command],
    ],
    { timeoutMs: upBudgetMs },
  );
  const published = id === null ? null : await run(["port", id, `${port}/tcp`]);
  const at = Number(/:(\d+)\s*$/m.exec(published ?? "")?.[1] ?? 0);
  if (id === null || at === 0) return { missing: `${program} could not run ${image} of the compose file` };
  const isUp = await until(
    async () =>
      healthcheck
        ? (await run(["inspect", "--format", "{{.State.Health.Status}}", id])) === "healthy"
        : await accepts(at),
    { timeoutMs: upBudgetMs, everyMs: 250 },
  );
  if (!isUp) return { missing: `${image} of the compose file did not come up` };
  const url = form.replace(
    /^([a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?)[^/?#]*/i,
    (_, before) => `${before}127.0.0.1:${at}`,
  );
  return { url: () => url, fingerprint: null, separates: false };
}

function read(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"), { merge: true, logLevel: "silent" });
  } catch {
    return null;
  }
}

function environmentOf(stated: unknown): string[] {
  const pairs = Array.isArray(stated)
    ? stated.map(String)
    : Object.entries((stated ?? {}) as object).map(([name, value]) => `${name}=${value ?? ""}`);
  return pairs.filter((each) => !each.includes("${"));
}

const wordsOf = (stated: unknown): string[] =>
  Array.isArray(stated) ? stated.map(String) : typeof stated === "string" ? stated.split(/\s+/) : [];

/** As one line for a shell, with Compose's `$$` undone. */
function healthcheckOf(stated: unknown): string | null {
  const test = (stated as { readonly test?: unknown } | null | undefined)?.test;
  if (typeof test === "string") return test.replaceAll("$$", "$");
  if (!Array.isArray(test) || test[0] === "NONE") return null;
  const [kind, ...words] = test.map((word) => String(word).replaceAll("$$", "$"));
  return kind === "CMD-SHELL"
    ? (words[0] ?? null)
    : words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}
