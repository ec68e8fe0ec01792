import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseProcfile } from "../../src/check/parsers/procfile.ts";
import { httpRequest, isAnswer } from "../../src/check/probe/http.ts";
import { programDirectories } from "../../src/check/probe/infer-build.ts";
import { type Launched, launch } from "../../src/check/probe/launch.ts";
import { type Isolations, isAvailable, readOnlyPrefix } from "../../src/check/probe/namespaces.ts";
import { freePort } from "../../src/check/probe/ports.ts";
import { openProxy, type TcpProxy } from "../../src/check/probe/proxy.ts";
import type { Session } from "../../src/check/probe/session.ts";
import { until } from "../../src/check/probe/wait.ts";
import { waitReady } from "../../src/check/probe/wait-ready.ts";
import type { Server } from "../support/servers.ts";
import type { Emitted, EmittedProcess } from "./emit.ts";
import type { Done } from "./step.ts";
import { attempt, lastLines } from "./step.ts";
import { buildEnvironment, type NodeMajor } from "./toolchain.ts";

/** A built repo with its config: a database, index or virtual host of its own in each server, a proxy before each. */
export type Deployment = {
  readonly session: Session;
  readonly emitted: Emitted;
  /** Run read-only, as an unprivileged user. */
  readonly folder: string;
  readonly isolations: Isolations;
  /** What the processes find in their environment whatever they are. */
  readonly host: Readonly<Record<string, string>>;
  /** The values of the services' variables, by way of the proxies. */
  readonly config: Readonly<Record<string, string>>;
  readonly proxies: ReadonlyMap<string, TcpProxy>;
  /** Where the servers are without a proxy, by service. */
  readonly direct: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly servers: Readonly<Record<string, Server>>;
  /** All that was started, for the checks of what was logged. */
  readonly started: Running[];
  readonly close: () => Promise<void>;
};

export type Running = {
  readonly process: EmittedProcess;
  readonly port: number | null;
  readonly launched: Launched;
};

export type Place = {
  readonly session: Session;
  readonly emitted: Emitted;
  readonly folder: string;
  readonly scratch: string;
  readonly node: NodeMajor;
  readonly isolations: Isolations;
  readonly servers: Readonly<Record<string, Server>>;
};

export async function deploy(place: Place): Promise<Deployment> {
  const { session, emitted, folder, scratch, node, isolations, servers } = place;
  const temporary = join(scratch, "tmp");
  mkdirSync(temporary, { recursive: true });
  chmodSync(temporary, 0o1777);
  const proxies = new Map<string, TcpProxy>();
  const config: Record<string, string> = {};
  const direct: Record<string, string> = {};
  const secrets: string[] = [];
  for (const [service, variable] of Object.entries(emitted.variables)) {
    const server = servers[service];
    if (server === undefined) throw new Error(`There is no server for the service ${service}.`);
    const space = await server.space();
    const proxy = await openProxy({ host: "127.0.0.1", port: server.port });
    proxies.set(service, proxy);
    config[variable] = space.url.replace(`:${server.port}`, `:${proxy.port}`);
    direct[service] = space.url;
    secrets.push(space.password);
  }
  for (const { name, own, required, example } of [...emitted.processes, emitted.release].flatMap(
    ({ variables }) => variables,
  )) {
    if (own && required && example !== null) config[name] = example;
  }
  const PATH = [...programDirectories(folder), buildEnvironment(scratch, node).PATH].join(":");
  const started: Running[] = [];
  return {
    session,
    emitted,
    folder,
    isolations,
    host: { PATH, HOME: "/nonexistent", TMPDIR: temporary, LANG: "C.UTF-8" },
    config,
    proxies,
    direct,
    secrets,
    servers,
    started,
    close: async () => {
      await Promise.all(started.map(({ launched }) => launched.stop()));
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
    },
  };
}

/** The command that the Procfile has for a process. */
export function commandOf({ folder }: Pick<Deployment, "folder">, name: string): string {
  const { entries } = parseProcfile(readFileSync(join(folder, "Procfile"), "utf8"));
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`The Procfile has no ${name}.`);
  return entry.command;
}

