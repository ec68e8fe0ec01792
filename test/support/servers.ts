import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { chown, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { openMailServer } from "../../src/check/probe/services/smtp.ts";
import { isInstalled, tools } from "./tools.ts";

/** An account of its own in a running server: nothing is shared with another space. */
export type Space = { readonly url: string; readonly password: string };

export type Server = {
  readonly name: "postgres" | "mariadb" | "valkey" | "rabbitmq" | "nats" | "smtp";
  /** The administrator's URL. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** A fresh database, database index or virtual host with its own user and a random password, unless it's said here. */
  readonly space: (password?: string) => Promise<Space>;
  readonly stop: () => Promise<void>;
  /** The mails that it got. */
  readonly mails?: readonly string[];
};

const nobody = 65534;

/** PostgreSQL 18 in a temporary directory, as an unprivileged user, on a random loopback port. */
export async function startPostgres(): Promise<Server> {
  requireTool(tools.postgres);
  const { port, folder } = await place("postgres");
  const data = join(folder, "data");
  await finished(
    launch(
      asNobody([
        join(tools.postgres, "initdb"),
        "-D",
        data,
        "-U",
        "app",
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
      ]),
      folder,
    ),
    folder,
  );
  await writeFile(
    join(data, "pg_hba.conf"),
    "host all app 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
  );
  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    max_connections: 400,
    shared_buffers: "64MB",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
  };
  const flags = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const child = launch(asNobody([join(tools.postgres, "postgres"), "-D", data, ...flags]), folder);
  const url = `postgres://app@127.0.0.1:${port}/postgres`;
  await ready({ child, folder, probe: () => query(url, "select 1") });
  await query(url, "create database app owner app");
  let spaces = 0;
  return {
    name: "postgres",
    url: `postgres://app:app@127.0.0.1:${port}/app`,
    port,
    pid: child.pid ?? 0,
    space: async (password = newPassword()) => {
      const name = `space${++spaces}`;
      await query(url, `create role ${name} login password '${password}'`);
      await query(url, `create database ${name} owner ${name}`);
      return { url: `postgres://${name}:${password}@127.0.0.1:${port}/${name}`, password };
    },
    stop: () => stop(child, "SIGQUIT", folder),
  };
}

/** MariaDB 11.8 in a temporary directory, as an unprivileged user, on a random loopback port. */
export async function startMariadb(): Promise<Server> {
  requireTool(tools.services);
  const { port, folder } = await place("mariadb");
  const data = ["--no-defaults", "--datadir=/data/db"];
  await finished(
    launch(
      inServicesRoot(folder, [
        "mariadb-install-db",
        ...data,
        "--tmpdir=/data",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
      ]),
      folder,
    ),
    folder,
  );
  const settings = {
    port,
    "bind-address": "127.0.0.1",
    socket: "/data/socket",
    "pid-file": "/data/pid",
    tmpdir: "/data",
    "max-connections": 400,
    "innodb-buffer-pool-size": "64M",
    "innodb-flush-log-at-trx-commit": 0,
    "innodb-use-native-aio": 0,
  };
  const flags = Object.entries(settings).map(([key, value]) => `--${key}=${value}`);
  const child = launch(
    inServicesRoot(folder, ["mariadbd", ...data, "--skip-name-resolve", ...flags]),
    folder,
  );
  await ready({ child, folder, probe: () => askMariadb(port, "select 1") });
  const make = async (name: string, password: string): Promise<Space> => {
    await askMariadb(
      port,
      `create database ${name}; create user ${name}@'%' identified by '${password}'; grant all on ${name}.* to ${name}@'%'`,
    );
    return { url: `mysql://${name}:${password}@127.0.0.1:${port}/${name}`, password };
  };
  const { url } = await make("app", "app");
  let spaces = 0;
  return {
    name: "mariadb",
    url,
    port,
    pid: child.pid ?? 0,
    space: (password = newPassword()) => make(`space${++spaces}`, password),
    stop: () => stop(child, "SIGKILL", folder),
  };
}

