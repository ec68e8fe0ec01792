import { join } from "node:path";
import { freePort } from "../ports.ts";
import { until } from "../wait.ts";
import type { Database, ServiceAdapter } from "./adapter.ts";
import { dataDirectory, directoryOf, launchServer, shellWord } from "./server.ts";

const names: { readonly [name in Database]: string } = { a: "tf_a", b: "tf_b", empty: "tf_empty" };

/** Every column of every table that is not the server's own. */
const schemaQuery = `
  select coalesce(string_agg(concat_ws('.', table_schema, table_name, column_name, data_type), ',' order by
    table_schema, table_name, column_name), '')
  from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema')`;

export const postgres: ServiceAdapter = {
  kind: "PostgreSQL",
  schemes: ["postgres", "postgresql"],
  defaultPort: 5432,
  start: async (session, secret) => {
    const programs = directoryOf(["initdb", "postgres", "psql"], ["/usr/lib/postgresql/*/bin"]);
    if (!programs) return { missing: "no PostgreSQL server on this host" };
    const directory = dataDirectory(session, "postgres");
    const port = await freePort();
    const data = join(directory, "data");
    const program = (name: string) => shellWord(join(programs, name));
    const query = async (database: string, sql: string) => {
      const line = `${program("psql")} -X -v ON_ERROR_STOP=1 -h 127.0.0.1 -p ${port} -U app -d ${database} -Atc ${shellWord(sql)}`;
      const client = launchServer(session, { line, cwd: directory });
      const exit = await client.finishedWithin(10_000);
      const answer = client.output.lines().flatMap(({ stream, text }) => (stream === "stdout" ? [text] : []));
      client.output.close();
      return exit?.code === 0 ? answer.join("\n") : null;
    };
    const made = launchServer(session, {
      line: `${program("initdb")} -D ${shellWord(data)} -U app -A trust --no-sync -E UTF8 --locale=C.UTF-8`,
      cwd: directory,
    });
    if ((await made.exitWithin(60_000))?.code !== 0)
      return { missing: "PostgreSQL's initdb failed on this host" };
    const settings = [
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      "fsync=off",
      "max_connections=300",
    ];
    launchServer(session, {
      line: `${program("postgres")} -D ${shellWord(data)} -p ${port} ${settings.map((each) => `-c ${each}`).join(" ")}`,
      cwd: directory,
    });
    const isUp = await until(async () => (await query("postgres", "select 1")) !== null, {
      timeoutMs: 20_000,
      signal: session.signal,
    });
    if (!isUp) return { missing: "PostgreSQL did not start on this host" };
    for (const name of Object.values(names)) await query("postgres", `create database ${name}`);
    return {
      url: (database) => `postgres://app:${secret}@127.0.0.1:${port}/${names[database]}`,
      fingerprint: async (database) => (await query(names[database], schemaQuery)) ?? "",
      separates: true,
    };
  },
};