/** What the schema says that this process needs, and nothing else. */
export function environmentOf(
  deployment: Deployment,
  process: EmittedProcess,
  port: number | null,
): Readonly<Record<string, string>> {
  const needed = process.variables.filter((variable) => variable.required);
  const own = needed.map(({ name, type }): readonly [string, string] => {
    const value = type === "port" ? `${port}` : deployment.config[name];
    if (value === undefined) throw new Error(`The matrix has no value for ${name}.`);
    return [name, value];
  });
  return { ...deployment.host, ...Object.fromEntries(own) };
}

export type StartOptions = {
  readonly port?: number;
  /** Over what `environmentOf` says; null takes a variable away. */
  readonly environment?: Readonly<Record<string, string | null>>;
};

/** Starts a process as a platform does: its line of the Procfile, nobody's rights, a file system that can't be written. */
export async function start(
  deployment: Deployment,
  process: EmittedProcess,
  options: StartOptions = {},
): Promise<Running> {
  const port = process.http ? (options.port ?? (await freePort())) : null;
  const launched = launch(deployment.session, {
    line: commandOf(deployment, process.name),
    cwd: deployment.folder,
    environment: withChanges(environmentOf(deployment, process, port), options.environment ?? {}),
    prefix: confinement(deployment),
  });
  const running = { process, port, launched };
  deployment.started.push(running);
  return running;
}

/** Starts a process and waits until it does its work. */
export async function startReady(
  deployment: Deployment,
  process: EmittedProcess,
  options: StartOptions = {},
): Promise<Running> {
  const running = await start(deployment, process, options);
  const isUp = running.port === null ? await isConnected(deployment, running) : await isServing(running);
  if (!isUp) throw new Error(`${process.name} did not come up:\n${logOf(running)}`);
  return running;
}

/** Runs a command of the production tree to its end, with the environment of a process. */
export function runOnce(deployment: Deployment, process: EmittedProcess, line: string): Promise<Done> {
  return attempt(deployment.session, {
    line,
    cwd: deployment.folder,
    environment: environmentOf(deployment, process, 1),
    prefix: confinement(deployment),
    timeoutMs: 60_000,
  });
}

export async function stopAll(runnings: readonly Running[]): Promise<void> {
  await Promise.all(runnings.map(({ launched }) => launched.stop()));
}

export function logOf({ launched }: Running): string {
  return lastLines(
    launched.output
      .lines()
      .map(({ text }) => text)
      .join("\n"),
    12,
  );
}

/** The log lines that are JSON objects. */
export function entriesOf({ launched }: Running): readonly Readonly<Record<string, unknown>>[] {
  return launched.output.lines().flatMap(({ text }) => {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === "object" && value !== null ? [value as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
}

export async function statusOf(port: number, path: string, timeoutMs = 5_000): Promise<number | string> {
  const answer = await httpRequest({ port, path, timeoutMs });
  return isAnswer(answer) ? answer.status : answer.fault;
}

export function confinement({ folder, isolations }: Deployment): readonly string[] {
  const { readOnly, unprivileged } = isolations;
  return [
    ...(isAvailable(readOnly) ? readOnlyPrefix(folder) : []),
    ...(isAvailable(unprivileged) ? unprivileged.prefix : []),
  ];
}

async function isServing({ launched, port }: Running): Promise<boolean> {
  const { readiness } = await waitReady(launched, {
    port: port ?? 0,
    budgetMs: 30_000,
    health: { ready: "/health/ready", live: "/health/live" },
  });
  return readiness === "ready";
}

/** A process without a port says in its log when it reached its services. */
async function isConnected(deployment: Deployment, running: Running): Promise<boolean> {
  const services = Object.values(deployment.emitted.variables).filter((name) =>
    running.process.variables.some((variable) => variable.name === name),
  );
  const connected = await until(
    () =>
      running.launched.exit() !== null ||
      entriesOf(running).filter(({ msg }) => msg === "connected").length >= services.length,
    { timeoutMs: 30_000 },
  );
  return connected !== null && running.launched.exit() === null;
}

function withChanges(
  environment: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries({ ...environment, ...changes });
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
