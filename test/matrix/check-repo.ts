/**
 * `check --boot` in a process of its own, against servers that are up already: prints what it found as JSON.
 *
 *   node test/support/run.mjs test/matrix/check-repo.ts '{"directory":…,"build":…,"services":[…]}'
 */
import { inspect } from "../../src/check/inspect.ts";
import { probe } from "../../src/check/probe/probe.ts";
import type { Database, ServiceAdapter } from "../../src/check/probe/services/adapter.ts";
import { mysql } from "../../src/check/probe/services/mysql.ts";
import { nats } from "../../src/check/probe/services/nats.ts";
import { postgres } from "../../src/check/probe/services/postgres.ts";
import { rabbitmq } from "../../src/check/probe/services/rabbitmq.ts";
import { redis } from "../../src/check/probe/services/redis.ts";
import { smtp } from "../../src/check/probe/services/smtp.ts";
import { readRepo } from "../../src/check/repo.ts";
import type { Finding, NotRun } from "../../src/check/types.ts";
import { askMariadb, query } from "../support/servers.ts";

export type Request = {
  readonly directory: string;
  /** Null for what `check` infers. */
  readonly build: string | null;
  /** Where the databases of each service are; one URL for all of them where the service separates none. */
  readonly services: Readonly<Record<string, { readonly [database in Database]: string }>>;
};

export type Checked = {
  readonly findings: readonly Finding[];
  readonly passed: readonly string[];
  /** Of the checks that run the app. */
  readonly notRun: readonly NotRun[];
};

const kinds: Readonly<Record<string, ServiceAdapter>> = { postgres, mysql, redis, rabbitmq, nats, smtp };

/** What changes when the schema does. */
const schemas: Readonly<Record<string, (url: string) => Promise<string>>> = {
  postgres: postgresSchema,
  mysql: mariadbSchema,
};

const { directory, build, services } = JSON.parse(process.argv[2] ?? "") as Request;
const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
const read = await inspect(await readRepo(directory));
const run = await probe({
  directory,
  build,
  adapters: Object.keys(services).map(runningAdapter),
  signal: controller.signal,
});
const checked: Checked = {
  findings: [...read.findings, ...run.findings],
  passed: [...read.passed, ...run.passed],
  notRun: run.notRun,
};
console.log(JSON.stringify(checked));

function runningAdapter(service: string): ServiceAdapter {
  const kind = kinds[service];
  const urls = services[service];
  if (kind === undefined || urls === undefined) throw new Error(`check knows no service ${service}.`);
  return {
    ...kind,
    start: async () => ({
      url: (database) => urls[database],
      fingerprint: (() => {
        const schema = schemas[service];
        return schema === undefined ? null : (database: Database) => schema(urls[database]);
      })(),
      separates: urls.a !== urls.b,
    }),
  };
}

async function postgresSchema(url: string): Promise<string> {
  const rows = await query(
    url,
    `select table_schema, table_name, column_name, data_type from information_schema.columns
     where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 3`,
  );
  return JSON.stringify(rows);
}

async function mariadbSchema(url: string): Promise<string> {
  const { port, pathname } = new URL(url);
  return askMariadb(
    Number(port),
    `select table_name, column_name, column_type from information_schema.columns
     where table_schema = '${pathname.slice(1)}' order by 1, 2`,
  );
}
