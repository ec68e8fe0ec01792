import { loadConfig, needs } from "./config.ts";
import { createLog } from "./log.ts";
import { closeAll } from "./resources/resource.ts";
import { connect } from "./resources.ts";
import { onFaults } from "./shutdown.ts";
import { tasks } from "./tasks.ts";

const [name = "", ...args] = process.argv.slice(2);
const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;

if (!task) {
  const lines = Object.entries(tasks).map(
    ([known, { usage, description }]) =>
      `  ${[known, usage].join(" ").trim()}\n      ${description}`,
  );
  const problem = name === "" ? "" : `No task ${JSON.stringify(name)}.\n`;
  process.stderr.write(`${problem}Tasks:\n${lines.join("\n")}\n`);
  process.exit(name === "" ? 0 : 2);
}

const config = loadConfig(needs.release);
const log = createLog("admin", config).child({ task: name });
onFaults(log);

const resources = connect(config, log);
await task.run({ args, config, log, resources });
await closeAll(resources);
