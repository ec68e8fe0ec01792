// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of the source of an app.
import { type Edit, edit, type Table, write } from "./table.ts";

const web = (find: string, put: string): Edit => edit("src/web.js", find, put);
const worker = (find: string, put: string): Edit => edit("src/worker.js", find, put);
const config = (find: string, put: string): Edit => edit("src/config.js", find, put);
const log = (find: string, put: string): Edit => edit("src/log.js", find, put);
const store = (find: string, put: string): Edit => edit("src/store.js", find, put);

/** Put before the first line of the web process. */
const webFirst = (text: string): Edit => web("import { readConfig }", `${text}\nimport { readConfig }`);
/** Put after its config was read. */
const webBoot = (text: string): Edit => web("let draining = false;", `let draining = false;\n${text}`);
const dropError = "{ try { WRITE } catch {} }";
const quietly = (statement: string): string => dropError.replace("WRITE", statement);

const onTerm = 'process.on("SIGTERM", () => {\n  if (draining) return;';

const mutants: Table["mutants"] = [
  {
    slug: "codebase/clean-clone",
    fault: "imports a file that git ignores",
    edits: [
      webFirst('import "./generated.js";'),
      write("src/generated.js", ""),
      write(".gitignore", ".env\nsrc/generated.js\n"),
    ],
    found: ["codebase/clean-clone"],
    committed: true,
  },
  {
    slug: "codebase/many-deploys",
    fault: "serves metrics on a port of its own choice",
    edits: [
      webBoot(
        'createServer((_, response) => response.end()).listen(24_642).on("error", () => process.exit(1));',
      ),
    ],
    found: ["codebase/many-deploys", "port-binding/second-port", "concurrency/two-webs"],
  },
  {
    slug: "dependencies/build",
    fault: "has a build script that fails",
    edits: [edit("package.json", '"private": true,', '"private": true, "scripts": { "build": "exit 3" },')],
    found: ["dependencies/build"],
  },
  {
    slug: "dependencies/clean-build",
    fault: "has a build script that rewrites a committed file",
    edits: [
      edit(
        "package.json",
        '"private": true,',
        '"private": true, "scripts": { "build": "date >> openapi.txt" },',
      ),
      write("openapi.txt", ""),
    ],
    found: ["dependencies/clean-build"],
  },
  {
    slug: "dependencies/offline",
    fault: "fetches something at the start",
    edits: [webBoot('await fetch("http://127.0.0.1:24643/");')],
    found: ["dependencies/offline"],
  },
  {
    slug: "dependencies/system-tools",
    fault: "calls git for its version",
    edits: [
      webFirst('import { execFileSync } from "node:child_process";\nexecFileSync("git", ["--version"]);'),
    ],
    found: ["dependencies/system-tools"],
  },
  {
    slug: "dependencies/system-tools",
    fault: "calls git by its path",
    edits: [
      webFirst(
        'import { execFileSync } from "node:child_process";\nexecFileSync("/usr/bin/git", ["--version"]);',
      ),
    ],
    found: ["dependencies/system-tools"],
  },
  {
    slug: "config/leave-one-out",
    fault: "has a default for a secret",
    edits: [
      config(
        "const value = process.env[name];",
        'const value = process.env[name] ?? (name === "SESSION_SECRET" ? "change-me" : undefined);',
      ),
    ],
    found: ["config/leave-one-out"],
  },
  {
    slug: "config/malformed-value",
    fault: "takes any PORT, and listens on a default when it is no number",
    edits: [
      config(
        'read("PORT", (value) => /^\\d+$/.test(value) && Number(value) < 65_536, "a port")',
        'read("PORT", () => true, "") || undefined',
      ),
      config(
        "  const problems",
        "  if (Number.isNaN(Number(process.env.PORT ?? 0))) process.env.PORT = 24_644;\n  const problems",
      ),
    ],
    found: ["config/malformed-value", "config/all-problems-at-once"],
  },
  {
    slug: "config/all-problems-at-once",
    fault: "tells only the first problem",
    edits: [config("problems.map(", "problems.slice(0, 1).map(")],
    found: ["config/all-problems-at-once"],
  },
  {
    slug: "config/dotenv-poison",
    fault: "lets a .env override the environment",
    edits: [
      config(
        "const levels",
        'import { existsSync, readFileSync } from "node:fs";\nif (existsSync(".env")) for (const line of readFileSync(".env", "utf8").split("\\n")) { const at = line.indexOf("="); if (at > 0) process.env[line.slice(0, at)] = line.slice(at + 1); }\nconst levels',
      ),
    ],
    found: ["config/dotenv-poison"],
  },
  {
    slug: "config/unknown-environment",
    fault: "has a table of named environments",
    edits: [
      config(
        "const levels",
        'if (!["development", "production"].includes(process.env.NODE_ENV ?? "production")) throw new Error("which environment?");\nconst levels',
      ),
    ],
    found: ["config/unknown-environment"],
  },
  {
    slug: "config/canary-secrets",
    fault: "logs its config",
    edits: [webBoot('log("info", "configured", { config });')],
    found: ["config/canary-secrets"],
  },
  {
    slug: "config/canary-secrets",
    fault: "serves its environment on a debug page",
    edits: [
      web(
        '  "GET /": async',
        '  "GET /env": async () => ({ status: 200, body: process.env }),\n  "GET /": async',
      ),
    ],
    found: ["config/canary-secrets"],
  },
  {
    slug: "config/secrets-in-errors",
    fault: "shows the value that is wrong",
    edits: [
      config("problems.push(`${name} is not ${what}`)", "problems.push(`${name} is not ${what}: ${value}`)"),
    ],
    found: ["config/secrets-in-errors"],
  },
  {
    slug: "config/secrets-in-files",
    fault: "keeps its config in a temporary file",
    edits: [
      webFirst('import { writeFileSync } from "node:fs";\nimport { tmpdir } from "node:os";'),
      webBoot("writeFileSync(`${tmpdir()}/config.json`, JSON.stringify(config));"),
    ],
    found: ["config/secrets-in-files"],
  },
  {
    slug: "backing-services/located-by-config",
    fault: "declares a service that it never uses",
    edits: [
      edit(
        ".env.schema",
        "# The release that runs.",
        "# Used by: web\n# @type=url\n# @example=toy://127.0.0.1:4000/cache\nCACHE_URL=\n\n# The release that runs.",
      ),
    ],
    found: ["backing-services/located-by-config", "config/malformed-value", "config/all-problems-at-once"],
  },
  {
    slug: "backing-services/no-default-address",
    fault: "asks a cache on localhost",
    edits: [
      webFirst('import { connect } from "node:net";'),
      webBoot('connect(6379, "127.0.0.1").on("error", () => {});'),
    ],
    found: ["backing-services/no-default-address"],
  },
  {
    slug: "backing-services/swap",
    fault: "uses memory in place of the store, by another variable",
    edits: [
      web(
        "const store = openStore(config.storeUrl);",
        'const store = config.level === "error" ? { call: async ({ op }) => (op === "tables" ? ["messages"] : op === "list" ? [] : true), close: () => {} } : openStore(config.storeUrl);',
      ),
    ],
    found: ["backing-services/swap"],
  },
  {
    slug: "backing-services/outage",
    fault: "says that it is ready without asking its store",
    edits: [web('const tables = await store.call({ op: "tables" });', 'const tables = ["messages"];')],
    found: ["backing-services/outage"],
  },
  {
    slug: "backing-services/outage",
    fault: "asks its store for liveness",
    edits: [
      web(
        'async () => ({ status: 200, body: { status: "live" } })',
        'async () => ({ status: 200, body: await store.call({ op: "tables" }) })',
      ),
    ],
    found: ["backing-services/outage"],
  },
  {
    slug: "backing-services/recovery",
    fault: "does not connect again once it was connected",
    edits: [
      store(
        "      if (closed) return;\n      log",
        "      if (closed || backoffMs === 0) return;\n      log",
      ),
      store('() => log("info", "store connected"),', "() => {\n          backoffMs = 0;\n        },"),
    ],
    found: ["backing-services/recovery"],
  },
  {
    slug: "backing-services/boot-during-outage",
    fault: "waits for its store in silence, and listens only then",
    edits: [
      webBoot(
        'for (let up = false; !up; ) up = await store.call({ op: "tables" }).then(() => true, () => new Promise((resolve) => setTimeout(resolve, 200, false)));',
      ),
      store('log("warn", "store is away", { retryMs: backoffMs });', ""),
      store('log("warn", "store does not answer", { error: error.message })', "error"),
      store('() => log("info", "store connected")', "() => {}"),
    ],
    found: ["backing-services/boot-during-outage"],
  },
  {
    slug: "build-release-run/read-only",
    fault: "writes a cache beside its code",
    edits: [webFirst('import { writeFileSync } from "node:fs";\nwriteFileSync("cache.json", "{}");')],
    found: ["build-release-run/read-only", "processes/write-audit"],
  },
  {
    slug: "build-release-run/non-root",
    fault: "wants to be root",
    edits: [webFirst('if (process.getuid() !== 0) throw new Error("run me as root");')],
    found: ["build-release-run/non-root"],
    asRoot: true,
  },
  {
    slug: "build-release-run/release-idempotent",
    fault: "fails when the migration was done already",
    edits: [
      edit(
        "src/release.js",
        'if (!tables.includes("messages"))',
        'if (tables.includes("messages")) throw new Error("there is a table messages already");\n  ',
      ),
    ],
    found: ["build-release-run/release-idempotent"],
  },
  {
    slug: "build-release-run/migrate-on-boot",
    fault: "migrates when the web process starts",
    edits: [
      webBoot(
        'await store.connected(5_000).then(() => store.call({ op: "create", table: "messages" })).catch(() => {});',
      ),
    ],
    found: ["build-release-run/migrate-on-boot"],
  },
  {
    slug: "build-release-run/release-id",
    fault: "does not tell its release",
    edits: [
      log("msg, release, ...fields", "msg, ...fields"),
      log("  release = config.release;\n", ""),
      log('let release = "unknown";\n', ""),
    ],
    found: ["build-release-run/release-id"],
  },
  {
    slug: "processes/cookie-hop",
    fault: "keeps sessions in memory",
    edits: [
      web("const routes", "const sessions = new Set();\nconst routes"),
      web('await store.call({ op: "set", key: `session ${id}`, value: "visitor" });', "sessions.add(id);"),
      web('await store.call({ op: "get", key: `session ${id}` })', "sessions.has(id)"),
    ],
    found: ["processes/cookie-hop"],
  },
  {
    slug: "processes/shared-data",
    fault: "keeps messages in memory",
    edits: [
      web("const routes", "const messages = [];\nconst routes"),
      web('await store.call({ op: "list" })', "messages"),
      web('await store.call({ op: "add", message });', "messages.push(message);"),
    ],
    found: ["processes/shared-data", "processes/restart-persistence"],
  },
  {
    slug: "processes/restart-persistence",
    fault: "forgets what a process has stored when that ends",
    edits: [
      webBoot(
        "const isAlive = (pid) => { try { process.kill(Number(pid), 0); return true; } catch { return false; } };",
      ),
      web("const message = { id: randomUUID(),", "const message = { id: `${process.pid} ${randomUUID()}`,"),
      web(
        'body: await store.call({ op: "list" })',
        'body: (await store.call({ op: "list" })).filter(({ id }) => isAlive(id.split(" ")[0]))',
      ),
    ],
    found: ["processes/restart-persistence"],
  },
  {
    slug: "processes/load-balanced",
    fault: "answers the first request of a process otherwise",
    edits: [
      web('"GET /": async () => ({', '"GET /": async () => (warm++ < 1 ? { status: 404, body: {} } : {'),
      web("const routes", "let warm = 0;\nconst routes"),
    ],
    found: ["processes/load-balanced"],
  },
  {
    slug: "processes/write-audit",
    fault: "keeps what was sent in a directory of its own",
    edits: [
      webFirst('import { mkdirSync, writeFileSync } from "node:fs";'),
      web(
        "    return { status: 201, body: message };",
        `    ${quietly('mkdirSync("uploads", { recursive: true }); writeFileSync("uploads/" + message.id, body);')}\n    return { status: 201, body: message };`,
      ),
    ],
    found: ["processes/write-audit"],
  },
  {
    slug: "processes/writes-elsewhere",
    fault: "shares a file in /tmp with whatever else runs there",
    edits: [
      webFirst(
        `import { rmSync, writeFileSync } from "node:fs";\n${quietly('writeFileSync("/tmp/good-node.state", ""); rmSync("/tmp/good-node.state");')}`,
      ),
    ],
    found: ["processes/writes-elsewhere"],
  },
  {
    slug: "port-binding/port-variable",
    fault: "has its port in the code",
    edits: [web("server.listen(config.port,", "server.listen(24_645,")],
    found: [
      "port-binding/port-variable",
      "port-binding/second-port",
      "port-binding/port-taken",
      "concurrency/two-webs",
    ],
  },
  {
    slug: "port-binding/any-address",
    fault: "listens on localhost",
    edits: [web('"0.0.0.0"', '"127.0.0.1"')],
    found: ["port-binding/any-address"],
  },
  {
    slug: "port-binding/http",
    fault: "speaks another protocol",
    edits: [
      webFirst('import { createServer as createTcp } from "node:net";'),
      web(
        "const server = createServer(",
        'const server = createTcp((socket) => socket.on("error", () => {}).end("hello\\r\\n"));\nserver.closeIdleConnections = () => {};\ncreateServer(',
      ),
    ],
    found: ["port-binding/http", "disposability/startup"],
  },
  {
    slug: "port-binding/second-port",
    fault: "locks its directory on the machine",
    edits: [
      webFirst(
        'import { createServer as createLock } from "node:net";\ncreateLock().listen("\\0good-node").on("error", () => process.exit(1));',
      ),
    ],
    found: ["port-binding/second-port", "codebase/many-deploys", "concurrency/two-webs"],
  },
  {
    slug: "port-binding/usual-ports-taken",
    fault: "opens a debug port where one is usual, and ends when it cannot",
    edits: [webBoot('createServer().listen(4567, "127.0.0.1").on("error", () => process.exit(1));')],
    found: [
      "port-binding/usual-ports-taken",
      "port-binding/second-port",
      "codebase/many-deploys",
      "concurrency/two-webs",
    ],
  },
  {
    slug: "port-binding/port-taken",
    fault: "takes the next port when its own is taken",
    edits: [
      web(
        "  process.stderr.write(`The server failed: ${error.message}\\n`);\n  process.exit(1);",
        '  server.listen(error.port + 1, "0.0.0.0");',
      ),
    ],
    found: ["port-binding/port-taken"],
  },
  {
    slug: "concurrency/two-webs",
    fault: "lets only one process of a database be ready",
    edits: [
      web(
        'const tables = await store.call({ op: "tables" });',
        'const owner = await store.call({ op: "get", key: "owner" });\n    if (owner && owner !== String(process.pid) && isAlive(owner)) return { status: 503, body: {} };\n    await store.call({ op: "set", key: "owner", value: String(process.pid) });\n    const tables = await store.call({ op: "tables" });',
      ),
      webBoot(
        "const isAlive = (pid) => { try { process.kill(Number(pid), 0); return true; } catch { return false; } };",
      ),
    ],
    found: ["concurrency/two-webs"],
  },
  {
    slug: "concurrency/foreground",
    fault: "runs the server as a daemon",
    edits: [edit("Procfile", "web: node src/web.js", "web: setsid --fork node src/web.js")],
    found: [
      "concurrency/foreground",
      "config/leave-one-out",
      "config/malformed-value",
      "backing-services/boot-during-outage",
      "port-binding/port-taken",
      "disposability/stops-accepting",
      "disposability/signal-reaches-app",
      "disposability/orphans",
    ],
  },
  {
    slug: "concurrency/pid-files",
    fault: "writes a pid file",
    edits: [
      webFirst(
        `import { writeFileSync } from "node:fs";\n${quietly('writeFileSync("web.pid", String(process.pid));')}`,
      ),
    ],
    found: ["concurrency/pid-files"],
  },
  {
    slug: "concurrency/process-types",
    fault: "has a worker that ends when there is nothing to do",
    edits: [worker("} else await pause(100);", "} else break;")],
    found: ["concurrency/process-types", "concurrency/shared-work"],
  },
  {
    slug: "concurrency/shared-work",
    fault: "has workers that do not claim their jobs",
    edits: [
      worker('{ op: "claim" }', '{ op: "peek" }'),
      worker(
        'await store.call({ op: "finish", id: job.id });',
        'await pause(150);\n      await store.call({ op: "run", id: job.id });',
      ),
    ],
    found: ["concurrency/shared-work"],
  },
  {
    slug: "disposability/startup",
    fault: "takes six seconds to start",
    edits: [webBoot("await new Promise((resolve) => setTimeout(resolve, 6_000));")],
    found: ["disposability/startup"],
  },
  {
    slug: "disposability/sigterm",
    fault: "ends with an error",
    edits: [web("    process.exit(0);", "    process.exit(1);")],
    found: ["disposability/sigterm"],
  },
  {
    slug: "disposability/sigterm",
    fault: "ignores SIGTERM",
    edits: [web(onTerm, 'process.on("SIGTERM", () => {\n  return;')],
    found: [
      "disposability/sigterm",
      "disposability/stops-accepting",
      "disposability/second-signal",
      "disposability/pid-1",
    ],
  },
  {
    slug: "disposability/companion-sigterm",
    fault: "has a worker that does not know SIGTERM",
    edits: [worker('process.on("SIGTERM", () => {\n  stopping = true;\n});', "")],
    found: ["disposability/companion-sigterm"],
  },
  {
    slug: "disposability/in-flight",
    fault: "exits at once on SIGTERM",
    edits: [web("  draining = true;", "  process.exit(0);")],
    found: ["disposability/in-flight", "disposability/second-signal"],
  },
  {
    slug: "disposability/in-flight",
    fault: "has no handler",
    edits: [web(onTerm, 'process.on("SIGUSR2", () => {\n  if (draining) return;')],
    found: [
      "disposability/in-flight",
      "disposability/second-signal",
      "disposability/sigterm",
      "disposability/pid-1",
    ],
  },
  {
    slug: "disposability/stops-accepting",
    fault: "goes on for three seconds as if nothing were",
    edits: [
      web(
        onTerm,
        'process.on("SIGTERM", async () => {\n  if (draining) return;\n  await new Promise((resolve) => setTimeout(resolve, 3_000));\n  if (draining) return;',
      ),
    ],
    found: ["disposability/stops-accepting"],
  },
  {
    slug: "disposability/second-signal",
    fault: "exits at a second SIGTERM",
    edits: [web("  if (draining) return;\n  draining", "  if (draining) process.exit(1);\n  draining")],
    found: ["disposability/second-signal"],
  },
  {
    slug: "disposability/pid-1",
    fault: "handles SIGTERM only when it is not process 1",
    edits: [web(onTerm, 'if (process.pid !== 1) process.on("SIGTERM", () => {\n  if (draining) return;')],
    found: ["disposability/pid-1"],
  },
  {
    slug: "disposability/signal-reaches-app",
    fault: "has a shell that stays in front of it",
    edits: [edit("Procfile", "web: node src/web.js", "web: node src/web.js; exit $?")],
    found: [
      "disposability/signal-reaches-app",
      "disposability/orphans",
      "disposability/stops-accepting",
      "disposability/pid-1",
    ],
  },
  {
    slug: "disposability/orphans",
    fault: "leaves a child behind",
    edits: [
      webFirst(
        'import { spawn } from "node:child_process";\nspawn("sleep", ["60"], { stdio: "ignore" }).unref();',
      ),
    ],
    found: ["disposability/orphans"],
  },
  {
    slug: "disposability/kill-9",
    fault: "does not start where its lock is left",
    edits: [
      webFirst(
        'import { rmSync, writeFileSync } from "node:fs";\nimport { tmpdir } from "node:os";\nwriteFileSync(`${tmpdir()}/web.lock`, "", { flag: "wx" });',
      ),
      web('log("info", "stopped");', "rmSync(`${tmpdir()}/web.lock`);"),
    ],
    found: ["disposability/kill-9"],
  },
  {
    slug: "disposability/interrupted-start",
    fault: "ignores SIGTERM until it serves",
    edits: [edit("Procfile", "web: node src/web.js", "web: trap '' TERM; sleep 0.5; exec node src/web.js")],
    found: ["disposability/interrupted-start"],
  },
  {
    slug: "disposability/worker-redelivery",
    fault: "has a worker that acknowledges before the work, and leaves it on SIGTERM",
    edits: [
      worker("  stopping = true;", "  process.exit(0);"),
      worker(
        'await store.call({ op: "finish", id: job.id });\n      await store.call({ op: "ack", id: job.id });',
        'await store.call({ op: "ack", id: job.id });\n      await pause(600);\n      await store.call({ op: "finish", id: job.id });',
      ),
    ],
    found: ["disposability/worker-redelivery", "disposability/worker-kill-9"],
  },
  {
    slug: "disposability/worker-kill-9",
    fault: "has a worker that acknowledges before the work",
    edits: [
      worker(
        'await store.call({ op: "finish", id: job.id });\n      await store.call({ op: "ack", id: job.id });',
        'await store.call({ op: "ack", id: job.id });\n      await pause(600);\n      await store.call({ op: "finish", id: job.id });',
      ),
    ],
    found: ["disposability/worker-kill-9"],
  },
  {
    slug: "dev-prod-parity/set-up",
    fault: "has a bin/setup that wants a file which nobody committed",
    edits: [edit("bin/setup", "echo 'SESSION_SECRET=local-secret' >.env", "cp .env.local .env")],
    found: ["dev-prod-parity/set-up"],
  },
  {
    slug: "dev-prod-parity/set-up",
    fault: "has a bin/dev that starts before its release",
    edits: [edit("bin/dev", "node --env-file=.env src/release.js\n", "")],
    found: ["dev-prod-parity/set-up"],
  },
  {
    slug: "dev-prod-parity/image",
    fault: "has an image that starts another program",
    edits: [edit("Dockerfile", '"src/web.js"', '"src/worker.js"')],
    found: ["dev-prod-parity/image"],
  },
  {
    slug: "dev-prod-parity/local-database",
    fault: "keeps a database in a file",
    edits: [
      webFirst(
        `import { writeFileSync } from "node:fs";\n${quietly('writeFileSync("data.sqlite", "SQLite format 3");')}`,
      ),
    ],
    found: ["dev-prod-parity/local-database"],
  },
  {
    slug: "logs/no-log-files",
    fault: "writes a log file as well",
    edits: [
      log("import { write }", "import { appendFileSync, write }"),
      log(
        "  queue = Buffer.concat",
        `  ${quietly('appendFileSync("app.log", `${msg}\\n`);')}\n  queue = Buffer.concat`,
      ),
    ],
    found: ["logs/no-log-files"],
  },
  {
    slug: "logs/stdout",
    fault: "logs to stderr",
    edits: [log("write(1, text", "write(2, text")],
    found: ["logs/stdout"],
  },
  {
    slug: "logs/no-syslog",
    fault: "writes to the system log as well",
    edits: [webFirst('import { connect } from "node:net";\nconnect("/dev/log").on("error", () => {});')],
    found: ["logs/no-syslog"],
  },
  {
    slug: "logs/unbuffered",
    fault: "writes its lines in blocks",
    edits: [
      log(
        "  flush();\n}\n\n/** Resolves",
        '  if (!log.timer) log.timer = setInterval(flush, 3_000).unref();\n  if (msg === "stopped") flush();\n}\n\n/** Resolves',
      ),
    ],
    found: ["logs/unbuffered"],
  },
  {
    slug: "logs/json",
    fault: "writes plain text",
    edits: [log("`${JSON.stringify(event)}\\n`", '`${Object.values(event).join(" ")}\\n`')],
    found: ["logs/json"],
  },
  {
    slug: "logs/time-ordered",
    fault: "writes wrong times",
    edits: [log("new Date().toISOString()", "new Date(Date.now() - Math.random() * 1e6).toISOString()")],
    found: ["logs/time-ordered"],
  },
  {
    slug: "logs/trace-id",
    fault: "drops the id of a request",
    edits: [web("status: result.status, trace }", "status: result.status }")],
    found: ["logs/trace-id"],
  },
  {
    slug: "logs/level",
    fault: "has its level in the code",
    edits: [log("threshold = levels.indexOf(config.level);", "threshold = 1;")],
    found: ["logs/level"],
  },
  {
    slug: "logs/flood",
    fault: "logs in a loop",
    edits: [
      webBoot('setInterval(() => { for (let i = 0; i < 20; i++) log("info", "x".repeat(2_000)); }, 10);'),
    ],
    found: ["logs/flood"],
  },
  {
    slug: "logs/reader-away",
    fault: "writes its log on the event loop",
    edits: [
      log("import { write }", "import { writeSync }"),
      log(
        "  flush();\n}\n\n/** Resolves",
        "  writeSync(1, queue);\n  queue = Buffer.alloc(0);\n}\n\n/** Resolves",
      ),
      log("function flush() {", "export function flush() {\n  const write = () => {};"),
    ],
    found: ["logs/reader-away"],
  },
  {
    slug: "admin/release",
    fault: "has a release whose tool is a development dependency",
    edits: [edit("src/release.js", '  log("info", "released");', '  await import("umzug");')],
    found: ["admin/release", "dev-prod-parity/set-up"],
  },
  {
    slug: "admin/same-runtime",
    fault: "has a release in another language",
    edits: [
      edit("Procfile", "release: node src/release.js", "release: bash bin/release"),
      write("bin/release", releaseInBash()),
    ],
    found: ["admin/same-runtime"],
  },
  {
    slug: "admin/tasks",
    fault: "has a task that fails",
    edits: [
      edit("src/seed.js", "await store.connected", 'await import("./missing.js");\nawait store.connected'),
    ],
    found: ["admin/tasks"],
  },
  {
    slug: "admin/beside-the-app",
    fault: "has a release that makes the running app unready",
    edits: [
      edit(
        "src/release.js",
        '  log("info", "released");',
        '  await store.call({ op: "set", key: "version", value: String(Date.now()) });\n  log("info", "released");',
      ),
      webBoot("let version = null;"),
      web(
        'const tables = await store.call({ op: "tables" });',
        'const now = await store.call({ op: "get", key: "version" });\n    version ??= now;\n    if (version !== now) return { status: 503, body: {} };\n    const tables = await store.call({ op: "tables" });',
      ),
    ],
    found: ["admin/beside-the-app"],
  },
];

export const node: Table = { language: "Node", good: "good-node", mutants };

/** Speaks to the store through bash's own sockets. */
function releaseInBash(): string {
  return [
    '[[ $STORE_URL =~ ^toy://([^:]*):([^@]*)@([^:]*):([0-9]*)/(.*)$ ]] || { echo "STORE_URL is not set" >&2; exit 1; }',
    'exec 3<>"/dev/tcp/${BASH_REMATCH[3]}/${BASH_REMATCH[4]}" || exit 1',
    'printf \'{"op":"hello","password":"%s","database":"%s"}\\n\' "${BASH_REMATCH[2]}" "${BASH_REMATCH[5]}" >&3',
    "read -r -t 5 _ <&3 || exit 1",
    'printf \'{"op":"create","table":"messages"}\\n\' >&3',
    "read -r -t 5 _ <&3 || exit 1",
    "read -r -t 0.3 _ <&3",
    "exit 0",
    "",
  ].join("\n");
}
