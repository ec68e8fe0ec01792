import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./ports.ts";

/** A TCP address, or the path of a Unix socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Stands between the app and one resource, and can make that resource slow, silent or dead. */
export type TcpProxy = {
  readonly port: number;
  /** Connections that the app opened so far. */
  readonly dials: () => number;
  /** Bytes that the app sent so far. */
  readonly sent: () => number;
  readonly openConnections: () => number;
  /** Delays every answer of the resource by so much. */
  readonly setLatency: (ms: number) => void;
  /** Connections are accepted and stay open, and no byte passes. */
  readonly pause: () => void;
  /** Connections are reset, old and new ones. */
  readonly reset: () => void;
  readonly resume: () => void;
  readonly close: () => Promise<void>;
};

type State = {
  mode: "forward" | "pause" | "reset";
  latencyMs: number;
  dials: number;
  sent: number;
  readonly links: Set<Link>;
};

/** `target` null makes it a sink: it accepts, reads, and never answers. */
export async function openProxy(
  target: Address | null,
  at: { readonly port?: number; readonly path?: string } = {},
): Promise<TcpProxy> {
  const state: State = { mode: "forward", latencyMs: 0, dials: 0, sent: 0, links: new Set() };
  const server = createServer({ allowHalfOpen: true }, (client) => accept(client, target, state));
  const port = at.port ?? (at.path ? 0 : await freePort());
  await listen(server, at.path ? { path: at.path } : { port, host: "127.0.0.1" });
  return {
    port,
    dials: () => state.dials,
    sent: () => state.sent,
    openConnections: () => state.links.size,
    setLatency: (ms) => {
      state.latencyMs = ms;
    },
    pause: () => {
      state.mode = "pause";
      for (const link of state.links) link.hold();
    },
    reset: () => {
      state.mode = "reset";
      for (const link of state.links) link.destroy();
    },
    resume: () => {
      state.mode = "forward";
      for (const link of state.links) link.release();
    },
    close: async () => {
      for (const link of state.links) link.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Link = { readonly hold: () => void; readonly release: () => void; readonly destroy: () => void };

function accept(client: Socket, target: Address | null, state: State): void {
  client.on("error", () => client.destroy());
  client.unref();
  state.dials++;
  if (state.mode === "reset") {
    cut(client);
    return;
  }
  const link = target ? forward(client, target, state) : swallow(client, state);
  state.links.add(link);
  client.once("close", () => {
    state.links.delete(link);
    link.destroy();
  });
  if (state.mode === "pause") link.hold();
  else link.release();
}

function swallow(client: Socket, state: State): Link {
  client.on("data", (chunk) => {
    state.sent += chunk.length;
  });
  client.once("end", () => client.end());
  return { hold: () => {}, release: () => {}, destroy: () => cut(client) };
}

function forward(client: Socket, target: Address, state: State): Link {
  let upstream: Socket | null = null;
  let held = true;
  const waiting: { readonly due: number; readonly chunk: Buffer | null }[] = [];
  let timer: NodeJS.Timeout | undefined;

  const deliver = () => {
    clearTimeout(timer);
    timer = undefined;
    while (!held && waiting[0] && waiting[0].due <= performance.now()) {
      const { chunk } = waiting.shift() ?? { chunk: null };
      if (chunk) client.write(chunk);
      else client.end();
    }
    if (!held && waiting[0]) timer = setTimeout(deliver, Math.max(1, waiting[0].due - performance.now()));
  };
  const later = (chunk: Buffer | null) => {
    waiting.push({ due: performance.now() + state.latencyMs, chunk });
    deliver();
  };
  const open = () => {
    const socket = connect({ ...target, allowHalfOpen: true }).unref();
    socket.on("error", () => cut(client));
    socket.on("data", later);
    socket.once("end", () => later(null));
    client.on("data", (chunk) => {
      state.sent += chunk.length;
      if (!socket.write(chunk)) client.pause();
    });
    socket.on("drain", () => {
      if (!held) client.resume();
    });
    client.once("end", () => socket.end());
    return socket;
  };
  client.pause();
  return {
    hold: () => {
      held = true;
      client.pause();
    },
    release: () => {
      held = false;
      upstream ??= open();
      client.resume();
      deliver();
    },
    destroy: () => {
      clearTimeout(timer);
      upstream?.destroy();
      cut(client);
    },
  };
}

/**
 * With a reset where the socket knows one. Reset while it is ending, it is never closed, and Node spins when it exits.
 */
function cut(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.remoteFamily && !socket.writableEnded) socket.resetAndDestroy();
  else socket.destroy();
}

function listen(server: Server, at: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(at, () => {
      server.removeListener("error", reject);
      server.unref();
      resolve();
    });
  });
}
