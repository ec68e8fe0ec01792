import type { ColumnType, Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { Mysql } from "../resources/mysql.ts";
import type { Message } from "./message.ts";

export type MessagesTable = {
  id: string;
  text: string;
  status: "received" | "processed";
  created_at: ColumnType<Date, Date, never>;
};

export type MessageStore = ReturnType<typeof messageStore>;

export function messageStore({ mysql: { db } }: { mysql: Mysql }) {
  return {
    /** Adds the message, unless one of its id is there. */
    add: async ({ createdAt, ...message }: Message) => {
      await db
        .insertInto("messages")
        .values({ ...message, created_at: new Date(createdAt) })
        .onDuplicateKeyUpdate({ id: message.id })
        .execute();
    },
    find: async (id: string) => {
      const [row] = await select(db).where("id", "=", id).execute();
      return row && toMessage(row);
    },
    /** The newest first. */
    list: async (limit: number) => {
      const rows = await select(db).orderBy("created_at", "desc").limit(limit).execute();
      return rows.map(toMessage);
    },
    /** True when this call did it: however often a message is processed, it counts once. */
    markProcessed: async (id: string) => {
      const { numUpdatedRows } = await db
        .updateTable("messages")
        .set({ status: "processed" })
        .where("id", "=", id)
        .where("status", "=", "received")
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    remove: async (id: string) => {
      await db.deleteFrom("messages").where("id", "=", id).execute();
    },
    /** Removes what was created before, and says how many. */
    purge: async (before: Date) => {
      const { numDeletedRows } = await db
        .deleteFrom("messages")
        .where("created_at", "<", before)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function select(db: Kysely<Database>) {
  return db.selectFrom("messages").select(["id", "text", "status", "created_at"]);
}

function toMessage({
  created_at,
  ...message
}: Awaited<ReturnType<ReturnType<typeof select>["execute"]>>[number]): Message {
  return { ...message, createdAt: created_at.toISOString() };
}
