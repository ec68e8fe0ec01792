import { loadConfig, needs } from "./config.ts";
import { createLog } from "./log.ts";
import { type Attached, closeAll, connected } from "./resources/resource.ts";
import { connect } from "./resources.ts";
import { onFaults } from "./shutdown.ts";

/** How long a service may still take to come up. */
const patienceMs = 30_000;

const config = loadConfig(needs.release);
const log = createLog("release", config);
onFaults(log);

const resources: Attached = connect(config, log);
for (const [name, resource] of Object.entries(resources)) {
  // A queue can be asked once it is prepared, and the service that it is in came before it.
  if (!("send" in resource)) await connected({ [name]: resource }, log, patienceMs);
  await resource.prepare?.();
}
log.info("released");
await closeAll(resources);
