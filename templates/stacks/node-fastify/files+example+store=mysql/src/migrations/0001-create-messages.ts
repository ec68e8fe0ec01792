import { type Kysely, sql } from "kysely";

/** In one statement that may run again: MySQL has no transaction around what changes a table. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table if not exists messages (
      id char(36) primary key,
      text text not null,
      status varchar(20) not null check (status in ('received', 'processed')),
      created_at datetime(3) not null,
      index messages_created_at (created_at desc)
    ) default character set utf8mb4
  `.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable("messages").execute();
}
