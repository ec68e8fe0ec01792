import { type Edit, edit, type Table, write } from "./table.ts";

const web = (find: string, put: string): Edit => edit("app/web.py", find, put);
const worker = (find: string, put: string): Edit => edit("app/worker.py", find, put);
const config = (find: string, put: string): Edit => edit("app/config.py", find, put);
const log = (find: string, put: string): Edit => edit("app/log.py", find, put);
const store = (find: string, put: string): Edit => edit("app/store.py", find, put);

/** Put before the first line of the web process. */
const webFirst = (text: string): Edit => web("import hashlib", `${text}\nimport hashlib`);
/** Put after its config was read. */
const webBoot = (text: string): Edit =>
  web("store = Store(locate_store)", `store = Store(locate_store)\n${text}`);
/** Does what it can, and is silent where it cannot. */
const quietly = (statement: string): string => `try:\n    ${statement}\nexcept OSError:\n    pass`;

const mutants: Table["mutants"] = [
  {
    slug: "codebase/clean-clone",
    fault: "imports a module that git ignores",
    edits: [
      webFirst("import app.generated"),
      write("app/generated.py", ""),
      write(".gitignore", "generated.py\n"),
    ],
    found: ["codebase/clean-clone"],
    committed: true,
  },
  {
    slug: "dependencies/system-tools",
    fault: "calls git for its version",
    edits: [webFirst('import subprocess\nsubprocess.run(["git", "--version"], stdout=subprocess.DEVNULL)')],
    found: ["dependencies/system-tools"],
  },
  {
    slug: "config/leave-one-out",
    fault: "has a default for a secret",
    edits: [config("DEFAULTS = {", 'DEFAULTS = {"SESSION_SECRET": "change-me", ')],
    found: ["config/leave-one-out"],
  },
  {
    slug: "config/leave-one-out",
    fault: "asks for its secret when it is needed",
    edits: [
      web(
        '["PORT", "STORE_URL", "SESSION_SECRET", "WEB_CONCURRENCY"]',
        '["PORT", "STORE_URL", "WEB_CONCURRENCY"]',
      ),
      web("import json", "import json\nimport os"),
      web("config.session_secret", 'os.environ["SESSION_SECRET"]'),
    ],
    found: ["config/leave-one-out"],
  },
  {
    slug: "config/malformed-value",
    fault: "takes any address of its store",
    edits: [config('r"toy://\\S+"', 'r".*"')],
    found: ["config/malformed-value", "config/all-problems-at-once"],
  },
  {
    slug: "config/all-problems-at-once",
    fault: "tells only the first problem",
    edits: [config("for each in problems)", "for each in problems[:1])")],
    found: ["config/all-problems-at-once"],
  },
  {
    slug: "config/dotenv-poison",
    fault: "lets a .env override the environment",
    edits: [
      config(
        "LEVELS = ",
        'if os.path.exists(".env"):\n    with open(".env") as file:\n        os.environ.update(line.strip().split("=", 1) for line in file if "=" in line)\nLEVELS = ',
      ),
    ],
    found: ["config/dotenv-poison"],
  },
  {
    slug: "config/unknown-environment",
    fault: "has a table of named environments",
    edits: [
      config(
        "LEVELS = ",
        '{"development": 1, "production": 2}[os.environ.get("APP_ENV", "production")]\nLEVELS = ',
      ),
    ],
    found: ["config/unknown-environment"],
  },
  {
    slug: "config/canary-secrets",
    fault: "logs its config",
    edits: [webBoot('log("info", "configured", **vars(config) | {"release": config.release})')],
    found: ["config/canary-secrets"],
  },
  {
    slug: "config/secrets-in-errors",
    fault: "shows the value that is wrong",
    edits: [config('f"{name} is not {words}"', 'f"{name} is not {words}: {value}"')],
    found: ["config/secrets-in-errors"],
  },
  {
    slug: "config/rotated-credentials",
    fault: "reads the file with its credentials once",
    edits: [store("self.locate = locate", "url = locate()\n        self.locate = lambda: url")],
    found: ["config/rotated-credentials"],
  },
  {
    slug: "backing-services/outage",
    fault: "says that it is ready without asking its store",
    edits: [web('tables = store.call("tables")', 'tables = ["messages"]')],
    found: ["backing-services/outage"],
  },
  {
    slug: "backing-services/recovery",
    fault: "keeps a connection that is broken",
    edits: [store("            self.close()\n            if not", "            if True or not")],
    found: ["backing-services/recovery"],
  },
  {
    slug: "build-release-run/read-only",
    fault: "writes a cache beside its code",
    edits: [webFirst('open("cache.json", "w").close()')],
    found: ["build-release-run/read-only", "processes/write-audit"],
  },
  {
    slug: "build-release-run/release-idempotent",
    fault: "fails when the migration was done already",
    edits: [
      edit(
        "app/release.py",
        '    if "messages" not in tables:\n        store.call("create", table="messages")',
        '    if "messages" in tables:\n        raise ValueError("there is a table messages already")\n    store.call("create", table="messages")',
      ),
    ],
    found: ["build-release-run/release-idempotent"],
  },
  {
    slug: "build-release-run/migrate-on-boot",
    fault: "migrates when the web process starts",
    edits: [webBoot(`try:\n    store.call("create", table="messages")\nexcept OSError:\n    pass`)],
    found: ["build-release-run/migrate-on-boot"],
  },
  {
    slug: "build-release-run/release-id",
    fault: "does not tell its release",
    edits: [log(', "release": _state["release"]', "")],
    found: ["build-release-run/release-id"],
  },
  {
    slug: "processes/cookie-hop",
    fault: "keeps sessions in memory",
    edits: [
      web("draining = ", "sessions = set()\ndraining = "),
      web('store.call("set", key=f"session {session}", value="visitor")', "sessions.add(session)"),
      web('store.call("get", key=f"session {found[1]}") if known', "found[1] in sessions if known"),
    ],
    found: ["processes/cookie-hop"],
  },
  {
    slug: "processes/shared-data",
    fault: "keeps messages in memory",
    edits: [
      web("draining = ", "messages = []\ndraining = "),
      web('return 200, store.call("list")', "return 200, messages"),
      web('store.call("add", message=message)', "messages.append(message)"),
    ],
    found: ["processes/shared-data", "processes/restart-persistence"],
  },
  {
    slug: "processes/write-audit",
    fault: "keeps what was sent in a directory of its own",
    edits: [
      web("import json", "import json\nimport os"),
      web(
        "    return 201, message",
        '    try:\n        os.makedirs("uploads", exist_ok=True)\n        open(f"uploads/{message[\'id\']}", "w").close()\n    except OSError:\n        pass\n    return 201, message',
      ),
    ],
    found: ["processes/write-audit"],
  },
  {
    slug: "port-binding/port-variable",
    fault: "has its port in the code",
    edits: [web('("0.0.0.0", int(config.port))', '("0.0.0.0", 24_655)')],
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
    slug: "port-binding/port-taken",
    fault: "ends well when its port is taken",
    edits: [web('sys.exit(f"The server failed: {error}")', "sys.exit(0)")],
    found: ["port-binding/port-taken"],
  },
  {
    slug: "concurrency/web-concurrency",
    fault: "has the number of its threads in the code",
    edits: [web("int(config.web_concurrency)", "8")],
    found: ["concurrency/web-concurrency"],
  },
  {
    slug: "concurrency/pid-files",
    fault: "writes a pid file",
    edits: [webFirst(`import os\n${quietly('open("web.pid", "w").write(str(os.getpid()))')}`)],
    found: ["concurrency/pid-files"],
  },
  {
    slug: "concurrency/shared-work",
    fault: "has workers that do not claim their jobs",
    edits: [
      worker('store.call("claim")', 'store.call("peek")'),
      worker(
        'store.call("finish", id=job["id"])',
        'time.sleep(0.15)\n            store.call("run", id=job["id"])',
      ),
    ],
    found: ["concurrency/shared-work"],
  },
  {
    slug: "disposability/startup",
    fault: "takes six seconds to start",
    edits: [webBoot("import time\ntime.sleep(6)")],
    found: ["disposability/startup"],
  },
  {
    slug: "disposability/sigterm",
    fault: "ends with an error",
    edits: [
      web(
        '    log("info", "stopped")\n    flush()',
        '    log("info", "stopped")\n    flush()\n    sys.exit(1)',
      ),
    ],
    found: ["disposability/sigterm"],
  },
  {
    slug: "disposability/companion-sigterm",
    fault: "has a worker that does not know SIGTERM",
    edits: [worker("signal.signal(signal.SIGTERM, stop)\n", "")],
    found: ["disposability/companion-sigterm"],
  },
  {
    slug: "disposability/in-flight",
    fault: "ends at once on SIGTERM",
    edits: [web("    def drain(*_):\n", "    def drain(*_):\n        import os\n        os._exit(0)\n")],
    found: ["disposability/in-flight", "disposability/second-signal"],
  },
  {
    slug: "disposability/stops-accepting",
    fault: "goes on for three seconds as if nothing were",
    edits: [
      web("            draining.set()\n", ""),
      web("if not draining.is_set():", "if True:"),
      web("threading.Thread(target=server.shutdown).start()", "threading.Timer(3, server.shutdown).start()"),
    ],
    found: ["disposability/stops-accepting"],
  },
  {
    slug: "disposability/signal-reaches-app",
    fault: "has a shell that stays in front of it",
    edits: [edit("Procfile", "web: python3 -m app.web", "web: python3 -m app.web; exit $?")],
    found: [
      "disposability/signal-reaches-app",
      "disposability/orphans",
      "disposability/stops-accepting",
      "disposability/pid-1",
    ],
  },
  {
    slug: "disposability/kill-9",
    fault: "does not start where its lock is left",
    edits: [
      webFirst(
        'import os\nimport tempfile\nlock = os.path.join(tempfile.gettempdir(), "web.lock")\nopen(lock, "x").close()',
      ),
      web('    log("info", "stopped")', '    os.remove(lock)\n    log("info", "stopped")'),
    ],
    found: ["disposability/kill-9"],
  },
  {
    slug: "disposability/worker-redelivery",
    fault: "has a worker that acknowledges before the work, and leaves it on SIGTERM",
    edits: [
      worker("    stopping = True", "    raise SystemExit(0)"),
      worker(
        'store.call("finish", id=job["id"])\n            store.call("ack", id=job["id"])',
        'store.call("ack", id=job["id"])\n            time.sleep(0.6)\n            store.call("finish", id=job["id"])',
      ),
    ],
    found: ["disposability/worker-redelivery", "disposability/worker-kill-9"],
  },
  {
    slug: "dev-prod-parity/local-database",
    fault: "keeps a database in a file",
    edits: [
      webFirst(
        'import sqlite3\ntry:\n    sqlite3.connect("local.db").execute("create table if not exists t (a)")\nexcept sqlite3.Error:\n    pass',
      ),
    ],
    found: ["dev-prod-parity/local-database"],
  },
  {
    slug: "logs/no-log-files",
    fault: "writes a log file as well",
    edits: [
      log(
        "    try:\n        _lines.put_nowait(json",
        '    try:\n        with open("app.log", "a") as file:\n            file.write(msg)\n    except OSError:\n        pass\n    try:\n        _lines.put_nowait(json',
      ),
    ],
    found: ["logs/no-log-files"],
  },
  {
    slug: "logs/stdout",
    fault: "logs to stderr",
    edits: [log("os.write(1, text)", "os.write(2, text)")],
    found: ["logs/stdout"],
  },
  {
    slug: "logs/unbuffered",
    fault: "prints, and never flushes",
    edits: [
      log(
        "        text = line.encode()\n        while text:\n            text = text[os.write(1, text) :]",
        '        print(line, end="")',
      ),
    ],
    found: ["logs/unbuffered"],
  },
  {
    slug: "logs/json",
    fault: "writes plain text",
    edits: [log('json.dumps(event) + "\\n"', '" ".join(map(str, event.values())) + "\\n"')],
    found: ["logs/json"],
  },
  {
    slug: "logs/trace-id",
    fault: "drops the id of a request",
    edits: [web("status=status, trace=trace and trace[1])", "status=status)")],
    found: ["logs/trace-id"],
  },
  {
    slug: "logs/level",
    fault: "has its level in the code",
    edits: [log("LEVELS.index(config.log_level)", "1")],
    found: ["logs/level"],
  },
  {
    slug: "logs/reader-away",
    fault: "writes its log in the thread of the request",
    edits: [
      log(
        '_lines.put_nowait(json.dumps(event) + "\\n")',
        'os.write(1, (json.dumps(event) + "\\n").encode())',
      ),
    ],
    found: ["logs/reader-away"],
  },
  {
    slug: "admin/release",
    fault: "has a release whose tool is not installed",
    edits: [edit("app/release.py", '    log("info", "released")', "    import alembic_of_the_developer")],
    found: ["admin/release"],
  },
  {
    slug: "admin/tasks",
    fault: "has a task that fails",
    edits: [edit("app/seed.py", "store.connected(5)", "import app.missing\n\nstore.connected(5)")],
    found: ["admin/tasks"],
  },
];

export const python: Table = { language: "Python", good: "good-python", mutants };
