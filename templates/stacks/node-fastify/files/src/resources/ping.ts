import type { Task } from "../tasks.ts";
import { pingAll } from "./resource.ts";

export const ping: Task = {
  description: "Asks every backing service whether it is up.",
  usage: "",
  run: async ({ log, resources }) => {
    const states = await pingAll(resources, 5_000);
    log.info({ resources: states }, "pinged");
    if (Object.values(states).includes("down")) process.exitCode = 1;
  },
};
