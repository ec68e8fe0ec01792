import { randomUUID } from "node:crypto";
import type { Task } from "../tasks.ts";

export const enqueue: Task = {
  description: "Sends a job to the worker, with JSON data if there is any.",
  usage: "<job> [data]",
  run: async ({ args: [name, data = "null"], log, resources }) => {
    if (name === undefined) throw new Error("Which job?");
    const job = { id: randomUUID(), name, data: JSON.parse(data) };
    await resources.queue.send(job);
    log.info({ job: name, jobId: job.id }, "job sent");
  },
};
