import type { Log } from "../log.ts";
import type { Resource } from "../resources/resource.ts";

/** A job runs at least once. Its id is the same each time it runs, and is what makes its effect happen once. */
export type Job = { readonly id: string; readonly name: string; readonly data: unknown };

export type Handler = (job: Job, log: Log) => Promise<void>;

export type Handlers = { readonly [name: string]: Handler };

export type Queue = Resource & {
  /** Resolves when the queue has the job for good. */
  readonly send: (job: Job) => Promise<void>;
  /** As `send`, and however many clocks send a job of this id, one gets through. */
  readonly sendOnce: (job: Job) => Promise<void>;
  /** Runs jobs until `close`, which lets those that run finish for so long, and returns the others. */
  readonly work: (handlers: Handlers, finishMs: number) => Promise<void>;
};

/** Runs a job and logs how it went. A name that this release doesn't know may be known to the next. */
export async function runJob(job: Job, handlers: Handlers, log: Log): Promise<void> {
  const started = performance.now();
  const jobLog = log.child({ job: job.name, jobId: job.id });
  try {
    const handler = handlers[job.name];
    if (!handler) throw new Error(`No handler for the job ${job.name}`);
    await handler(job, jobLog);
    jobLog.info({ ms: Math.round(performance.now() - started) }, "job done");
  } catch (error) {
    jobLog.error({ err: error }, "job failed");
    throw error;
  }
}
