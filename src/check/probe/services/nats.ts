import { accepts } from "../http.ts";
import { freePort } from "../ports.ts";
import { until } from "../wait.ts";
import type { ServiceAdapter } from "./adapter.ts";
import { dataDirectory, directoryOf, launchServer, shellWord } from "./server.ts";

export const nats: ServiceAdapter = {
  kind: "NATS",
  schemes: ["nats"],
  defaultPort: 4222,
  start: async (session, secret) => {
    const programs = directoryOf(["nats-server"], ["/usr/sbin"]);
    if (!programs) return { missing: "no NATS server on this host" };
    const directory = dataDirectory(session, "nats");
    const port = await freePort();
    const options = `--addr 127.0.0.1 --port ${port} --user app --pass ${secret} --jetstream --store_dir ${shellWord(directory)}`;
    launchServer(session, { line: `${shellWord(`${programs}/nats-server`)} ${options}`, cwd: directory });
    const isUp = await until(() => accepts(port), { timeoutMs: 10_000, signal: session.signal });
    if (!isUp) return { missing: "NATS did not start on this host" };
    return { url: () => `nats://app:${secret}@127.0.0.1:${port}`, fingerprint: null, separates: false };
  },
};
