import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ProbeOptions, type ProbeResult, probe } from "../../src/check/probe/probe.ts";

const seconds = 1_000;

type Files = { readonly [path: string]: string };

async function probeFiles(files: Files, options: Partial<ProbeOptions> = {}): Promise<ProbeResult> {
  const directory = mkdtempSync(join(tmpdir(), "shape-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text, { mode: 0o755 });
  }
  try {
    return await probe({ directory, timeoutSeconds: 12, graceSeconds: 4, watchSeconds: 2, ...options });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const slugs = ({ findings }: ProbeResult): string[] => [...new Set(findings.map(({ slug }) => slug))].sort();
const reasonFor = ({ notRun }: ProbeResult, slug: string): string =>
  notRun.find((each) => each.slug === slug)?.reason ?? "";

/** Processes whose command line holds the word, which each test makes its own. */
function alive(word: string): number {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").includes(word);
    } catch {
      return false;
    }
  }).length;
}

const server = (more = "") =>
  `${more}\nrequire("http").createServer((q, r) => r.end("ok")).listen(process.env.PORT);\n`;

describe.concurrent("whatever the app does, the probe ends and leaves nothing", () => {
  test("a daemon that scrubbed its environment and left its session", async () => {
    const daemon = `require("child_process").spawn("env", ["-i", "setsid", "/bin/sleep", "7171"], { detached: true, stdio: "ignore" }).unref();`;
    const result = await probeFiles(
      { Procfile: "web: node web.js\n", "web.js": server(daemon) },
      { only: ["concurrency", "disposability/orphans"] },
    );
    expect(slugs(result)).toContain("concurrency/foreground");
    expect(alive("7171")).toBe(0);
  });

  test("an app that is never ready", async () => {
    const result = await probeFiles({ Procfile: "web: sleep 7272\n" });
    expect(slugs(result)).toEqual(["disposability/startup", "port-binding/port-variable"]);
    expect(reasonFor(result, "disposability/in-flight")).toContain("did not become ready");
    expect(alive("7272")).toBe(0);
  });

  test("an app that ends at once", async () => {
    const result = await probeFiles({ Procfile: "web: echo no; exit 1\n" });
    expect(slugs(result)).toEqual(["codebase/clean-clone"]);
    expect(result.passed).not.toContain("disposability/sigterm");
  });

  test("an app that floods its output and ignores every signal it can", async () => {
    const result = await probeFiles({
      Procfile: "web: trap '' TERM INT HUP; exec yes 'flood flood flood'\n",
    });
    expect(slugs(result)).toContain("logs/flood");
  });

  test("an app that forks without end", async () => {
    const result = await probeFiles({
      Procfile: "web: while true; do setsid sleep 7373 & sleep 0.02; done\n",
    });
    expect(slugs(result)).toContain("port-binding/port-variable");
    expect(alive("7373")).toBe(0);
  });

  test("a cancelled run", async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(new Error("cancelled")), 2 * seconds);
    const run = probeFiles({ Procfile: "web: sleep 7474\n" }, { signal: cancel.signal, timeoutSeconds: 60 });
    await expect(run).rejects.toThrow("cancelled");
    expect(alive("7474")).toBe(0);
  });
});

