import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { DeclaredVariable } from "../parsers/env-schema.ts";
import type { Engine } from "./containers.ts";
import { httpRequest, isAnswer } from "./http.ts";
import type { ProcessType } from "./infer-processes.ts";
import { type Launched, launch } from "./launch.ts";
import { listenersOf } from "./listeners.ts";
import type { Mask } from "./mask.ts";
import type { Isolations } from "./namespaces.ts";
import { freePort } from "./ports.ts";
import { type Address, openProxy, type TcpProxy } from "./proxy.ts";
import type { Database, RunningService } from "./services/adapter.ts";
import type { Session } from "./session.ts";
import type { Tripwires } from "./tripwires.ts";
import { sleep, until } from "./wait.ts";
import { type HealthPaths, type Readiness, waitReady } from "./wait-ready.ts";

/** A backing service, as one variable of the app names it. */
export type Resource = {
  readonly variable: string;
  readonly kind: string;
  /** A URL that shows the form: what the app gets where no service could be had. */
  readonly form: string;
  readonly defaultPort: number | null;
  /** Null when a sink stands in for it. */
  readonly service: RunningService | null;
  readonly missing: string | null;
};

/** All that the scenarios share: the built tree, what it needs, and how it is run. */
export type Lab = {
  readonly session: Session;
  readonly tree: string;
  readonly types: readonly ProcessType[];
  readonly variables: readonly DeclaredVariable[];
  readonly resources: readonly Resource[];
  /** The environment that every process gets, without `PORT` and the resources. */
  readonly values: { readonly [name: string]: string };
  /** Secrets that were made for this run, value to variable. */
  readonly canaries: ReadonlyMap<string, string>;
  readonly mask: Mask;
  readonly isolations: Isolations;
  readonly tripwires: Tripwires;
  readonly path: string;
  readonly engine: Engine | null;
  /** A new copy of the committed tree, in which nothing was built. */
  readonly pristine: () => string;
  /** Whether the build installs packages. */
  readonly installs: boolean;
  readonly startBudgetMs: number;
  readonly graceMs: number;
  /** How long a process without HTTP is watched: a crash loop or a daemon that leaves shows within this time. */
  readonly watchMs: number;
  /** A queue that has no connection to a dead worker waits until its claim is over. */
  readonly redeliveryMs: number;
  /** Found at the first start, used by the later ones. */
  readonly found: {
    health: HealthPaths | null;
    /** How long the first start took that came to be ready. */
    readyMs: number | null;
  };
};

export type BootOptions = {
  readonly type: string;
  /** In place of the type's own command. */
  readonly line?: string;
  /** Gets the whole time that a start may take, however fast the first one was. */
  readonly patient?: boolean;
  readonly database?: Database;
  readonly environment?: { readonly [name: string]: string };
  readonly without?: readonly string[];
  readonly port?: number;
  /** Where HTTP is asked when that is not the port itself, as from outside of a namespace. */
  readonly askAt?: number;
  readonly prefix?: readonly string[];
  readonly cwd?: string;
  /** Its HOME and TMPDIR, when an earlier start's are to be used again. */
  readonly directory?: string;
  readonly budgetMs?: number;
  readonly resources?: "up" | "reset";
  /** Replaces the proxies, as sinks do. */
  readonly proxies?: ReadonlyMap<string, TcpProxy>;
  /** `answer`: any answer will do, also one above 500. */
  readonly wait?: boolean | "answer";
  /** Start as another user. */
  readonly owner?: number;
};

export type Booted = {
  readonly type: string;
  readonly launched: Launched;
  /** Where it is asked: `PORT`, or where it listens instead. */
  readonly port: number;
  readonly asked: number;
  readonly readiness: Readiness | "elsewhere";
  readonly readyMs: number | null;
  readonly proxies: ReadonlyMap<string, TcpProxy>;
  readonly directory: string;
  readonly environment: { readonly [name: string]: string };
  readonly stop: () => Promise<void>;
};

let boots = 0;
const settleMs = 1_500;

