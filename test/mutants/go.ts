import { resolve } from "node:path";
import { type Edit, edit, type Table, write } from "./table.ts";

const web = (find: string, put: string): Edit => edit("web.go", find, put);
const worker = (find: string, put: string): Edit => edit("worker.go", find, put);
const config = (find: string, put: string): Edit => edit("config.go", find, put);
const log = (find: string, put: string): Edit => edit("log.go", find, put);
const store = (find: string, put: string): Edit => edit("store.go", find, put);

const listens = '\tlistener, err := net.Listen("tcp", ":"+config["PORT"])';
/** Put where the web process has its config, and does not listen yet. */
const webBoot = (text: string): Edit => web(listens, `\t${text}\n${listens}`);
/** A file of its own, whose code runs before anything else. */
const atStart = (imports: readonly string[], text: string): Edit =>
  write(
    "fault.go",
    `package main\n\nimport (\n${imports.map((name) => `\t"${name}"\n`).join("")})\n\nfunc init() {\n${text}\n}\n`,
  );
const onlyInWeb = (statement: string): string =>
  `if len(os.Args) > 1 && os.Args[1] == "web" {\n${statement}\n}`;

const mutants: Table["mutants"] = [
  {
    slug: "codebase/clean-clone",
    fault: "reads a file that git ignores",
    edits: [
      atStart(["os"], onlyInWeb('if _, err := os.Stat("generated.json"); err != nil {\npanic(err)\n}')),
      write("generated.json", "{}"),
      write(".gitignore", ".env\n/bin/good-go\ngenerated.json\n"),
    ],
    found: ["codebase/clean-clone"],
    committed: true,
  },
  {
    slug: "dependencies/build",
    fault: "is built from a file that git ignores",
    edits: [
      write("generated.go", 'package main\n\nconst greeting = "good-go"\n'),
      web('fields{"app": "good-go"}', 'fields{"app": greeting}'),
      write(".gitignore", ".env\n/bin/good-go\ngenerated.go\n"),
    ],
    found: ["dependencies/build"],
    committed: true,
  },
  {
    slug: "dependencies/system-tools",
    fault: "calls git for its version",
    edits: [atStart(["os", "os/exec"], onlyInWeb('exec.Command("git", "--version").Run()'))],
    found: ["dependencies/system-tools"],
  },
  {
    slug: "config/leave-one-out",
    fault: "has a default for a secret",
    edits: [config('{"LOG_LEVEL": "info"}', '{"LOG_LEVEL": "info", "SESSION_SECRET": "change-me"}')],
    found: ["config/leave-one-out"],
  },
  {
    slug: "config/malformed-value",
    fault: "takes any address of its store",
    edits: [config("`^toy://\\S+$`", "`.*`")],
    found: ["config/malformed-value", "config/all-problems-at-once"],
  },
  {
    slug: "config/all-problems-at-once",
    fault: "tells only the first problem",
    edits: [config("errors.Join(problems...)", "errors.Join(problems[:1]...)")],
    found: ["config/all-problems-at-once"],
  },
  {
    slug: "config/dotenv-poison",
    fault: "lets a .env override the environment",
    edits: [
      atStart(
        ["os", "strings"],
        'text, _ := os.ReadFile(".env")\nfor _, line := range strings.Split(string(text), "\\n") {\nif name, value, ok := strings.Cut(line, "="); ok {\nos.Setenv(name, value)\n}\n}',
      ),
    ],
    found: ["config/dotenv-poison"],
  },
  {
    slug: "config/unknown-environment",
    fault: "has a table of named environments",
    edits: [
      atStart(
        ["os"],
        'if name := os.Getenv("APP_ENV"); name != "" && name != "development" && name != "production" {\npanic("unknown environment")\n}',
      ),
    ],
    found: ["config/unknown-environment"],
  },
  {
    slug: "config/canary-secrets",
    fault: "logs its config",
    edits: [webBoot('log("info", "configured", map[string]any{"config": config})')],
    found: ["config/canary-secrets"],
  },
  {
    slug: "config/secrets-in-errors",
    fault: "shows the value that is wrong",
    edits: [
      config(
        'fmt.Errorf("%s is not %s", name, forms[name].words)',
        'fmt.Errorf("%s is not %s: %s", name, forms[name].words, value)',
      ),
    ],
    found: ["config/secrets-in-errors"],
  },
  {
    slug: "config/rotated-credentials",
    fault: "reads the file with its credentials once",
    edits: [
      store(
        "return &store{locate: locate,",
        "url := locate()\n\treturn &store{locate: func() string { return url },",
      ),
    ],
    found: ["config/rotated-credentials"],
  },
  {
    slug: "backing-services/outage",
    fault: "says that it is ready without asking its store",
    edits: [
      web('found, err := a.store.call("tables", nil)', 'found, err := any([]any{"messages"}), error(nil)'),
    ],
    found: ["backing-services/outage"],
  },
  {
    slug: "backing-services/recovery",
    fault: "keeps a connection that is broken",
    edits: [
      store(
        "\t\tconn.Close()\n\t\tvar timeout",
        "\t\ts.giveBack(conn)\n\t\treturn nil, err\n\t\tvar timeout",
      ),
    ],
    found: ["backing-services/recovery", "config/rotated-credentials"],
  },
  {
    slug: "backing-services/boot-during-outage",
    fault: "waits for its store in silence, and listens only then",
    edits: [
      webBoot(
        'for {\n\t\tif _, err := app.store.call("tables", nil); err == nil {\n\t\t\tbreak\n\t\t}\n\t\ttime.Sleep(200 * time.Millisecond)\n\t}',
      ),
    ],
    found: ["backing-services/boot-during-outage"],
  },
  {
    slug: "build-release-run/read-only",
    fault: "writes a cache beside its code",
    edits: [
      atStart(
        ["os"],
        onlyInWeb('if err := os.WriteFile("cache.json", nil, 0o644); err != nil {\npanic(err)\n}'),
      ),
    ],
    found: ["build-release-run/read-only", "processes/write-audit"],
  },
  {
    slug: "build-release-run/release-idempotent",
    fault: "fails when the migration was done already",
    edits: [
      edit(
        "release.go",
        '!slices.Contains(tables, any("messages")) {',
        'slices.Contains(tables, any("messages")) {\n\t\treturn errors.New("there is a table messages already")\n\t} else {',
      ),
      edit("release.go", "import (\n", 'import (\n\t"errors"\n'),
    ],
    found: ["build-release-run/release-idempotent"],
  },
  {
    slug: "build-release-run/migrate-on-boot",
    fault: "migrates when the web process starts",
    edits: [webBoot('app.store.call("create", fields{"table": "messages"})')],
    found: ["build-release-run/migrate-on-boot"],
  },
  {
    slug: "build-release-run/release-id",
    fault: "does not tell its release",
    edits: [log(', "release": releaseID}', "}")],
    found: ["build-release-run/release-id"],
  },
  {
    slug: "processes/cookie-hop",
    fault: "keeps sessions in memory",
    edits: [
      web("draining atomic.Bool", "draining atomic.Bool\n\tsessions sync.Map"),
      web('"sync/atomic"', '"sync"\n\t"sync/atomic"'),
      web(
        'if _, err := a.store.call("set", fields{"key": "session " + session, "value": "visitor"}); err != nil {\n\t\tunavailable(w, err)\n\t\treturn\n\t}',
        'a.sessions.Store(session, "visitor")',
      ),
      web(
        'user, err := a.store.call("get", fields{"key": "session " + parts[1]})',
        "user, _ := a.sessions.Load(parts[1])",
      ),
    ],
    found: ["processes/cookie-hop"],
  },
  {
    slug: "processes/shared-data",
    fault: "keeps messages in memory",
    edits: [
      web("draining atomic.Bool", "draining atomic.Bool\n\tmutex sync.Mutex\n\tmessages []any"),
      web('"sync/atomic"', '"sync"\n\t"sync/atomic"'),
      web(
        'messages, err := a.store.call("list", nil)\n\tif err != nil {\n\t\tunavailable(w, err)\n\t\treturn\n\t}',
        "a.mutex.Lock()\n\tdefer a.mutex.Unlock()\n\tmessages := append([]any{}, a.messages...)",
      ),
      web(
        'if _, err := a.store.call("add", fields{"message": message}); err != nil {\n\t\tunavailable(w, err)\n\t\treturn\n\t}',
        "a.mutex.Lock()\n\ta.messages = append(a.messages, message)\n\ta.mutex.Unlock()",
      ),
    ],
    found: ["processes/shared-data", "processes/restart-persistence"],
  },
  {
    slug: "processes/write-audit",
    fault: "keeps what was sent in a directory of its own",
    edits: [
      web(
        "\tanswer(w, 201, message)",
        '\tos.Mkdir("uploads", 0o755)\n\tos.WriteFile("uploads/"+message["id"].(string), nil, 0o644)\n\tanswer(w, 201, message)',
      ),
    ],
    found: ["processes/write-audit"],
  },
  {
    slug: "port-binding/port-variable",
    fault: "has its port in the code",
    edits: [web('":"+config["PORT"])', '":24656")')],
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
    edits: [web('":"+config["PORT"])', '"127.0.0.1:"+config["PORT"])')],
    found: ["port-binding/any-address"],
  },
  {
    slug: "port-binding/port-taken",
    fault: "ends well when its port is taken",
    edits: [
      web(`${listens}\n\tif err != nil {\n\t\treturn err`, `${listens}\n\tif err != nil {\n\t\treturn nil`),
    ],
    found: ["port-binding/port-taken"],
  },
  {
    slug: "concurrency/pid-files",
    fault: "writes a pid file",
    edits: [
      atStart(["fmt", "os"], onlyInWeb('os.WriteFile("web.pid", []byte(fmt.Sprint(os.Getpid())), 0o644)')),
    ],
    found: ["concurrency/pid-files"],
  },
  {
    slug: "concurrency/shared-work",
    fault: "has workers that do not claim their jobs",
    edits: [
      worker('store.call("claim", nil)', 'store.call("peek", nil)'),
      worker(
        'if _, err := store.call("finish", fields{"id": id}); err != nil {',
        'time.Sleep(150 * time.Millisecond)\n\tif _, err := store.call("run", fields{"id": id}); err != nil {',
      ),
    ],
    found: ["concurrency/shared-work"],
  },
  {
    slug: "disposability/startup",
    fault: "takes six seconds to start",
    edits: [atStart(["os", "time"], onlyInWeb("time.Sleep(6 * time.Second)"))],
    found: ["disposability/startup"],
  },
  {
    slug: "disposability/sigterm",
    fault: "ends with an error",
    edits: [
      web(
        '\tlog("info", "stopped", nil)\n\treturn nil',
        '\tlog("info", "stopped", nil)\n\treturn http.ErrServerClosed',
      ),
    ],
    found: ["disposability/sigterm"],
  },
  {
    slug: "disposability/companion-sigterm",
    fault: "has a worker that does not know SIGTERM",
    edits: [worker("syscall.SIGTERM", "syscall.SIGUSR1")],
    found: ["disposability/companion-sigterm"],
  },
  {
    slug: "disposability/in-flight",
    fault: "ends at once on SIGTERM",
    edits: [web("\tapp.draining.Store(true)\n", "\tos.Exit(0)\n\tapp.draining.Store(true)\n")],
    found: ["disposability/in-flight", "disposability/second-signal"],
  },
  {
    slug: "disposability/stops-accepting",
    fault: "goes on for three seconds as if nothing were",
    edits: [web("\tapp.draining.Store(true)\n", "\ttime.Sleep(3 * time.Second)\n")],
    found: ["disposability/stops-accepting"],
  },
  {
    slug: "disposability/kill-9",
    fault: "does not start where its lock is left",
    edits: [
      web(
        listens,
        `\tlock, err := os.OpenFile(os.TempDir()+"/web.lock", os.O_CREATE|os.O_EXCL, 0o644)\n\tif err != nil {\n\t\treturn err\n\t}\n\tdefer os.Remove(lock.Name())\n${listens}`,
      ),
    ],
    found: ["disposability/kill-9"],
  },
  {
    slug: "disposability/worker-redelivery",
    fault: "has a worker that acknowledges before the work, and leaves it on SIGTERM",
    edits: [
      worker(
        "ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)\n\tdefer stop()",
        "ctx := context.Background()",
      ),
      worker('\t"os/signal"\n\t"syscall"\n', ""),
      worker(
        'if _, err := store.call("finish", fields{"id": id}); err != nil {\n\t\treturn nil, err\n\t}\n\t_, err = store.call("ack", fields{"id": id})',
        'if _, err := store.call("ack", fields{"id": id}); err != nil {\n\t\treturn nil, err\n\t}\n\ttime.Sleep(600 * time.Millisecond)\n\t_, err = store.call("finish", fields{"id": id})',
      ),
      atStart(
        ["os", "os/signal", "syscall"],
        'if len(os.Args) > 1 && os.Args[1] == "worker" {\nstop := make(chan os.Signal, 1)\nsignal.Notify(stop, syscall.SIGTERM)\ngo func() {\n<-stop\nos.Exit(0)\n}()\n}',
      ),
    ],
    found: ["disposability/worker-redelivery", "disposability/worker-kill-9"],
  },
  {
    slug: "logs/no-log-files",
    fault: "writes a log file as well",
    edits: [
      log(
        "\tselect {\n\tcase lines <- append(text, '\\n'):",
        "\tif file, err := os.OpenFile(\"app.log\", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err == nil {\n\t\tfile.Write(text)\n\t\tfile.Close()\n\t}\n\tselect {\n\tcase lines <- append(text, '\\n'):",
      ),
    ],
    found: ["logs/no-log-files"],
  },
  {
    slug: "logs/stdout",
    fault: "logs to stderr",
    edits: [log("os.Stdout.Write(line)", "os.Stderr.Write(line)")],
    found: ["logs/stdout"],
  },
  {
    slug: "logs/unbuffered",
    fault: "writes through a buffer that is flushed at the end",
    edits: [
      log("import (\n", 'import (\n\t"bufio"\n'),
      log(
        "\tfor line := range lines {",
        "\tout := bufio.NewWriterSize(os.Stdout, 1<<20)\n\tfor line := range lines {",
      ),
      log("os.Stdout.Write(line)", "out.Write(line)"),
      log("\t\t\tclose(line)", "\t\t\tout.Flush()\n\t\t\tclose(line)"),
    ],
    found: ["logs/unbuffered"],
  },
  {
    slug: "logs/json",
    fault: "writes plain text",
    edits: [
      log("import (\n", 'import (\n\t"bytes"\n'),
      log("append(text, '\\n')", "append(bytes.ReplaceAll(text, []byte{'\"'}, nil), '\\n')"),
    ],
    found: ["logs/json"],
  },
  {
    slug: "logs/trace-id",
    fault: "drops the id of a request",
    edits: [web('event["trace"] = found[1]', "_ = found")],
    found: ["logs/trace-id"],
  },
  {
    slug: "logs/level",
    fault: "has its level in the code",
    edits: [log("threshold = slices.Index(levels, level)", "threshold = 1")],
    found: ["logs/level"],
  },
  {
    slug: "logs/reader-away",
    fault: "writes its log in the goroutine of the request",
    edits: [
      log(
        "\tselect {\n\tcase lines <- append(text, '\\n'):\n\tdefault:\n\t}\n}\n\n// flush",
        "\tos.Stdout.Write(append(text, '\\n'))\n}\n\n// flush",
      ),
    ],
    found: ["logs/reader-away"],
  },
  {
    slug: "admin/release",
    fault: "has a release whose tool is not installed",
    edits: [
      edit(
        "release.go",
        '\tlog("info", "released", nil)\n\treturn nil',
        '\tlog("info", "released", nil)\n\treturn exec.Command("goose-of-the-developer").Run()',
      ),
      edit("release.go", "import (\n", 'import (\n\t"os/exec"\n'),
    ],
    found: ["admin/release"],
  },
  {
    slug: "admin/tasks",
    fault: "has a task that fails",
    edits: [edit("bin/seed", "bin/good-go seed", "bin/good-go sow")],
    found: ["admin/tasks"],
  },
];

/** All copies are built with one cache: in one of its own each would compile Go's library first. */
const build = `GOCACHE='${resolve("node_modules/.cache/go-build")}' GOTOOLCHAIN=local CGO_ENABLED=0 go build -buildvcs=false -o bin/ ./...`;

export const go: Table = { language: "Go", good: "good-go", build, mutants };
