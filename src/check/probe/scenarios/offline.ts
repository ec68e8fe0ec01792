import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  boot,
  confirmed,
  defaultPorts,
  isUsable,
  type Lab,
  makeDirectory,
  noStartEither,
  openProxies,
  startsPlainly,
} from "../lab.ts";
import { launchVariable } from "../launch.ts";
import { isAvailable } from "../namespaces.ts";
import { freePort, isFree } from "../ports.ts";
import { openProxy } from "../proxy.ts";
import { shellWord } from "../services/server.ts";
import { describeStart } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";

export type OfflineFacts = {
  readonly offline: { readonly ready: boolean; readonly evidence: string } | NotTried;
  readonly webPortsTaken: { readonly ready: boolean; readonly evidence: string } | NotTried;
  /** Attempts to reach a service where it usually is, by port. */
  readonly defaultDials: ReadonlyMap<number, number> | NotTried;
};

const webPorts = [3000, 4567, 5000, 8000, 8080, 9090];

/** Without a network, with the usual ports of web servers taken and those of services watched. */
export async function observeOffline(lab: Lab): Promise<OfflineFacts> {
  const isolation = lab.isolations.network;
  if (!isAvailable(isolation)) {
    const missing = notTried(isolation.missing);
    return { offline: missing, defaultDials: missing, webPortsTaken: await bootAmongTaken(lab) };
  }
  const all = await startApart(lab, isolation.prefix, webPorts);
  if (all.ready) return { offline: all, webPortsTaken: all, defaultDials: all.dials };
  const alone = await confirmed(
    () => startApart(lab, isolation.prefix, []),
    ({ ready }) => !ready,
  );
  if (!alone.ready && !(await startsPlainly(lab))) {
    const missing = notTried(noStartEither);
    return { offline: missing, webPortsTaken: missing, defaultDials: alone.dials };
  }
  const webPortsTaken = alone.ready
    ? await startApart(lab, isolation.prefix, webPorts)
    : await bootAmongTaken(lab);
  return { offline: alone, webPortsTaken, defaultDials: alone.dials };
}

type Apart = {
  readonly ready: boolean;
  readonly evidence: string;
  readonly dials: ReadonlyMap<number, number>;
};

async function startApart(lab: Lab, prefix: readonly string[], taken: readonly number[]): Promise<Apart> {
  const directory = makeDirectory(lab);
  const proxies = await openProxies(lab, "a");
  const port = await freePort();
  const appSocket = join(directory, "app.sock");
  const bridges = await Promise.all(
    [...proxies.values()].map(async (proxy) => {
      const path = join(directory, `${proxy.port}.sock`);
      return {
        path,
        port: proxy.port,
        bridge: await openProxy({ host: "127.0.0.1", port: proxy.port }, { path }),
      };
    }),
  );
  const watched = [...new Set(Object.values(defaultPorts))].filter(
    (each) => !bridges.some((bridge) => bridge.port === each),
  );
  const plan = {
    forward: bridges.map(({ path, port: at }) => ({ path, port: at })),
    app: { path: appSocket, port },
    taken,
    watched,
    log: join(directory, "dials"),
    ready: join(directory, "ready"),
  };
  const script = join(directory, "relay.cjs");
  writeFileSync(script, relay);
  writeFileSync(plan.log, "");
  chmodSync(plan.log, 0o666);
  const relayLine = [process.execPath, script, JSON.stringify(plan)].map(shellWord).join(" ");
  const wait = `while [ ! -e ${shellWord(plan.ready)} ]; do sleep 0.02; done`;
  const outside = await openProxy({ path: appSocket });
  const booted = await boot(lab, {
    type: "web",
    port,
    askAt: outside.port,
    directory,
    proxies,
    // The relay is of the app's process group, and none of its family.
    prefix: [
      ...prefix,
      "sh",
      "-c",
      `env -u ${launchVariable} ${relayLine} >/dev/null 2>&1 & ${wait}; exec "$@"`,
      "sh",
    ],
    budgetMs: Math.min(lab.startBudgetMs, 20_000),
  });
  const facts = {
    ready: isUsable(lab, booted),
    evidence: describeStart(lab, booted),
    dials: dialsIn(plan.log),
  };
  await booted.stop();
  for (const each of [outside, ...bridges.map(({ bridge }) => bridge), ...proxies.values()])
    await each.close();
  return facts;
}

function dialsIn(log: string): Map<number, number> {
  const dials = new Map<number, number>();
  if (!existsSync(log)) return dials;
  for (const line of readFileSync(log, "utf8").split("\n").filter(Boolean)) {
    dials.set(Number(line), (dials.get(Number(line)) ?? 0) + 1);
  }
  return dials;
}

/** Runs inside of the namespace: resources reach out through Unix sockets, and the app is reached through one. */
const relay = `
const net = require("node:net");
const fs = require("node:fs");
const plan = JSON.parse(process.argv[2]);
const join = (a, b) => {
  a.pipe(b).pipe(a);
  for (const s of [a, b]) s.on("error", () => { a.destroy(); b.destroy(); }).on("close", () => { a.destroy(); b.destroy(); });
};
const open = (at, accept) => new Promise((done) => {
  net.createServer(accept).on("error", done).listen(at, done);
});
Promise.all([
  ...plan.forward.map(({ path, port }) => open({ port, host: "127.0.0.1" }, (s) => join(s, net.connect(path)))),
  ...plan.watched.map((port) => open({ port, host: "127.0.0.1" }, (s) => {
    s.on("error", () => {});
    fs.appendFileSync(plan.log, port + "\\n");
  })),
  ...plan.taken.map((port) => open({ port, host: "::" }, (s) => s.destroy())),
  open({ path: plan.app.path }, (s) => join(s, net.connect(plan.app.port, "127.0.0.1"))),
]).then(() => fs.writeFileSync(plan.ready, ""));
`;

/** On the host itself: only those of the ports that are free can be taken. */
async function bootAmongTaken(lab: Lab): Promise<OfflineFacts["webPortsTaken"]> {
  const servers = await Promise.all(
    webPorts.map(async (port) => {
      if (!(await isFree(port))) return null;
      const server = createServer((socket) => socket.destroy());
      await new Promise<void>((done) => server.once("error", () => done()).listen(port, "127.0.0.1", done));
      return server;
    }),
  );
  const booted = await boot(lab, { type: "web" });
  const facts = { ready: isUsable(lab, booted), evidence: describeStart(lab, booted) };
  await booted.stop();
  for (const server of servers) server?.close();
  return facts;
}
