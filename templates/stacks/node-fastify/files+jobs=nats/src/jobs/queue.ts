import { setTimeout as sleep } from "node:timers/promises";
import { AckPolicy, type JsMsg, RetentionPolicy } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import type { Log } from "../log.ts";
import { keepStream, type Nats } from "../resources/nats.ts";
import { backoff } from "../resources/resource.ts";
import { type Handlers, type Job, type Queue, runJob } from "./job.ts";

const concurrency = 5;
const consumerName = "worker";
const dayMs = 24 * 60 * 60 * 1000;

/** A job whose worker died is sent out again when nothing was heard of it for so long. */
const ackWaitMs = 15_000;

/** How long a job waits before each further attempt. */
const retryMs = [1_000, 5_000, 15_000, 60_000];

/** A job that takes its worker down with it does so this often. */
const mostDeliveries = 10;

/** Jobs in a stream of NATS JetStream, acknowledged when they are done. The ids of those sent once are known for a day. */
export function openQueue(name: string, { nats }: { nats: Nats }, log: Log): Queue {
  const subject = `queue.${name}`;
  const failed = { name: `${name}-failed`, subjects: [`${subject}.failed`] };
  const running = new Map<JsMsg, Promise<void>>();
  let stopping = false;
  let finishWithin = 0;

  const publish = async (to: string, job: Job, options = {}) => {
    const stream = await nats.jetstream();
    await stream.publish(to, JSON.stringify(job), options);
  };

  const attemptJob = async (message: JsMsg, handlers: Handlers) => {
    const { deliveryCount } = message.info;
    const alive = setInterval(() => message.working(), ackWaitMs / 3);
    try {
      if (deliveryCount > mostDeliveries) throw new Error("The job ended its workers too often");
      await runJob(message.json<Job>(), handlers, log);
      message.ack();
    } catch {
      const wait = retryMs[deliveryCount - 1];
      if (wait !== undefined) return message.nak(wait);
      await publish(`${subject}.failed`, message.json<Job>());
      message.ack();
    } finally {
      clearInterval(alive);
    }
  };

  const takeJobs = async (handlers: Handlers) => {
    for (let attempt = 0; !stopping; attempt++) {
      try {
        const { consumers } = await nats.jetstream();
        const consumer = await consumers.get(name, consumerName);
        while (!stopping) {
          const message = await consumer.next({ expires: 5_000 });
          attempt = 0;
          if (!message) continue;
          // It was on its way here when the worker was told to stop.
          if (stopping) return message.nak();
          const attempted = attemptJob(message, handlers);
          running.set(message, attempted);
          await attempted.finally(() => running.delete(message));
        }
      } catch (error) {
        if (stopping) return;
        log.warn({ err: error, attempt }, "queue not ready yet");
        await sleep(backoff(attempt));
      }
    }
  };

  return {
    send: (job) => publish(subject, job),
    sendOnce: (job) => publish(subject, job, { msgID: job.id }),
    work: async (handlers, finishMs) => {
      finishWithin = finishMs;
      for (let taker = 0; taker < concurrency; taker++) takeJobs(handlers);
    },
    ping: async () => {
      const manager = await nats.manager();
      await manager.streams.info(name);
    },
    prepare: async () => {
      const manager = await nats.manager();
      await keepStream(manager, {
        name,
        subjects: [subject],
        retention: RetentionPolicy.Workqueue,
        duplicate_window: nanos(dayMs),
      });
      await keepStream(manager, { ...failed, max_age: nanos(14 * dayMs) });
      await manager.consumers.add(name, {
        durable_name: consumerName,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackWaitMs),
      });
      log.info("queue ready");
    },
    close: async () => {
      stopping = true;
      const late = sleep(finishWithin, undefined, { ref: false });
      await Promise.race([Promise.allSettled(running.values()), late]);
      for (const message of running.keys()) message.nak();
    },
  };
}
