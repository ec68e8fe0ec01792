import { join } from "node:path";
import { accepts } from "../http.ts";
import { freePort } from "../ports.ts";
import { until } from "../wait.ts";
import type { Database, ServiceAdapter } from "./adapter.ts";
import { dataDirectory, directoryOf, launchServer, shellWord } from "./server.ts";

const numbers: { readonly [name in Database]: number } = { a: 0, b: 1, empty: 2 };

export const redis: ServiceAdapter = {
  kind: "Redis or Valkey",
  schemes: ["redis", "valkey"],
  defaultPort: 6379,
  start: async (session, secret) => {
    const name = ["valkey-server", "redis-server"].find((program) => directoryOf([program], ["/usr/sbin"]));
    const programs = name ? directoryOf([name], ["/usr/sbin"]) : null;
    if (!name || !programs) return { missing: "no Valkey or Redis server on this host" };
    const directory = dataDirectory(session, "redis");
    const port = await freePort();
    const options = `--port ${port} --bind 127.0.0.1 --requirepass ${secret} --save '' --appendonly no --dir ${shellWord(directory)}`;
    launchServer(session, { line: `${shellWord(join(programs, name))} ${options}`, cwd: directory });
    const isUp = await until(() => accepts(port), { timeoutMs: 10_000, signal: session.signal });
    if (!isUp) return { missing: `${name} did not start on this host` };
    return {
      url: (database) => `redis://:${secret}@127.0.0.1:${port}/${numbers[database]}`,
      fingerprint: null,
      separates: true,
    };
  },
};
