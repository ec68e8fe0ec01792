import { loadConfig, needs } from "./config.ts";
import { createLog } from "./log.ts";
import { type Attached, closeAll } from "./resources/resource.ts";
import { connect } from "./resources.ts";
import { onFaults } from "./shutdown.ts";

const config = loadConfig(needs.release);
const log = createLog("release", config);
onFaults(log);

const resources: Attached = connect(config, log);
for (const resource of Object.values(resources)) await resource.prepare?.();
log.info("released");
await closeAll(resources);
