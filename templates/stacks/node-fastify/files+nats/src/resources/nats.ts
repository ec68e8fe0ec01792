import { setTimeout as sleep } from "node:timers/promises";
import {
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { AuthorizationError, connect as dial, nanos } from "@nats-io/transport-node";
import type { Log } from "../log.ts";
import { backoff } from "./resource.ts";

export type Nats = ReturnType<typeof connect>;

const events = { name: "events", subjects: ["events.>"], max_age: nanos(7 * 24 * 60 * 60 * 1000) };

export function connect(url: string, log: Log) {
  const { protocol, host, username, password } = new URL(url);
  let attempt = 0;
  const open = () =>
    dial({
      servers: host,
      user: decodeURIComponent(username),
      pass: decodeURIComponent(password),
      ...(protocol === "tls:" && { tls: {} }),
      timeout: 10_000,
      // A server that falls silent is taken for lost when it owes two answers.
      pingInterval: 5_000,
      maxPingOut: 2,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 5_000,
      reconnectDelayHandler: () => backoff(attempt++),
      ignoreAuthErrorAbort: true,
    });
  let connecting = open();
  let closing = false;

  const watch = async () => {
    const connection = await connecting;
    if (closing) return connection.close();
    for await (const status of connection.status()) {
      if (status.type === "reconnect") attempt = 0;
      if (status.type === "disconnect") log.warn("nats connection lost");
      if (status.type === "error") log.warn({ err: status.error }, "nats error");
    }
  };
  // Once it is connected it reconnects by itself.
  const keepTrying = async () => {
    while (!closing) {
      try {
        return await watch();
      } catch {
        await sleep(backoff(attempt++), undefined, { ref: false });
        if (!closing) connecting = open();
      }
    }
  };
  keepTrying();

  return {
    jetstream: async () => jetstream(await connecting, { timeout: 5_000 }),
    manager: async () => jetstreamManager(await connecting, { timeout: 5_000, checkAPI: false }),
    ping: async () => {
      const connection = await connecting;
      await connection.flush();
    },
    prepare: async () => {
      await keepStream(await jetstreamManager(await connecting), events);
    },
    refused: (error: unknown) => error instanceof AuthorizationError,
    close: async () => {
      closing = true;
      const late = sleep(1_000, undefined, { ref: false });
      const connection = await Promise.race([connecting, late]).catch(() => undefined);
      // What was sent goes out, unless the server fell silent.
      await Promise.race([connection?.flush(), late]).catch(() => undefined);
      await connection?.close();
    },
  };
}

/** Makes the stream, or changes it to this. */
export async function keepStream(
  manager: JetStreamManager,
  stream: Partial<StreamConfig> & { readonly name: string },
): Promise<void> {
  try {
    await manager.streams.add(stream);
  } catch {
    await manager.streams.update(stream.name, stream);
  }
}
