import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "rabbitmq-client";
import type { Log } from "../log.ts";

export type Rabbitmq = ReturnType<typeof connect>;

export function connect(url: string, log: Log) {
  const connection = new Connection({
    url,
    heartbeat: 15,
    connectionTimeout: 10_000,
    acquireTimeout: 10_000,
    retryLow: 200,
    retryHigh: 5_000,
  });
  let lastError: unknown;
  connection.on("connection", () => {
    lastError = undefined;
  });
  connection.on("error", (error) => {
    lastError = error;
    log.warn({ err: error }, "rabbitmq connection lost");
  });
  const publisher = connection.createPublisher({
    confirm: true,
    maxAttempts: 2,
    exchanges: [{ exchange: "events", type: "topic", durable: true }],
  });
  return {
    connection,
    publisher,
    ping: async () => {
      await connection.onConnect(1_000, true).catch((error) => {
        throw lastError ?? error;
      });
      // A broker that fell silent stays connected until its heartbeat is missed: ask it something.
      await connection.exchangeDeclare({ exchange: "amq.direct", passive: true });
    },
    refused: (error: unknown) =>
      error instanceof Error && "code" in error && error.code === "ACCESS_REFUSED",
    close: async () => {
      const closed = publisher.close().then(() => connection.close());
      await Promise.race([closed, sleep(1_000, undefined, { ref: false })]).catch(() => {});
      // What is still open, such as an unfinished job, the broker takes back.
      connection.unsafeDestroy();
    },
  };
}
