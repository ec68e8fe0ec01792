import type { Redis } from "../resources/redis.ts";
import type { Message } from "./message.ts";

/** The ids by the time of their creation; each message is a hash of its own. */
const index = "messages";
const keyOf = (id: string) => `messages:${id}`;

const markProcessed = `
  if redis.call("HGET", KEYS[1], "status") ~= "received" then return 0 end
  redis.call("HSET", KEYS[1], "status", "processed")
  return 1
`;

export function messageStore({ redis: { client } }: { redis: Redis }) {
  const read = async (id: string): Promise<Message | undefined> => {
    const { text, status, createdAt } = await client.hgetall(keyOf(id));
    if (text === undefined || createdAt === undefined) return undefined;
    return { id, text, status: status === "processed" ? status : "received", createdAt };
  };
  return {
    /** Adds the message, unless one of its id is there. */
    add: async ({ id, text, status, createdAt }: Message) => {
      if ((await client.hsetnx(keyOf(id), "status", status)) === 0) return;
      await client
        .multi()
        .hset(keyOf(id), { text, createdAt })
        .zadd(index, Date.parse(createdAt), id)
        .exec();
    },
    find: read,
    /** The newest first. */
    list: async (limit: number) => {
      const ids = await client.zrevrange(index, 0, limit - 1);
      const messages = await Promise.all(ids.map(read));
      return messages.filter((message) => message !== undefined);
    },
    /** True when this call did it: however often a message is processed, it counts once. */
    markProcessed: async (id: string) => (await client.eval(markProcessed, 1, keyOf(id))) === 1,
    remove: async (id: string) => {
      await client.multi().del(keyOf(id)).zrem(index, id).exec();
    },
    /** Removes what was created before, and says how many. */
    purge: async (before: Date) => {
      const ids = await client.zrangebyscore(index, 0, `(${before.getTime()}`);
      if (ids.length > 0)
        await client
          .multi()
          .del(...ids.map(keyOf))
          .zrem(index, ...ids)
          .exec();
      return ids.length;
    },
  };
}
