import assert from "node:assert/strict";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { httpRequest, isAnswer } from "../../../src/check/probe/http.ts";
import { sleep } from "../../../src/check/probe/wait.ts";
import { type Deployment, type Running, startReady, statusOf } from "../deployment.ts";

const requests = 3_000;
const restarts = 3;

/** Rolling restarts behind a small balancer under load: no request fails, and each old process ends well within 25 s. */
export async function restartsWithoutFailures(deployment: Deployment, first: Running): Promise<void> {
  let current = first;
  const balancer = await openBalancer([first.port ?? 0]);
  const failures: string[] = [];
  let sent = 0;
  let rolling = true;
  const path =
    deployment.emitted.combination.example && deployment.emitted.roles.store ? "/messages" : "/health/live";
  const lane = async (): Promise<void> => {
    while (sent < requests || rolling) {
      sent++;
      const answer = await httpRequest({ port: balancer.port, path, timeoutMs: 10_000 });
      if (!isAnswer(answer)) failures.push(answer.fault);
      else if (answer.status !== 200) failures.push(`${answer.status}`);
      await sleep(5);
    }
  };
  const load = Promise.all(Array.from({ length: 8 }, lane));
  try {
    for (let round = 0; round < restarts; round++) {
      const next = await startReady(deployment, first.process);
      balancer.add(next.port ?? 0);
      current.launched.signal("SIGTERM");
      const exit = await current.launched.exitWithin(25_000);
      balancer.remove(current.port ?? 0);
      assert.equal(exit?.code, 0, `restart ${round + 1} ended with ${exit?.code ?? exit?.signal}`);
      current = next;
    }
  } finally {
    rolling = false;
    await load;
    balancer.close();
  }
  assert.deepEqual(
    failures,
    [],
    `${failures.length} of ${sent} requests failed: ${[...new Set(failures)].join(", ")}\n${faultsOf(deployment)}`,
  );
  assert.ok(sent >= requests);
  await current.launched.stop();
}

/** The first lines in which the processes say what went wrong. */
function faultsOf({ started }: Deployment): string {
  return started
    .flatMap(({ launched }) => launched.output.lines().map(({ text }) => text))
    .filter((text) => /"(error|critical|fatal)"|"level":[56]0/.test(text))
    .slice(0, 3)
    .join("\n");
}

type Balancer = {
  readonly port: number;
  readonly add: (port: number) => void;
  readonly remove: (port: number) => void;
  readonly close: () => void;
};

/**
 * Round robin over the targets that say they are ready, asked every 200 ms; keeps connections open as balancers do. A "no"
 * counts at once, and silence after three times, since a busy host is silent too.
 */
function openBalancer(initial: readonly number[]): Promise<Balancer> {
  const targets = new Map(initial.map((port) => [port, true]));
  const silences = new Map<number, number>();
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  const probing = setInterval(async () => {
    for (const port of targets.keys()) {
      const status = await statusOf(port, "/health/ready", 1_000);
      silences.set(port, status === null ? (silences.get(port) ?? 0) + 1 : 0);
      const isSilent = status === null && (silences.get(port) ?? 0) < 3;
      if (targets.has(port) && !isSilent) targets.set(port, status === 200);
    }
  }, 200);
  const server = createServer((incoming, outgoing) => {
    const ready = [...targets].filter(([, isReady]) => isReady).map(([port]) => port);
    const port = ready[turn++ % ready.length];
    const { connection: _hop, ...headers } = incoming.headers;
    const forwarded = request({ port, host: "127.0.0.1", path: incoming.url, agent, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { "content-type": answer.headers["content-type"] ?? "" });
      answer.pipe(outgoing);
      answer.on("error", () => outgoing.destroy());
    });
    forwarded.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
    forwarded.end();
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        add: (port) => targets.set(port, true),
        remove: (port) => targets.delete(port),
        close: () => {
          clearInterval(probing);
          agent.destroy();
          server.close();
          server.closeAllConnections();
        },
      }),
    ),
  );
}
