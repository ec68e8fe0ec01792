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
// Ends it as `.exit` does, and as it does in a shell.
Object.defineProperty(session.context, "exit", {
  get: () => void setImmediate(() => session.close()),
});
session.on("exit", async () => {
  await closeAll(resources);
  process.exit(0);
});
