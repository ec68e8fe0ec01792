import { join } from "node:path";
import { freePort } from "../ports.ts";
import { until } from "../wait.ts";
import type { Database, ServiceAdapter } from "./adapter.ts";
import { dataDirectory, directoryOf, launchServer, shellWord } from "./server.ts";

const names: { readonly [name in Database]: string } = { a: "tf_a", b: "tf_b", empty: "tf_empty" };

/** Every column of every table of one database. */
const schemaQuery = `
  select table_name, column_name, column_type from information_schema.columns
  where table_schema = database() order by 1, 2`;

export const mysql: ServiceAdapter = {
  kind: "MariaDB",
  schemes: ["mysql", "mariadb"],
  defaultPort: 3306,
  start: async (session, secret) => {
    const programs = new Map<string, string>();
    for (const name of ["mariadbd", "mariadb-install-db", "mariadb"]) {
      const found = directoryOf([name], ["/usr/sbin", "/usr/bin"]);
      if (!found) return { missing: "no MariaDB server on this host" };
      programs.set(name, shellWord(join(found, name)));
    }
    const directory = dataDirectory(session, "mysql");
    const port = await freePort();
    const data = `--no-defaults --datadir=${shellWord(join(directory, "data"))}`;
    const query = async (database: string, sql: string) => {
      const line = `${programs.get("mariadb")} --no-defaults -h127.0.0.1 -P${port} -uroot -N -D ${database} -e ${shellWord(sql)}`;
      const client = launchServer(session, { line, cwd: directory });
      const exit = await client.finishedWithin(10_000);
      const answer = client.output.lines().flatMap(({ stream, text }) => (stream === "stdout" ? [text] : []));
      client.output.close();
      return exit?.code === 0 ? answer.join("\n") : null;
    };
    const made = launchServer(session, {
      line: `${programs.get("mariadb-install-db")} ${data} --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve`,
      cwd: directory,
    });
    if ((await made.exitWithin(60_000))?.code !== 0)
      return { missing: "mariadb-install-db failed on this host" };
    const settings = [
      "bind-address=127.0.0.1",
      `port=${port}`,
      "socket=socket",
      "pid-file=pid",
      "skip-name-resolve",
      "max-connections=300",
      "innodb-flush-log-at-trx-commit=0",
    ];
    launchServer(session, {
      line: `${programs.get("mariadbd")} ${data} ${settings.map((each) => `--${each}`).join(" ")}`,
      cwd: directory,
    });
    const isUp = await until(async () => (await query("mysql", "select 1")) !== null, {
      timeoutMs: 20_000,
      signal: session.signal,
    });
    if (!isUp) return { missing: "MariaDB did not start on this host" };
    const user = [
      `create user app@'%' identified by '${secret}'`,
      ...Object.values(names).flatMap((name) => [
        `create database ${name} character set utf8mb4`,
        `grant all on ${name}.* to app@'%'`,
      ]),
    ];
    await query("mysql", user.join(";"));
    return {
      url: (database) => `mysql://app:${secret}@127.0.0.1:${port}/${names[database]}`,
      fingerprint: async (database) => (await query(names[database], schemaQuery)) ?? "",
      separates: true,
    };
  },
};
