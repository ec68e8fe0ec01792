import assert from "node:assert/strict";
import { sleep } from "../../../src/check/probe/wait.ts";
import { type Deployment, startReady } from "../deployment.ts";
import type { EmittedProcess } from "../emit.ts";
import { effectsOf, isProcessed, type Message, post } from "./example.ts";

const againWithinMs = 60_000;

/** Workers are killed with -9 in the middle of jobs: each job runs again within 60 s, and takes effect once. */
export async function redeliversAfterKill(deployment: Deployment, port: number): Promise<void> {
  const worker = workerOf(deployment);
  const ids: string[] = [];
  for (let round = 0; round < 3; round++) {
    for (let count = 0; count < 5; count++) ids.push(await postOne(port, `killed ${round} ${count}`));
    const victim = await startReady(deployment, worker);
    for (const proxy of deployment.proxies.values()) proxy.setLatency(150);
    for (let count = 0; count < 5; count++) ids.push(await postOne(port, `killed late ${round} ${count}`));
    await sleep(100 + round * 250);
    victim.launched.signal("SIGKILL");
    await victim.launched.exitWithin(2_000);
    for (const proxy of deployment.proxies.values()) proxy.setLatency(0);
  }
  const survivor = await startReady(deployment, worker);
  await isProcessed(deployment, port, ids, againWithinMs);
  await sleep(500);
  const effects = effectsOf(deployment).filter((id) => ids.includes(id));
  const twice = effects.filter((id, index) => effects.indexOf(id) !== index);
  assert.deepEqual(twice, [], "jobs took effect twice");
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
