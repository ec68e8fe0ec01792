import { setTimeout as sleep } from "node:timers/promises";
import { buildApp } from "./app.ts";
import { loadConfig, needs } from "./config.ts";
import { createLog } from "./log.ts";
import { closeAll, connected } from "./resources/resource.ts";
import { connect } from "./resources.ts";
import { onFaults, onSignals } from "./shutdown.ts";

const config = loadConfig(needs.web);
const log = createLog("web", config);
onFaults(log);

const stopping = new AbortController();
const resources = connect(config, log);
const app = buildApp({ log, resources, stopping: stopping.signal });

onSignals({
  log,
  graceMs: config.SHUTDOWN_GRACE_MS,
  stop: async () => {
    // From here on /health/ready says no, and there is time for the balancer to notice it.
    stopping.abort();
    await sleep(config.LAME_DUCK_MS);
    await app.close();
    await closeAll(resources);
  },
});

await app.listen({ host: "0.0.0.0", port: config.PORT });
await connected(resources, log);
