import assert from "node:assert/strict";
import { httpRequest, isAnswer } from "../../../src/check/probe/http.ts";
import { openProxy, type TcpProxy } from "../../../src/check/probe/proxy.ts";
import { sleep, until } from "../../../src/check/probe/wait.ts";
import { type Deployment, entriesOf, startReady } from "../deployment.ts";
import type { EmittedProcess } from "../emit.ts";
import { effectsOf, isProcessed, jobIdOf, type Message, post } from "./example.ts";

const againWithinMs = 60_000;

/**
 * A worker is killed with -9 after its job took effect and before it could say so: the answers of its services come late. The
 * job runs again within 60 s, and finds that its effect is there.
 */
export async function redeliversAfterKill(deployment: Deployment, port: number): Promise<void> {
  const worker = workerOf(deployment);
  const hasStore = deployment.emitted.roles.store != null;
  const slow = await slowWay(deployment);
  const ids: string[] = [];
  try {
    for (let round = 0; round < 2; round++) {
      const victim = await startReady(deployment, worker, { environment: slow.environment });
      slow.setLatency(1_500);
      const id = await postOne(port, `killed ${round}`);
      ids.push(id);
      const took = hasStore
        ? await until(() => isInEffect(port, id), { timeoutMs: 30_000, everyMs: 20 })
        : await sleep(700);
      victim.launched.signal("SIGKILL");
      await victim.launched.exitWithin(2_000);
      assert.notEqual(took, null, "the job took no effect within 30 s");
      slow.setLatency(0);
    }
  } finally {
    await slow.close();
  }
  const survivor = await startReady(deployment, worker);
  const runs = (): readonly Readonly<Record<string, unknown>>[] =>
    deployment.started
      .flatMap(entriesOf)
      .filter((entry) => entry.msg === "message processed" && ids.includes(jobIdOf(entry)));
  const again = await until(() => new Set(runs().map(jobIdOf)).size === ids.length, {
    timeoutMs: againWithinMs,
  });
  assert.ok(again, `${runs().length} of ${ids.length} jobs of killed workers ran again within 60 s`);
  if (hasStore)
    assert.deepEqual(
      runs().filter(({ first }) => first !== false),
      [],
      "a job took effect a second time",
    );
  await survivor.launched.stop();
}

/** A worker that is told to stop in the middle of jobs finishes or returns them: the next one has them soon. */
export async function returnsJobsOnSigterm(deployment: Deployment, port: number): Promise<void> {
  const worker = workerOf(deployment);
  const first = await startReady(deployment, worker);
  for (const proxy of deployment.proxies.values()) proxy.setLatency(150);
  const ids: string[] = [];
  for (let count = 0; count < 10; count++) ids.push(await postOne(port, `stopped ${count}`));
  first.launched.signal("SIGTERM");
  const exit = await first.launched.exitWithin(9_500);
  for (const proxy of deployment.proxies.values()) proxy.setLatency(0);
  assert.equal(exit?.code, 0, `the worker ended with ${exit?.code ?? exit?.signal}`);
  const second = await startReady(deployment, worker);
  await isProcessed(deployment, port, ids, 20_000);
  const effects = effectsOf(deployment).filter((id) => ids.includes(id));
  assert.equal(new Set(effects).size, effects.length, "jobs took effect twice");
  await second.launched.stop();
}

async function isInEffect(port: number, id: string): Promise<boolean> {
  const answer = await httpRequest({ port, path: `/messages/${id}` });
  return isAnswer(answer) && answer.body.includes('"processed"');
}

type SlowWay = {
  readonly environment: Readonly<Record<string, string>>;
  readonly setLatency: (ms: number) => void;
  readonly close: () => Promise<void>;
};

/** Proxies to the services for one process alone. */
async function slowWay({ emitted, direct }: Deployment): Promise<SlowWay> {
  const environment: Record<string, string> = {};
  const proxies: TcpProxy[] = [];
  for (const [service, url] of Object.entries(direct)) {
    const { port } = new URL(url);
    const proxy = await openProxy({ host: "127.0.0.1", port: Number(port) });
    proxies.push(proxy);
    environment[emitted.variables[service] ?? ""] = url.replace(`:${port}`, `:${proxy.port}`);
  }
  return {
    environment,
    setLatency: (ms) => {
      for (const proxy of proxies) proxy.setLatency(ms);
    },
    close: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
  };
}

async function postOne(port: number, text: string): Promise<string> {
  const answer = await post(port, { text }, 30_000);
  assert.ok(answer.status < 300, `POST /messages answers ${answer.status} ${answer.body}`);
  return (JSON.parse(answer.body) as Message).id;
}

function workerOf({ emitted }: Deployment): EmittedProcess {
  const worker = emitted.processes.find(({ name }) => name === "worker");
  if (worker === undefined) throw new Error("There is no worker.");
  return worker;
}
