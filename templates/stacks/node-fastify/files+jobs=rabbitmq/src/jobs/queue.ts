import { setTimeout as sleep } from "node:timers/promises";
import { AMQPError, type AsyncMessage, type Connection, type Consumer } from "rabbitmq-client";
import type { Log } from "../log.ts";
import type { Rabbitmq } from "../resources/rabbitmq.ts";
import { type Job, type Queue, runJob } from "./job.ts";

const concurrency = 5;

/** How long a job waits before each further attempt, in a queue of its own that sends it back. */
const retryMs = [1_000, 5_000, 15_000, 60_000];

/**
 * Jobs in RabbitMQ: durable, confirmed, and acknowledged when they are done. The broker gives a job back at once
 * when the connection of its worker ends. It doesn't know ids, so that a job that was sent twice runs twice.
 */
export function openQueue(
  name: string,
  { rabbitmq: { connection } }: { rabbitmq: Rabbitmq },
  log: Log,
): Queue {
  const failedName = `${name}.failed`;
  const retries = retryMs.map((ms) => ({ ms, queue: `${name}.retry.${ms}` }));
  const queues = [
    // A job that takes its worker down with it does so this often.
    quorumQueue(name, { "x-delivery-limit": 10, ...deadLettersTo(failedName) }),
    quorumQueue(failedName, {}),
    ...retries.map(({ ms, queue }) =>
      quorumQueue(queue, { "x-message-ttl": ms, ...deadLettersTo(name) }),
    ),
  ];
  const publisher = connection.createPublisher({ confirm: true, maxAttempts: 2, queues });
  const publish = (job: Job, queue: string, attempt: number) =>
    publisher.send(
      { routingKey: queue, messageId: job.id, durable: true, headers: { attempt } },
      job,
    );
  let consumer: Consumer | undefined;
  let finishWithin = 0;

  return {
    send: (job) => publish(job, name, 1),
    sendOnce: async (job) => {
      if (await leads(connection)) await publish(job, name, 1);
    },
    work: async (handlers, finishMs) => {
      finishWithin = finishMs;
      const attemptJob = async (message: AsyncMessage) => {
        const job: Job = message.body;
        const attempt = Number(message.headers?.attempt ?? 1);
        try {
          await runJob(job, handlers, log);
        } catch {
          await publish(job, retries[attempt - 1]?.queue ?? failedName, attempt + 1);
        }
      };
      consumer = connection.createConsumer(
        {
          queue: name,
          queueOptions: { passive: true },
          qos: { prefetchCount: concurrency },
          concurrency,
        },
        attemptJob,
      );
      consumer.on("error", (error) => log.warn({ err: error }, "queue error"));
    },
    ping: () => connection.onConnect(1_000, true),
    prepare: async () => {
      for (const queue of queues) await connection.queueDeclare(queue);
      log.info("queue ready");
    },
    close: async () => {
      await Promise.race([consumer?.close(), sleep(finishWithin, undefined, { ref: false })]);
      await publisher.close();
    },
  };
}

/** True for one clock at a time: a queue that is exclusive belongs to one connection, and goes away with it. */
async function leads(connection: Connection): Promise<boolean> {
  try {
    await connection.queueDeclare({ queue: "clock.leader", exclusive: true });
    return true;
  } catch (error) {
    if (error instanceof AMQPError && error.code === "RESOURCE_LOCKED") return false;
    throw error;
  }
}

function quorumQueue(queue: string, options: Readonly<Record<string, string | number>>) {
  return { queue, durable: true, arguments: { "x-queue-type": "quorum" as const, ...options } };
}

function deadLettersTo(queue: string) {
  return { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue };
}