describe("foreign shapes", () => {
  test("nothing that says how to start", async () => {
    await expect(probeFiles({ "README.md": "hello" })).rejects.toMatchObject({ code: "NOTHING_TO_START" });
  });

  test("no Procfile, but a start script: npm stands in front of the app", async () => {
    const result = await probeFiles({
      "package.json": '{ "name": "a", "scripts": { "start": "node web.js" } }',
      "web.js": server('process.on("SIGTERM", () => process.exit(0));'),
    });
    expect(result.inferred).toContainEqual({
      what: "process web",
      value: "npm start",
      from: "package.json, scripts.start: node web.js",
    });
    expect(slugs(result)).toContain("dependencies/system-tools");
    expect(result.findings.find(({ slug }) => slug === "dependencies/system-tools")?.severity).toBe("risk");
  });

  test("no Procfile, but a Dockerfile", async () => {
    const result = await probeFiles(
      { Dockerfile: 'FROM node\nWORKDIR /app\nCOPY . .\nCMD ["node", "/app/web.js"]\n', "web.js": server() },
      { only: ["port-binding"] },
    );
    expect(result.inferred).toContainEqual({
      what: "process web",
      value: "node ./web.js",
      from: "Dockerfile, CMD",
    });
    expect(result.findings).toEqual([]);
  });

  test("a worker alone is judged as a worker", async () => {
    const result = await probeFiles({
      Procfile: "worker: node worker.js\n",
      "worker.js": 'setInterval(() => console.log("{}"), 500);\n',
    });
    expect(slugs(result)).toEqual(["disposability/companion-sigterm"]);
    expect(result.passed).toContain("concurrency/process-types");
    expect(reasonFor(result, "port-binding/port-variable")).toBe("there is no web process");
  });

  test("a required service that cannot be had is told, and its checks are not passed", async () => {
    const result = await probeFiles(
      {
        Procfile: "web: node web.js\n",
        "web.js": server(
          'require("net").connect(+new URL(process.env.DATABASE_URL).port, "127.0.0.1").on("error", () => {});',
        ),
        ".env.schema": "# @type=url @required @example=mongodb://a:b@127.0.0.1:27017/c\nDATABASE_URL=\n",
      },
      { only: ["backing-services"] },
    );
    expect(reasonFor(result, "backing-services/outage")).toContain("a sink stands in");
    expect(result.passed).toContain("backing-services/located-by-config");
  });

  test("without a service to wait for: what SIGTERM kills drops requests, what closes its server is not blamed", async () => {
    const app = (listening: string) => ({
      Procfile: "web: node web.js\n",
      "package.json": "{}",
      "web.js": `const server = require("http").createServer((q, r) => setTimeout(() => r.end("ok"), 5));
        server.listen(process.env.PORT, "0.0.0.0");
        ${listening}`,
    });
    const only = { only: ["disposability/in-flight"] };
    expect(slugs(await probeFiles(app(""), only))).toEqual(["disposability/in-flight"]);
    const closing = 'process.on("SIGTERM", () => server.close(() => process.exit(0)));';
    expect(slugs(await probeFiles(app(closing), only))).toEqual([]);
  });

  test("right words in comments, wrong behaviour", async () => {
    const source = `
      // Twelve-factor: reads process.env.PORT and DATABASE_URL, logs JSON to stdout, handles SIGTERM gracefully.
      const sessions = {}; // sessions live in Redis
      const database = "postgres://app:secret@127.0.0.1:5432/app";
      require("net").connect(5432, "127.0.0.1").on("error", () => {});
      const log = (line) => require("fs").appendFileSync("production.log", line);
      process.on("SIGTERM", () => log("graceful shutdown\\n"));
      require("http").createServer((q, r) => {
        log(q.url);
        const id = /sid=(\\w+)/.exec(q.headers.cookie || "")?.[1];
        if (q.url === "/me") { r.statusCode = sessions[id] ? 200 : 401; return r.end(); }
        if (!sessions[id]) { const next = Math.random().toString(36).slice(2); sessions[next] = 1; r.setHeader("set-cookie", "sid=" + next); }
        r.end("ok");
      }).listen(process.env.PORT || 3000);`;
    const result = await probeFiles({
      Procfile: "web: node web.js\n",
      "web.js": source,
      "package.json": "{}",
    });
    for (const slug of [
      "backing-services/no-default-address",
      "build-release-run/read-only",
      "disposability/sigterm",
      "disposability/pid-1",
      "logs/no-log-files",
      "processes/cookie-hop",
    ]) {
      expect(slugs(result)).toContain(slug);
    }
  });
});
