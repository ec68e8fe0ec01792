import assert from "node:assert/strict";
import { accepts, httpRequest, isAnswer, openRaw } from "../../../src/check/probe/http.ts";
import { sleep, until } from "../../../src/check/probe/wait.ts";
import { type Deployment, logOf, type Running, statusOf } from "../deployment.ts";

/** The default of SHUTDOWN_GRACE_MS and a little, below the 10 s of the strictest platforms. */
const graceMs = 9_500;

/** SIGTERM with a request in flight: the request is answered, readiness says no, the port closes, the exit code is 0. */
export async function drainsOnSigterm(deployment: Deployment, running: Running): Promise<void> {
  const { launched } = running;
  const port = running.port ?? 0;
  const idle = await openRaw(port);
  const inFlight = slowRequest(deployment, port);
  await sleep(400);
  const signalled = performance.now();
  launched.signal("SIGTERM");
  await sleep(100);
  launched.signal("SIGTERM");
  const readiness = await statusOf(port, "/health/ready", 2_000);
  assert.ok(readiness === 503 || readiness === "refused", `/health/ready says ${readiness} after SIGTERM`);
  const answered = await inFlight;
  assert.ok(
    typeof answered === "number" && answered <= 503,
    `the request in flight ended with ${answered}:\n${logOf(running)}`,
  );
  const exit = await launched.exitWithin(graceMs);
  assert.equal(exit?.code, 0, `it ended with ${exit?.code ?? exit?.signal}:\n${logOf(running)}`);
  assert.ok(performance.now() - signalled < graceMs, "it took longer than its grace");
  assert.equal(await accepts(port), false, "the port is still open");
  assert.equal((await until(() => idle?.closed() ?? true, { timeoutMs: 1_000 })) ?? false, true);
  assert.deepEqual(launched.family(), [], "it left processes");
}

/** A process without a port gives back what it holds and ends with 0. */
export async function stopsOnSigterm(running: Running): Promise<void> {
  running.launched.signal("SIGTERM");
  const exit = await running.launched.exitWithin(graceMs);
  assert.equal(
    exit?.code,
    0,
    `${running.process.name} ended with ${exit?.code ?? exit?.signal}:\n${logOf(running)}`,
  );
  assert.deepEqual(running.launched.family(), [], `${running.process.name} left processes`);
}

/** A signal that comes while it starts is heeded too. */
export async function stopsWhileStarting(running: Running): Promise<void> {
  await sleep(150);
  running.launched.signal("SIGTERM");
  const exit = await running.launched.exitWithin(graceMs);
  assert.ok(exit !== null, `it runs on:\n${logOf(running)}`);
}

/** Answered slowly, because a service is slow. RabbitMQ is not asked for an answer: its connection is watched. */
async function slowRequest(deployment: Deployment, port: number): Promise<number | string> {
  const { combination, roles } = deployment.emitted;
  const asked = [...deployment.proxies].filter(([service]) => service !== "rabbitmq");
  if (asked.length === 0) return slowUpload(port, combination.example ? "/messages" : "/matrix");
  for (const [, proxy] of asked) proxy.setLatency(800);
  // Readiness turns to 503 under way: also an answer that arrives in full.
  const path = combination.example && roles.store != null ? "/messages" : "/health/ready";
  const answer = await httpRequest({ port, path, timeoutMs: 8_000 });
  for (const [, proxy] of asked) proxy.setLatency(0);
  if (!isAnswer(answer)) return answer.fault;
  return path === "/messages" && answer.status !== 200 ? `${answer.status} ${answer.body}` : answer.status;
}

/** A request whose body arrives in two halves, a second apart. */
async function slowUpload(port: number, path: string): Promise<number | string> {
  const connection = await openRaw(port);
  if (connection === null) return "refused";
  const body = JSON.stringify({ text: "slow" });
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "content-type: application/json",
    `content-length: ${body.length}`,
    "connection: close",
  ];
  connection.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, 5)}`);
  await sleep(1_200);
  connection.write(body.slice(5));
  const done = await until(() => connection.closed(), { timeoutMs: 5_000 });
  const status = /^HTTP\/1\.1 (\d{3})/.exec(connection.received())?.[1];
  return done === null || status === undefined ? "broken" : Number(status);
}
