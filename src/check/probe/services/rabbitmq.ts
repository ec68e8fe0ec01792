import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { accepts } from "../http.ts";
import { freePort } from "../ports.ts";
import { until } from "../wait.ts";
import type { ServiceAdapter } from "./adapter.ts";
import { dataDirectory, directoryOf, launchServer, shellWord } from "./server.ts";

export const rabbitmq: ServiceAdapter = {
  kind: "RabbitMQ",
  schemes: ["amqp"],
  defaultPort: 5672,
  start: async (session, secret) => {
    // The `rabbitmq-server` on Debian's PATH changes the user and the paths; the one below does not.
    const programs = directoryOf(["rabbitmq-server"], ["/usr/lib/rabbitmq/bin", "/usr/sbin"]);
    const inner = directoryOf(["rabbitmq-server", "rabbitmq-env"], ["/usr/lib/rabbitmq/bin"]) ?? programs;
    if (!inner) return { missing: "no RabbitMQ server on this host" };
    const directory = dataDirectory(session, "rabbitmq");
    const [port, distribution, mapper] = [await freePort(), await freePort(), await freePort()];
    const configuration = join(directory, "probe.conf");
    const settings = [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      "default_user = app",
      `default_pass = ${secret}`,
    ];
    writeFileSync(configuration, `${settings.join("\n")}\n`);
    writeFileSync(join(directory, "plugins"), "[].\n");
    launchServer(session, {
      line: shellWord(join(inner, "rabbitmq-server")),
      cwd: directory,
      environment: {
        RABBITMQ_NODENAME: `probe${port}@localhost`,
        RABBITMQ_DIST_PORT: String(distribution),
        ERL_EPMD_PORT: String(mapper),
        RABBITMQ_CONFIG_FILE: configuration,
        RABBITMQ_MNESIA_BASE: join(directory, "mnesia"),
        RABBITMQ_LOG_BASE: directory,
        RABBITMQ_LOGS: "-",
        RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, "plugins"),
        RABBITMQ_PID_FILE: join(directory, "server.pid"),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+S 1:1",
      },
    });
    const isUp = await until(() => accepts(port), {
      timeoutMs: 40_000,
      everyMs: 200,
      signal: session.signal,
    });
    if (!isUp) return { missing: "RabbitMQ did not start on this host" };
    return { url: () => `amqp://app:${secret}@127.0.0.1:${port}`, fingerprint: null, separates: false };
  },
};
