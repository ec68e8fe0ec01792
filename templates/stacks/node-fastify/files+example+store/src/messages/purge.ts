import type { Task } from "../tasks.ts";
import { messageStore } from "./store.ts";

export const purgeMessages: Task = {
  description: "Removes the messages that are older than so many days, 30 if not said.",
  usage: "[days]",
  run: async ({ args: [days = "30"], log, resources }) => {
    if (!/^\d+$/.test(days)) throw new Error("The days must be a whole number.");
    const before = new Date(Date.now() - Number(days) * 24 * 60 * 60 * 1000);
    log.info({ count: await messageStore(resources).purge(before) }, "old messages removed");
  },
};