/** Starts a process type as a release would, and waits until it is ready or is not going to be. */
export async function boot(lab: Lab, options: BootOptions): Promise<Booted> {
  const type = lab.types.find(({ name }) => name === options.type);
  if (!type) throw new Error(`no process type ${options.type}`);
  const port = options.port ?? (await freePort());
  const directory = options.directory ?? makeDirectory(lab, options.owner);
  const proxies = options.proxies ?? (await openProxies(lab, options.database ?? "a"));
  if (options.resources === "reset") for (const proxy of proxies.values()) proxy.reset();
  const environment = environmentOf(lab, { ...options, port, directory, proxies });
  const launched = launch(lab.session, {
    line: options.line ?? type.command,
    cwd: options.cwd ?? lab.tree,
    environment,
    ...(options.prefix ? { prefix: options.prefix } : {}),
  });
  const stop = async () => {
    await launched.stop();
    if (!options.proxies) for (const proxy of proxies.values()) await proxy.close();
  };
  const booted = { type: type.name, launched, asked: port, proxies, directory, environment, stop };
  const askAt = options.askAt ?? port;
  if (options.wait === false) return { ...booted, port: askAt, readiness: "silent", readyMs: null };
  const usualMs = options.patient ? lab.startBudgetMs : budgetOfNext(lab);
  const budgetMs = Math.min(options.budgetMs ?? lab.startBudgetMs, usualMs);
  if (!isHttp(type.name)) return { ...booted, port: askAt, ...(await settle(lab, launched)) };
  const ready = await readyAtOrElsewhere(lab, launched, {
    port: askAt,
    budgetMs,
    watch: !options.askAt,
    enough: options.wait === "answer" ? "serving" : "ready",
  });
  if (ready.readiness === "ready" && options.line === undefined) {
    lab.found.health ??= ready.health;
    lab.found.readyMs ??= ready.readyMs;
  }
  return { ...booted, port: ready.port, readiness: ready.readiness, readyMs: ready.readyMs };
}

/** What was ready in a second is not waited for a minute the next time, however busy the host is by then. */
function budgetOfNext({ startBudgetMs, found }: Lab): number {
  return found.readyMs === null ? startBudgetMs : Math.min(startBudgetMs, 8_000 + found.readyMs * 6);
}

/** How long a start that has to fail may take to do so, from how long a good one took on this host. */
export const refusalMs = ({ found }: Lab): number => Math.max(10_000, (found.readyMs ?? 0) * 6);

/** The one type that platforms send requests to. */
export const isHttp = (type: string): boolean => type === "web";

/** Whether it can be probed: with sinks in place of services an app that answers is all that can be had. */
export function isUsable(lab: Lab, { readiness }: Pick<Booted, "readiness">): boolean {
  if (readiness === "ready") return true;
  return readiness === "serving" && lab.resources.some(({ service }) => service === null);
}

export async function openProxies(lab: Lab, database: Database): Promise<Map<string, TcpProxy>> {
  const proxies = new Map<string, TcpProxy>();
  for (const { variable, service } of lab.resources) {
    proxies.set(variable, await openProxy(service ? addressOf(service.url(database)) : null));
  }
  return proxies;
}

/** The URL of a resource, through the proxy. */
export function resourceUrl(resource: Resource, database: Database, port: number): string {
  const url = resource.service?.url(database) ?? resource.form;
  return url.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*@)?[^/?#]*/i,
    (_, scheme, user = "") => `${scheme}${user}127.0.0.1:${port}`,
  );
}

