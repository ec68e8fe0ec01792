import repl from "node:repl";
import { loadConfig, needs } from "./config.ts";
import { createLog } from "./log.ts";
import { closeAll } from "./resources/resource.ts";
import { connect } from "./resources.ts";

const config = loadConfig(needs.release);
const log = createLog("console", config);
const resources = connect(config, log);

const session = repl.start({ prompt: "> " });
Object.assign(session.context, { config, log, resources });
session.on("exit", async () => {
  await closeAll(resources);
  process.exit(0);
});
