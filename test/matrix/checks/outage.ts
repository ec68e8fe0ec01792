import assert from "node:assert/strict";
import type { TcpProxy } from "../../../src/check/probe/proxy.ts";
import { sleep, until } from "../../../src/check/probe/wait.ts";
import { type Deployment, logOf, type Running, start, statusOf } from "../deployment.ts";

const noticeMs = 6_000;
const recoverMs = 10_000;

/** While a service is away the process lives on, says that it isn't ready, and is ready within 10 s of its return. */
export async function survivesOutages(deployment: Deployment, runnings: readonly Running[]): Promise<void> {
  const web = runnings.find(({ port }) => port !== null);
  if (web === undefined) return;
  for (const [service, proxy] of neededBy(deployment, web)) {
    await outage({
      web,
      runnings,
      what: `${service} gone`,
      begin: proxy.reset,
      end: proxy.resume,
      lastsMs: 2_500,
    });
  }
}

/** As above, with servers that accept connections and then say nothing. */
export async function survivesSilence(deployment: Deployment, runnings: readonly Running[]): Promise<void> {
  const web = runnings.find(({ port }) => port !== null);
  // A silent RabbitMQ is noticed by its heartbeat alone, after half a minute.
  const askable = web ? neededBy(deployment, web).filter(([service]) => service !== "rabbitmq") : [];
  if (web === undefined || askable.length === 0) return;
  await outage({
    web,
    runnings,
    what: `${askable.map(([service]) => service).join(" and ")} silent`,
    begin: () => {
      for (const [, proxy] of askable) proxy.pause();
    },
    end: () => {
      for (const [, proxy] of askable) proxy.resume();
    },
    lastsMs: 1_000,
  });
}

/** Started while its services are away, a process waits for them, or ends; it doesn't serve as if nothing were. */
export async function startsDuringOutage(deployment: Deployment): Promise<void> {
  const web = deployment.emitted.processes.find(({ http }) => http);
  if (web === undefined) return;
  for (const proxy of deployment.proxies.values()) proxy.reset();
  const running = await start(deployment, web);
  try {
    const alive = await until(async () => (await statusOf(running.port ?? 0, "/health/live")) === 200, {
      timeoutMs: recoverMs,
    });
    assert.ok(alive, `/health/live does not answer without its services:\n${logOf(running)}`);
    await sleep(1_000);
    assert.equal(running.launched.exit(), null, `it ended:\n${logOf(running)}`);
    assert.equal(
      await statusOf(running.port ?? 0, "/health/ready"),
      503,
      "/health/ready without its services",
    );
  } finally {
    for (const proxy of deployment.proxies.values()) proxy.resume();
  }
  const back = await until(async () => (await statusOf(running.port ?? 0, "/health/ready")) === 200, {
    timeoutMs: recoverMs,
  });
  assert.ok(back, `not ready ${recoverMs / 1000} s after its services came:\n${logOf(running)}`);
  await running.launched.stop();
}

type Outage = {
  readonly web: Running;
  readonly runnings: readonly Running[];
  readonly what: string;
  readonly begin: () => void;
  readonly end: () => void;
  readonly lastsMs: number;
};

async function outage({ web, runnings, what, begin, end, lastsMs }: Outage): Promise<void> {
  const port = web.port ?? 0;
  begin();
  try {
    const noticed = await until(async () => (await statusOf(port, "/health/ready")) === 503, {
      timeoutMs: noticeMs,
    });
    assert.ok(noticed, `with ${what} /health/ready says ${await statusOf(port, "/health/ready")}`);
    assert.equal(await statusOf(port, "/health/live", 1_000), 200, `/health/live with ${what}`);
    await sleep(lastsMs);
    for (const { process, launched } of runnings) {
      assert.equal(launched.exit(), null, `${process.name} ended with ${what}`);
    }
  } finally {
    end();
  }
  const back = await until(async () => (await statusOf(port, "/health/ready")) === 200, {
    timeoutMs: recoverMs,
  });
  assert.ok(back, `not ready ${recoverMs / 1000} s after ${what}:\n${logOf(web)}`);
}

function neededBy(
  { emitted, proxies }: Deployment,
  { process }: Running,
): readonly (readonly [string, TcpProxy])[] {
  return [...proxies].filter(([service]) =>
    process.variables.some(({ name }) => name === emitted.variables[service]),
  );
}