export function addressOf(url: string): Address {
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?(\[[^\]]+\]|[^/?#:]*)(?::(\d+))?/i.exec(url);
  const scheme = url.split(":")[0] ?? "";
  const host = (match?.[1] ?? "").replace(/^\[|\]$/g, "") || "127.0.0.1";
  return { host, port: Number(match?.[2] ?? defaultPorts[scheme] ?? 0) };
}

export const defaultPorts: { readonly [scheme: string]: number } = {
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  redis: 6379,
  rediss: 6379,
  valkey: 6379,
  amqp: 5672,
  nats: 4222,
  mongodb: 27017,
  smtp: 25,
  kafka: 9092,
};

/** What speaks against the app is tried again before it counts: this host may have been busy. */
export async function confirmed<T>(run: () => Promise<T>, isFault: (seen: T) => boolean): Promise<T> {
  const seen = await run();
  return isFault(seen) ? run() : seen;
}

/** Whether it starts as things are now: when it does not, a start under other conditions failed for a reason of its own. */
export async function startsPlainly(lab: Lab): Promise<boolean> {
  const booted = await boot(lab, { type: "web" });
  await booted.stop();
  return isUsable(lab, booted);
}

/** Why a failed start says nothing. */
export const noStartEither = "the web process does not start beside others under usual conditions either";

/** Asks the running app, with its own environment's marks nowhere in sight. */
export async function statusOf(booted: Booted, path: string, timeoutMs = 2_000): Promise<number | null> {
  const answer = await httpRequest({ port: booted.port, path, timeoutMs });
  return isAnswer(answer) ? answer.status : null;
}

export const newToken = (): string => randomBytes(8).toString("hex");

type EnvironmentParts = BootOptions & {
  readonly port: number;
  readonly directory: string;
  readonly proxies: ReadonlyMap<string, TcpProxy>;
};

function environmentOf(lab: Lab, parts: EnvironmentParts): { [name: string]: string } {
  const urls = lab.resources.map((resource) => {
    const port = parts.proxies.get(resource.variable)?.port ?? 0;
    return [resource.variable, resourceUrl(resource, parts.database ?? "a", port)];
  });
  const environment: { [name: string]: string } = {
    PATH: lab.path,
    HOME: join(parts.directory, "home"),
    TMPDIR: join(parts.directory, "tmp"),
    LANG: "C.UTF-8",
    // Byte code is no state of the app's.
    PYTHONDONTWRITEBYTECODE: "1",
    PORT: String(parts.port),
    ...lab.values,
    ...Object.fromEntries(urls),
    ...parts.environment,
  };
  for (const name of parts.without ?? []) delete environment[name];
  return environment;
}

export function makeDirectory(lab: Lab, owner?: number): string {
  const directory = join(lab.session.directory, `boot-${++boots}`);
  for (const path of [directory, join(directory, "home"), join(directory, "tmp")]) {
    mkdirSync(path, { mode: 0o755 });
    if (owner !== undefined) chownSync(path, owner, owner);
  }
  chmodSync(directory, 0o711);
  return directory;
}

export const pathOf = (directories: readonly string[]): string =>
  [...directories, process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin"].join(delimiter);

/** A process without HTTP is up when it has not ended after a while. */
async function settle(lab: Lab, launched: Launched): Promise<Pick<Booted, "readiness" | "readyMs">> {
  const exit = await launched.exitWithin(settleMs);
  lab.session.signal.throwIfAborted();
  return exit ? { readiness: "exited", readyMs: null } : { readiness: "ready", readyMs: null };
}

type Asked = {
  readonly port: number;
  readonly budgetMs: number;
  readonly watch: boolean;
  readonly enough: "serving" | "ready";
};

/** A listener on another port, and none on ours, ends the wait long before the budget does. */
async function readyAtOrElsewhere(lab: Lab, launched: Launched, { port, budgetMs, watch, enough }: Asked) {
  const abandoned = new AbortController();
  const { signal } = lab.session;
  const onAbort = () => abandoned.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const health = lab.found.health ? { health: lab.found.health } : {};
  const there = waitReady(launched, { port, budgetMs, enough, signal: abandoned.signal, ...health })
    .then((ready) => ({ ...ready, port }))
    .catch(() => null);
  const elsewhere = watch ? watchElsewhere(launched, { port, budgetMs, signal: abandoned.signal }) : null;
  try {
    const first = await (elsewhere ? Promise.race([there, elsewhere]) : there);
    signal.throwIfAborted();
    if (first) return first;
    const settled = await there;
    signal.throwIfAborted();
    return settled ?? { readiness: "silent" as const, readyMs: null, health: null, port };
  } finally {
    signal.removeEventListener("abort", onAbort);
    abandoned.abort();
  }
}

async function watchElsewhere(
  launched: Launched,
  {
    port,
    budgetMs,
    signal,
  }: { readonly port: number; readonly budgetMs: number; readonly signal: AbortSignal },
) {
  try {
    const elsewhere = async () => {
      const ports = listenersOf(launched.family().map(({ pid }) => pid)).map((listener) => listener.port);
      return ports.length > 0 && !ports.includes(port) ? (ports[0] ?? null) : null;
    };
    for (const deadline = performance.now() + budgetMs; performance.now() < deadline; ) {
      await sleep(500, signal);
      const seen = await elsewhere();
      if (seen === null) continue;
      // It may be a management port that opens before the main one.
      await sleep(1_500, signal);
      const stillThere = await until(elsewhere, { timeoutMs: 0, signal });
      if (stillThere !== null)
        return { readiness: "elsewhere" as const, readyMs: null, health: null, port: stillThere };
    }
  } catch {
    // The wait for the right port is over.
  }
  return null;
}
