import type { Redis } from "../resources/redis.ts";
import type { Message } from "./message.ts";

const key = "messages:list";
const ttlSeconds = 5;

/** The list as it was a moment ago. Without the cache the list comes from the store: slower, and as right. */
export function messageCache({ redis: { client } }: { redis: Redis }) {
  return {
    read: async (): Promise<Message[] | null> => {
      const list = await client.get(key).catch(() => null);
      return list === null ? null : JSON.parse(list);
    },
    write: async (list: readonly Message[]) => {
      await client.set(key, JSON.stringify(list), "EX", ttlSeconds).catch(() => null);
    },
    forget: async () => {
      await client.del(key).catch(() => null);
    },
  };
}