/** Valkey 8.1 in a temporary directory, as an unprivileged user, on a random loopback port. */
export async function startValkey(): Promise<Server> {
  requireTool(tools.services);
  const { port, folder } = await place("valkey");
  const command = [
    "env",
    "LANG=C",
    "valkey-server",
    "--port",
    `${port}`,
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--dir",
    "/data",
    "--databases",
    "256",
  ];
  const child = launch(inServicesRoot(folder, command), folder);
  await ready({ child, folder, probe: () => askValkey(port, "PING", "+PONG") });
  let spaces = 0;
  return {
    name: "valkey",
    url: `redis://127.0.0.1:${port}/0`,
    port,
    pid: child.pid ?? 0,
    space: async (password = newPassword()) => {
      const index = ++spaces;
      await askValkey(port, `ACL SETUSER space${index} on >${password} ~* &* +@all`, "+OK");
      return { url: `redis://space${index}:${password}@127.0.0.1:${port}/${index}`, password };
    },
    stop: () => stop(child, "SIGKILL", folder),
  };
}

/** RabbitMQ 4.0 in a temporary directory, as an unprivileged user, on random loopback ports, with an epmd of its own. */
export async function startRabbitmq(options: { readonly spaces?: number } = {}): Promise<Server> {
  requireTool(tools.services);
  const { port, folder } = await place("rabbitmq");
  const [epmdPort, distributionPort] = [await freePort(), await freePort()];
  const spaces = Array.from({ length: options.spaces ?? 24 }, (_, index) => ({
    name: `space${index + 1}`,
    password: newPassword(),
  }));
  await writeFile(join(folder, "definitions.json"), JSON.stringify(rabbitmqDefinitions(spaces)));
  await writeFile(join(folder, "enabled_plugins"), "[].\n");
  await writeFile(
    join(folder, "rabbitmq.conf"),
    [
      `listeners.tcp.default = 127.0.0.1:${port}`,
      "load_definitions = /data/definitions.json",
      "log.console = true",
      "log.file = false",
      "vm_memory_high_watermark.absolute = 1GB",
      "disk_free_limit.absolute = 50MB",
      "",
    ].join("\n"),
  );
  for (const name of ["definitions.json", "enabled_plugins", "rabbitmq.conf"])
    await giveToNobody(join(folder, name));
  const environment = {
    ERL_EPMD_PORT: epmdPort,
    RABBITMQ_ALLOW_INPUT: 1,
    RABBITMQ_NODENAME: `rabbit-${port}@localhost`,
    RABBITMQ_CONFIG_FILE: "/data/rabbitmq.conf",
    RABBITMQ_MNESIA_BASE: "/data/mnesia",
    RABBITMQ_LOG_BASE: "/data/log",
    RABBITMQ_ENABLED_PLUGINS_FILE: "/data/enabled_plugins",
    RABBITMQ_DIST_PORT: distributionPort,
  };
  const assignments = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  const epmd = launch(
    inServicesRoot(folder, ["epmd", "-port", `${epmdPort}`, "-address", "127.0.0.1"]),
    folder,
  );
  const child = launch(
    inServicesRoot(folder, [
      "env",
      ...assignments,
      "/usr/lib/rabbitmq/bin/rabbitmq-server",
      "-noinput",
      "-start_epmd",
      "false",
      "-kernel",
      "inet_dist_use_interface",
      "{127,0,0,1}",
    ]),
    folder,
  );
  const stopBoth = async (): Promise<void> => {
    await stop(child, "SIGKILL", null);
    await stop(epmd, "SIGTERM", folder);
  };
  const started = async (): Promise<void> => {
    const log = await readFile(join(folder, "log"), "utf8");
    if (!log.includes("Server startup complete")) throw new Error("starting");
  };
  await ready({ child, folder, probe: started, also: epmd });
  const unused = [...spaces];
  return {
    name: "rabbitmq",
    url: `amqp://app:app@127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    space: async () => {
      const space = unused.shift();
      if (space === undefined)
        throw new Error(`All ${spaces.length} virtual hosts are taken: ask for more spaces.`);
      return {
        url: `amqp://${space.name}:${space.password}@127.0.0.1:${port}/${space.name}`,
        password: space.password,
      };
    },
    stop: stopBoth,
  };
}

