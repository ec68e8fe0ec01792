import assert from "node:assert/strict";
import { type HttpAnswer, httpRequest, isAnswer } from "../../../src/check/probe/http.ts";
import { until } from "../../../src/check/probe/wait.ts";
import { type Deployment, entriesOf } from "../deployment.ts";

export type Message = { readonly id: string; readonly text: string; readonly status: string };

/** A message is posted, stored, queued, processed by the worker and listed, as far as the services go. */
export async function carriesMessages(deployment: Deployment, port: number): Promise<void> {
  const { roles, processes } = deployment.emitted;
  const text = `Olá "matrix" ${Date.now()}`;
  const answer = await post(port, { text });
  const hasStore = roles.store != null;
  const hasWorker = processes.some(({ name }) => name === "worker");
  const hasServices = Object.keys(deployment.emitted.variables).length > 0;
  const expected = hasStore ? 201 : hasServices ? 202 : 200;
  assert.equal(answer.status, expected, `POST /messages answers ${answer.status} ${answer.body}`);
  const posted = JSON.parse(answer.body) as Message;
  if (hasWorker) await isProcessed(deployment, port, [posted.id], 30_000);
  if (roles.mail != null) await isMailed(deployment, posted.id);
  if (!hasStore) return;
  const listed = (await list(port)).find(({ id }) => id === posted.id);
  assert.equal(listed?.text, text, "GET /messages has not what was posted");
  assert.equal(listed?.status, hasWorker ? "processed" : "received");
}

/** What is wrong with a request is told with 400, also what isn't JSON. */
export async function refusesBadMessages(_deployment: Deployment, port: number): Promise<void> {
  for (const body of ["{}", '{"text":""}', '{"text":7}', "{", '{"text":"a","more":1}']) {
    const answer = await send(port, body);
    assert.equal(answer.status, 400, `POST /messages with ${body} answers ${answer.status}`);
  }
}

export async function post(
  port: number,
  message: { readonly text: string },
  timeoutMs = 15_000,
): Promise<HttpAnswer> {
  return send(port, JSON.stringify(message), timeoutMs);
}

export async function list(port: number): Promise<readonly Message[]> {
  const answer = await httpRequest({ port, path: "/messages", timeoutMs: 10_000 });
  if (!isAnswer(answer)) throw new Error(`GET /messages: ${answer.fault}`);
  assert.equal(answer.status, 200, `GET /messages answers ${answer.status} ${answer.body}`);
  return JSON.parse(answer.body) as readonly Message[];
}

/** Waits until each message was processed: by the list where there is a store, else by the worker's log. */
export async function isProcessed(
  deployment: Deployment,
  port: number,
  ids: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const open = async (): Promise<readonly string[]> => {
    const done =
      deployment.emitted.roles.store != null
        ? (await list(port)).filter(({ status }) => status === "processed").map(({ id }) => id)
        : effectsOf(deployment);
    return ids.filter((id) => !done.includes(id));
  };
  const finished = await until(async () => (await open()).length === 0, { timeoutMs, everyMs: 100 });
  if (finished === null) {
    throw new Error(
      `${(await open()).length} of ${ids.length} messages not processed within ${timeoutMs / 1000} s`,
    );
  }
}

/** The mail server got a mail about it, by the worker or, where there is none, by web. */
async function isMailed({ servers }: Deployment, id: string): Promise<void> {
  const isThere = (): boolean => servers.smtp?.mails?.some((mail) => mail.includes(`<${id}@`)) ?? false;
  assert.ok(await until(isThere, { timeoutMs: 10_000 }), `no mail about ${id} came`);
}

/** The ids of the jobs that had their effect, once for each time that they had it. */
export function effectsOf({ started }: Pick<Deployment, "started">): readonly string[] {
  return started
    .flatMap(entriesOf)
    .filter(({ msg, first }) => msg === "message processed" && first !== false)
    .map(jobIdOf);
}

/** Each language writes its keys as it does. */
export function jobIdOf({ jobId, job_id }: Readonly<Record<string, unknown>>): string {
  return String(jobId ?? job_id);
}

async function send(port: number, body: string, timeoutMs = 15_000): Promise<HttpAnswer> {
  const answer = await httpRequest({
    port,
    method: "POST",
    path: "/messages",
    headers: { "content-type": "application/json" },
    body,
    timeoutMs,
  });
  if (!isAnswer(answer)) throw new Error(`POST /messages: ${answer.fault}`);
  return answer;
}
