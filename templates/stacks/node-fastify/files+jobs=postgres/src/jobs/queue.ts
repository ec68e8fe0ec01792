import { setTimeout as sleep } from "node:timers/promises";
import { PgBoss } from "pg-boss";
import type { Log } from "../log.ts";
import type { Postgres } from "../resources/postgres.ts";
import { backoff } from "../resources/resource.ts";
import { type Job, type Queue, runJob } from "./job.ts";

const policy = {
  retryLimit: 5,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  expireInSeconds: 15 * 60,
  // A job whose worker died is sent out again when its heartbeat has been missing for so long.
  heartbeatSeconds: 15,
};

/** Jobs in PostgreSQL, by pg-boss, over the connections that are there already. */
export function openQueue(
  queue: string,
  { postgres: { pool } }: { postgres: Postgres },
  log: Log,
): Queue {
  const failedQueue = `${queue}-failed`;
  const open = (options: { migrate?: boolean; supervise?: boolean }) => {
    const boss = new PgBoss({
      db: { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) },
      migrate: false,
      supervise: false,
      schedule: false,
      registerInstance: false,
      superviseIntervalSeconds: 5,
      monitorIntervalSeconds: 5,
      ...options,
    });
    boss.on("error", (error) => log.warn({ err: error }, "queue error"));
    return boss;
  };

  const producer = open({});
  const send = async ({ id, name, data }: Job) => {
    await producer.start();
    await producer.send(queue, { name, data }, { id });
  };
  let stopWork = async () => {};

  return {
    send,
    sendOnce: send,
    work: async (handlers, finishMs) => {
      const worker = open({ supervise: true });
      let stopping = false;
      stopWork = async () => {
        stopping = true;
        await worker.stop({ close: false, timeout: finishMs });
      };
      for (let attempt = 0; !stopping; attempt++) {
        try {
          await worker.start();
          await worker.work<Omit<Job, "id">>(
            queue,
            { localConcurrency: 5, pollingIntervalSeconds: 1 },
            async ([job]) => job && runJob({ ...job.data, id: job.id }, handlers, log),
          );
          return;
        } catch (error) {
          log.warn({ err: error, attempt }, "queue not ready yet");
          await sleep(backoff(attempt));
        }
      }
    },
    ping: async () => {
      await producer.start();
    },
    prepare: async () => {
      const lock = await pool.connect();
      try {
        // Releases may run at the same time, and pg-boss makes its schema before it takes a lock of its own.
        await lock.query("select pg_advisory_lock(hashtext('jobs'))");
        const boss = open({ migrate: true });
        await boss.start();
        await boss.createQueue(failedQueue);
        await boss.createQueue(queue, { ...policy, deadLetter: failedQueue });
        await boss.updateQueue(queue, { ...policy, deadLetter: failedQueue });
        await boss.stop({ close: false });
        log.info("queue ready");
      } finally {
        // The lock ends with its session.
        lock.release(true);
      }
    },
    close: async () => {
      await stopWork();
      await producer.stop({ close: false });
    },
  };
}