/** NATS 2.10 with JetStream in a temporary directory, as an unprivileged user, on a random loopback port. */
export async function startNats(options: { readonly spaces?: number } = {}): Promise<Server> {
  requireTool(tools.services);
  const { port, folder } = await place("nats");
  const names = ["app", ...Array.from({ length: options.spaces ?? 24 }, (_, index) => `space${index + 1}`)];
  const spaces = names.map((name) => ({ name, password: name === "app" ? name : newPassword() }));
  const account = ({ name, password }: (typeof spaces)[number]): string =>
    `  ${name} { jetstream: enabled, users: [{ user: ${name}, password: "${password}" }] }`;
  const settings = [
    `listen: "127.0.0.1:${port}"`,
    'jetstream { store_dir: "/data/store", max_memory_store: 256MB, max_file_store: 4GB }',
    "accounts {",
    ...spaces.map(account),
    "}",
  ];
  await writeFile(join(folder, "nats.conf"), `${settings.join("\n")}\n`);
  await giveToNobody(join(folder, "nats.conf"));
  const child = launch(inServicesRoot(folder, ["nats-server", "--config", "/data/nats.conf"]), folder);
  const started = async (): Promise<void> => {
    const log = await readFile(join(folder, "log"), "utf8");
    if (!log.includes("Server is ready")) throw new Error("starting");
  };
  await ready({ child, folder, probe: started });
  const urlOf = ({ name, password }: (typeof spaces)[number]): string =>
    `nats://${name}:${password}@127.0.0.1:${port}`;
  const [app, ...unused] = spaces;
  return {
    name: "nats",
    url: app === undefined ? "" : urlOf(app),
    port,
    pid: child.pid ?? 0,
    space: async () => {
      const space = unused.shift();
      if (space === undefined) throw new Error("All accounts are taken: ask for more spaces.");
      return { url: urlOf(space), password: space.password };
    },
    stop: () => stop(child, "SIGKILL", folder),
  };
}

/** The stand-in for a mail server that `check` starts, in this process. */
export async function startSmtp(): Promise<Server> {
  const passwords = new Set(["app"]);
  const { port, mails, close } = await openMailServer((password) => passwords.has(password));
  const urlOf = (name: string, password: string): string =>
    `smtp://${name}:${password}@127.0.0.1:${port}/${name}@example.com`;
  return {
    name: "smtp",
    url: urlOf("app", "app"),
    port,
    pid: process.pid,
    space: async (password = newPassword()) => {
      passwords.add(password);
      return { url: urlOf(`space${passwords.size}`, password), password };
    },
    stop: async () => close(),
    mails,
  };
}

/** One SQL statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** SQL for a MariaDB of ours, as its root, by the client of the services' Debian root. */
export async function askMariadb(port: number, sql: string): Promise<string> {
  const client = ["mariadb", "--no-defaults", "--host=127.0.0.1", `--port=${port}`, "--user=root", "-N"];
  const { stdout } = await promisify(execFile)("chroot", [tools.services, ...client, "-e", sql], {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    timeout: 10_000,
  });
  return stdout;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function rabbitmqDefinitions(
  spaces: readonly { readonly name: string; readonly password: string }[],
): unknown {
  const user = (name: string, password: string, tags: readonly string[]): unknown => {
    const salt = randomBytes(4);
    const hash = createHash("sha256").update(salt).update(password).digest();
    return {
      name,
      password_hash: Buffer.concat([salt, hash]).toString("base64"),
      hashing_algorithm: "rabbit_password_hashing_sha256",
      tags,
    };
  };
  const permission = (name: string, vhost: string): unknown => ({
    user: name,
    vhost,
    configure: ".*",
    write: ".*",
    read: ".*",
  });
  return {
    rabbitmq_version: "4.0.5",
    users: [
      user("app", "app", ["administrator"]),
      ...spaces.map((space) => user(space.name, space.password, [])),
    ],
    vhosts: [{ name: "/" }, ...spaces.map(({ name }) => ({ name }))],
    permissions: [permission("app", "/"), ...spaces.map(({ name }) => permission(name, name))],
  };
}

async function place(name: string): Promise<{ readonly port: number; readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), `twelve-factor-${name}-`));
  await giveToNobody(folder);
  return { port: await freePort(), folder };
}

