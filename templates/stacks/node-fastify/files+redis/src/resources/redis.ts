import { Redis as Client } from "ioredis";
import type { Log } from "../log.ts";
import { backoff } from "./resource.ts";

export type Redis = ReturnType<typeof connect>;

export function connect(url: string, log: Log) {
  const client = new Client(url, {
    // A command fails soon while the server is away, rather than wait for it.
    commandTimeout: 5_000,
    maxRetriesPerRequest: 1,
    connectTimeout: 10_000,
    // It is waited for even when the connection is gone already.
    disconnectTimeout: 200,
    retryStrategy: (attempt) => backoff(attempt - 1),
  });
  client.on("error", (error) => log.warn({ err: error }, "redis connection lost"));
  return {
    client,
    ping: async () => {
      await client.ping();
    },
    refused: (error: unknown) =>
      error instanceof Error && /^(WRONGPASS|NOAUTH|NOPERM|ERR .*AUTH)/.test(error.message),
    close: async () => client.disconnect(),
  };
}
