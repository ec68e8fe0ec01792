import { Kysely, PostgresDialect } from "kysely";
import { Migrator } from "kysely/migration";
import pg from "pg";
import type { Database } from "../database.ts";
import type { Log } from "../log.ts";
import { migrations } from "../migrations.ts";

export type Postgres = ReturnType<typeof connect>;

// Invalid authorization, invalid password, no such database, no privilege.
const refusals = new Set(["28000", "28P01", "3D000", "42501"]);

export function connect(url: string, log: Log) {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  pool.on("error", (error) => log.warn({ err: error }, "postgres connection lost"));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    pool,
    ping: async () => {
      // With a time limit of its own, a connection that went dead leaves the pool.
      await pool.query({ text: "select 1", query_timeout: 1_000 } as pg.QueryConfig);
    },
    prepare: () => migrate(db, log),
    refused: (error: unknown) =>
      error instanceof pg.DatabaseError && refusals.has(error.code ?? ""),
    close: () => db.destroy(),
  };
}

/** Runs what is still to be run, under the migrator's advisory lock: of many releases one migrates. */
async function migrate(db: Kysely<Database>, log: Log): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results = [] } = await migrator.migrateToLatest();
  for (const { migrationName, status } of results) {
    log.info({ migration: migrationName, status }, "migration");
  }
  if (error) throw error;
  if (results.length === 0) log.info("no migration to run");
}
