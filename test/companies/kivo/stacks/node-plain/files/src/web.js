import { createServer } from "node:http";
import { readConfig } from "./config.js";
import { log } from "./log.js";

const config = start();
let stopping = false;
const server = createServer((request, response) => {
  if (stopping) response.setHeader("connection", "close");
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const answers = { "/": { ok: true }, "/health/live": { ok: true }, "/health/ready": { ok: !stopping } };
  const body = answers[path];
  const status = body === undefined ? 404 : body.ok ? 200 : 503;
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify(body ?? { error: "not found" }));
  log("info", "request", { method: request.method, path, status });
});
server.listen(config.port, () =>
  log("info", "listening", { port: config.port, release: process.env.RELEASE_ID ?? "none" }),
);

for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, stop);

function start() {
  try {
    return readConfig(process.env, ["PORT", "SHUTDOWN_GRACE_MS"]);
  } catch (error) {
    log("error", error.message);
    process.exit(1);
  }
}

/** Serves what a balancer still sends for a moment, then takes no more and ends when all is answered. */
function stop() {
  stopping = true;
  log("info", "stopping");
  setTimeout(() => process.exit(1), config.graceMs).unref();
  setTimeout(
    () => {
      server.close(() => process.exit(0));
      server.closeIdleConnections();
    },
    Math.min(2000, config.graceMs / 2),
  );
}
