import { httpRequest, isAnswer, openRaw } from "../http.ts";
import type { Booted, Lab } from "../lab.ts";
import type { Exit } from "../launch.ts";
import { listenersOf } from "../listeners.ts";
import type { ProcessInfo } from "../processes.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { sleep, until } from "../wait.ts";
import type { Route, TrioFacts } from "./trio.ts";

export type DrainFacts = {
  readonly inFlight: InFlight | NotTried;
  /** When a new connection was first refused, or answered with 503 or `Connection: close`. */
  readonly turnedAwayMs: number | null;
  readonly idleClosed: boolean;
  readonly exit: Exit | null;
  readonly exitMs: number | null;
  /** What lived on for 2 s after the root process. */
  readonly survivors: readonly (ProcessInfo & { readonly listens: boolean })[];
  readonly rootListens: boolean;
};

export type InFlight = {
  readonly how: "latency" | "burst";
  readonly path: string;
  readonly complete: boolean;
  readonly evidence: string;
};

export const latencyMs = 1_500;
const turnAwayBudgetMs = 2_500;

/** SIGTERM to the root process while a request waits for a slow resource. */
export async function observeDrain(lab: Lab, trio: TrioFacts): Promise<DrainFacts> {
  const { first, routes } = trio;
  const idle = await idleConnection(first.port);
  const pending = await pendingRequest(lab, first, routes);
  const burst = pending ? null : startBurst(first.port);
  await sleep(pending ? 0 : 200);
  const terminated = performance.now();
  first.launched.signal("SIGTERM");
  const [turnedAwayMs, exit] = await Promise.all([
    watchDoor(first, lab.found.health?.ready ?? "/", terminated),
    first.launched.exitWithin(lab.graceMs + 1_000),
  ]);
  lab.session.signal.throwIfAborted();
  const inFlight = pending
    ? await pending.finished
    : burst
      ? burst.stop(exit, terminated)
      : notTried("no request could be kept in flight");
  const idleClosed = idle?.closed() ?? true;
  idle?.destroy();
  const survivors = await survivorsOf(first);
  await first.stop();
  return {
    inFlight,
    turnedAwayMs,
    idleClosed,
    exit,
    exitMs: exit ? Math.round(exit.at - terminated) : null,
    survivors,
    rootListens: trio.firstListeners.some(({ pid }) => pid === first.launched.pid),
  };
}

/** A request that the latency of its resource holds; null when none of the routes waits for that. */
export async function pendingRequest(lab: Lab, booted: Booted, routes: readonly Route[]) {
  for (const route of routes) {
    const pending = await hold(lab, booted, route);
    if (pending) return pending;
  }
  return null;
}

async function hold(lab: Lab, booted: Booted, { path, variables }: Route) {
  const delay = (ms: number) => {
    for (const variable of variables) booted.proxies.get(variable)?.setLatency(ms);
  };
  delay(latencyMs);
  let settled = false;
  const finished = httpRequest({ port: booted.port, path, timeoutMs: lab.graceMs + 5_000 }).then(
    (answer): InFlight => {
      settled = true;
      const complete = isAnswer(answer);
      const evidence = complete
        ? `GET ${path} was answered ${answer.status} after ${answer.ms} ms`
        : `GET ${path}, sent 400 ms before SIGTERM: ${answer.fault} after ${answer.ms} ms`;
      return { how: "latency", path, complete, evidence };
    },
  );
  await sleep(400, lab.session.signal);
  // The answer is held already; what is asked from now on is not to wait.
  delay(0);
  // In an object, since a promise of a promise is only the inner one.
  return settled ? null : { finished };
}

/** Clients in a loop: an answer that breaks off after the request was read is a request that was dropped. */
function startBurst(port: number) {
  let dropped = 0;
  let sent = 0;
  let running = true;
  const loop = async () => {
    while (running) {
      const answer = await httpRequest({ port, timeoutMs: 3_000 });
      if (isAnswer(answer)) sent++;
      else if (answer.fault === "refused") return;
      else dropped++;
      await sleep(1);
    }
  };
  const loops = Array.from({ length: 16 }, loop);
  return {
    stop: (exit: Exit | null, since: number): InFlight | NotTried => {
      running = false;
      void Promise.all(loops);
      // Connections that nobody accepted yet are reset by a correct server too: only the signal itself tells.
      const isKilled = exit !== null && exit.signal !== null;
      const atOnce = exit !== null && exit.at - since < 50;
      if (dropped > 0 && atOnce && !isKilled)
        return notTried("no route waits for a service, and it ended within 50 ms of SIGTERM");
      return {
        how: "burst",
        path: "/",
        complete: dropped === 0 || !isKilled,
        evidence: `of ${sent + dropped} requests of 16 clients, ${dropped} broke off`,
      };
    },
  };
}

async function idleConnection(port: number) {
  const connection = await openRaw(port);
  connection?.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  if (connection) await until(() => connection.received().includes("\r\n\r\n"), { timeoutMs: 1_000 });
  return connection;
}

async function watchDoor({ port }: Booted, path: string, since: number): Promise<number | null> {
  while (performance.now() - since < turnAwayBudgetMs) {
    const answer = await httpRequest({
      port,
      path,
      timeoutMs: turnAwayBudgetMs,
      headers: { connection: "keep-alive" },
    });
    const away = isAnswer(answer)
      ? answer.status === 503 || answer.headers.connection === "close"
      : answer.fault === "refused" || answer.fault === "broken";
    const ms = Math.round(performance.now() - since);
    if (away) return ms <= turnAwayBudgetMs ? ms : null;
    await sleep(50);
  }
  return null;
}

/** Asks for 2 s; what is left then was orphaned. */
export async function survivorsOf({ launched }: Booted): Promise<DrainFacts["survivors"]> {
  if (!launched.exit()) return [];
  await until(() => launched.family().length === 0, { timeoutMs: 2_000 });
  return launched.family().map((info) => ({ ...info, listens: listenersOf([info.pid]).length > 0 }));
}
