import { setTimeout as sleep } from "node:timers/promises";
import { Queue as BullQueue, Worker } from "bullmq";
import type { Log } from "../log.ts";
import type { Redis } from "../resources/redis.ts";
import { type Job, type Queue, runJob } from "./job.ts";

/** Jobs in Redis, by BullMQ. A job stays for a day when it is done, so that its id isn't taken again. */
export function openQueue(name: string, { redis: { client } }: { redis: Redis }, log: Log): Queue {
  const queue = new BullQueue<Job>(name, {
    connection: client,
    defaultJobOptions: {
      attempts: 6,
      backoff: { type: "exponential", delay: 1_000, jitter: 0.5 },
      removeOnComplete: { age: 24 * 60 * 60, count: 10_000 },
      removeOnFail: { age: 14 * 24 * 60 * 60 },
    },
  });
  queue.on("error", (error) => log.warn({ err: error }, "queue error"));

  const send = async (job: Job) => {
    await queue.add(job.name, job, { jobId: job.id });
  };
  let stopWork = async () => {};

  return {
    send,
    sendOnce: send,
    work: async (handlers, finishMs) => {
      // For a worker, which waits for jobs in a command that blocks.
      const connection = client.duplicate({
        maxRetriesPerRequest: null,
        commandTimeout: undefined,
      });
      const worker = new Worker<Job>(name, ({ data }) => runJob(data, handlers, log), {
        connection,
        concurrency: 5,
        // A job whose worker died loses its lock, and is sent out again at the next check.
        lockDuration: 15_000,
        stalledInterval: 10_000,
        maxStalledCount: 5,
      });
      worker.on("error", (error) => log.warn({ err: error }, "queue error"));
      stopWork = async () => {
        await Promise.race([worker.close(), sleep(finishMs, undefined, { ref: false })]);
        connection.disconnect();
      };
    },
    ping: async () => {
      await client.ping();
    },
    close: async () => {
      await stopWork();
      await queue.close();
    },
  };
}