async function giveToNobody(path: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, nobody, nobody);
}

function asNobody(command: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return command;
  return ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", ...command];
}

/** A command inside the services' Debian root, with `folder` as its /data. Every step is an exec: the pid is the server's. */
function inServicesRoot(folder: string, command: readonly string[]): readonly string[] {
  const script = [
    "set -e",
    "root=$1 data=$2; shift 2",
    'mount --rbind /dev "$root/dev"',
    'mount -t proc proc "$root/proc"',
    'mount --bind "$data" "$root/data"',
    `exec chroot --userspec=${nobody}:${nobody} "$root" "$@"`,
  ].join("\n");
  return [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    script,
    "enter",
    tools.services,
    folder,
    ...command,
  ];
}

function launch(command: readonly string[], folder: string): ChildProcess {
  const [program = "", ...args] = command;
  const log = join(folder, "log");
  const child = spawn(
    "sh",
    ["-c", 'log=$1; shift; exec "$@" >>"$log" 2>&1', "launch", log, program, ...args],
    {
      stdio: "ignore",
      env: {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
        LANG: "C.UTF-8",
        HOME: program === "unshare" ? "/data" : folder,
      },
    },
  );
  running.set(child, folder);
  child.once("exit", () => running.delete(child));
  return child;
}

/** What this program started and has not ended yet; ended by pid when the program itself ends. */
const running = new Map<ChildProcess, string>();
process.once("exit", () => {
  for (const [child, folder] of running) {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});

async function finished(child: ChildProcess, folder: string): Promise<void> {
  const code = await exitOf(child);
  if (code !== 0) throw new Error(`A set-up step failed with ${code}: ${await tailOf(folder)}`);
}

async function ready(what: {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly probe: () => Promise<unknown>;
  readonly also?: ChildProcess;
}): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await what.probe();
      return;
    } catch (error) {
      if (what.child.exitCode === null && Date.now() < deadline) {
        await sleep(50);
        continue;
      }
      const words = await tailOf(what.folder);
      await stop(what.child, "SIGKILL", null);
      if (what.also !== undefined) await stop(what.also, "SIGKILL", null);
      await rm(what.folder, { recursive: true, force: true });
      throw new Error(`A server did not come up: ${(error as Error).message}: ${words}`);
    }
  }
}

/** At once: what they hold is of no use any more. PostgreSQL frees its shared memory on SIGQUIT. */
async function stop(child: ChildProcess, signal: NodeJS.Signals, folder: string | null): Promise<void> {
  child.kill(signal);
  const exited = exitOf(child);
  if ((await Promise.race([exited, sleep(10_000, "late", { ref: false })])) === "late") {
    child.kill("SIGKILL");
    await exited;
  }
  if (folder !== null) await rm(folder, { recursive: true, force: true });
}

function exitOf(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve(child.exitCode ?? child.signalCode);
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
}

async function tailOf(folder: string): Promise<string> {
  const log = await readFile(join(folder, "log"), "utf8").catch(() => "");
  return log.split("\n").slice(-6).join(" | ");
}

function askValkey(port: number, command: string, expected: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: 2000 });
    socket.on("error", reject);
    socket.on("timeout", () => socket.destroy(new Error("no answer")));
    socket.on("connect", () => socket.write(`${command}\r\n`));
    socket.on("data", (bytes) => {
      socket.destroy();
      if (`${bytes}`.startsWith(expected)) resolve();
      else reject(new Error(`${bytes}`.trim()));
    });
  });
}

function newPassword(): string {
  // As those that `check` makes: it looks for them in all that the app writes.
  return `tfcanary${randomBytes(12).toString("hex")}`;
}

function requireTool(path: string): void {
  if (!isInstalled(path))
    throw new Error("Not installed. Run: node test/support/run.mjs scripts/verify-tools.ts");
}
