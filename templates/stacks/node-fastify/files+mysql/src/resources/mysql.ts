import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, MysqlDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { createPool } from "mysql2";
import type { Database } from "../database.ts";
import type { Log } from "../log.ts";
import { migrations } from "../migrations.ts";

export type Mysql = ReturnType<typeof connect>;

const refusals = new Set([
  "ER_ACCESS_DENIED_ERROR",
  "ER_ACCESS_DENIED_NO_PASSWORD_ERROR",
  "ER_BAD_DB_ERROR",
  "ER_DBACCESS_DENIED_ERROR",
  "ER_TABLEACCESS_DENIED_ERROR",
]);

export function connect(url: string, log: Log) {
  const pool = createPool({
    uri: url,
    connectionLimit: 10,
    connectTimeout: 10_000,
    // A DATETIME has no time zone: in the database it is UTC.
    timezone: "Z",
  });
  pool.on("connection", (connection) => {
    connection.on("error", (error) => log.warn({ err: error }, "mysql connection lost"));
  });
  const db = new Kysely<Database>({ dialect: new MysqlDialect({ pool }) });
  return {
    db,
    ping: async () => {
      const connection = await pool.promise().getConnection();
      try {
        await connection.query({ sql: "select 1", timeout: 1_000 });
        connection.release();
      } catch (error) {
        // A connection that went dead leaves the pool.
        connection.destroy();
        throw error;
      }
    },
    prepare: () => migrate(db, log),
    refused: (error: unknown) =>
      error instanceof Error && "code" in error && refusals.has(String(error.code)),
    close: async () => {
      // A server that fell silent doesn't say goodbye.
      await Promise.race([pool.promise().end(), sleep(1_000, undefined, { ref: false })]);
    },
  };
}

/** Runs what is still to be run, under the migrator's lock: of many releases one migrates. */
async function migrate(db: Kysely<Database>, log: Log): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results = [] } = await migrator.migrateToLatest();
  for (const { migrationName, status } of results) {
    log.info({ migration: migrationName, status }, "migration");
  }
  if (error) throw error;
  if (results.length === 0) log.info("no migration to run");
}
