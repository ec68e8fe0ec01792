import { describe, expect, test } from "vitest";
import { inspect } from "../../src/check/inspect.ts";
import { repoOf } from "../../src/check/repo.ts";
import type { Files } from "./static-cases.ts";

/** The slugs of what is found, advice left out. */
async function found(files: Files): Promise<string[]> {
  const { findings } = await inspect(repoOf(files));
  const serious = findings.filter(({ severity }) => severity !== "advice");
  return [...new Set(serious.map(({ slug }) => slug))].sort();
}

const lock = { "package-lock.json": "{}" };
const ci = { ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: npm ci\n" };

describe("foreign shapes", () => {
  test("right words in comments and strings, wrong behaviour", async () => {
    const app = `
      // Twelve-factor: reads process.env.PORT and process.env.DATABASE_URL, logs JSON to stdout,
      // closes the server on SIGTERM: process.on("SIGTERM", () => server.close()).
      /* Sessions live in Redis: session({ store: new RedisStore() }) */
      const express = require("express");
      const session = require("express-session"); // with a Redis store
      const winston = require("winston");
      const database = "postgres://app:hunter2@10.0.0.5:5432/app"; // from process.env.DATABASE_URL
      const log = winston.createLogger({ transports: [new winston.transports.File({ filename: "stdout.log" })] });
      const app = express();
      app.use(session({ secret: "process.env.SESSION_SECRET", resave: false }));
      app.get("/", (request, response) => response.send("stateless, graceful shutdown, port binding"));
      process.on("SIGTERM", () => { console.log("graceful shutdown"); });
      app.listen(3000, "localhost");
    `;
    const files = {
      ...lock,
      ...ci,
      "package.json": '{ "dependencies": { "express": "5", "express-session": "1", "winston": "3" } }',
      "server.js": app,
      "README.md": "Uses PORT, SIGTERM, stdout, a lockfile and Redis.",
    };
    expect(await found(files)).toEqual([
      "config/services-in-code",
      "disposability/sigterm-handler",
      "logs/files",
      "port-binding/literal-port",
      "port-binding/loopback",
      "processes/sessions",
    ]);
  });

  test("Express with an in-memory session, and a port with a default", async () => {
    const files = {
      ...lock,
      "package.json":
        '{ "scripts": { "start": "node index.js" }, "dependencies": { "express": "5", "express-session": "1" } }',
      "index.js": `import express from "express";
        import session from "express-session";
        const app = express();
        app.use(session({ secret: process.env.SESSION_SECRET, resave: false }));
        const server = app.listen(process.env.PORT || 3000);
        for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => server.close());`,
    };
    expect(await found(files)).toEqual(["processes/sessions"]);
  });

  test("Flask under gunicorn", async () => {
    const files = {
      Procfile: "web: gunicorn app:app --log-file -\n",
      "requirements.txt": "Flask==3.1.0\ngunicorn==23.0.0\n",
      "runtime.txt": "python-3.13.1\n",
      "app.py": `import os
from flask import Flask
app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
if __name__ == "__main__":
    app.run(debug=True)
`,
    };
    expect(await found(files)).toEqual([]);
  });

  test("Django as it is generated", async () => {
    const files = {
      "manage.py": 'import os, sys\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")\n',
      "requirements.txt": "Django==5.2\npsycopg==3.3\n",
      Procfile: "web: python manage.py runserver 0.0.0.0:$PORT\n",
      "site/settings.py": `from pathlib import Path
SECRET_KEY = "django-insecure-abc123def456"
DEBUG = True
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
`,
    };
    expect(await found(files)).toEqual([
      "backing-services/embedded-database",
      "build-release-run/development-server",
      "config/secrets-in-code",
    ]);
  });

  test("Go with net/http and a Dockerfile, no Procfile", async () => {
    const files = {
      "go.mod": "module example.com/a\n\ngo 1.26\n",
      Dockerfile: `FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN go build -o /app .
FROM gcr.io/distroless/static:nonroot
COPY --from=build /app /app
ENTRYPOINT ["/app"]
`,
      ".dockerignore": ".git\n",
      "main.go": `package main
import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: ":" + os.Getenv("PORT")}
	go server.ListenAndServe()
	<-ctx.Done()
	server.Shutdown(context.Background())
}
`,
    };
    expect(await found(files)).toEqual([]);
  });

  test("a Procfile with shell syntax", async () => {
    const files = { Procfile: "web: cd app && PORT=3000 npm run migrate && node web.js > log.txt 2>&1 &\n" };
    expect(await found(files)).toEqual([
      "build-release-run/migrate-at-start",
      "concurrency/daemonize",
      "disposability/launcher",
      "logs/redirect",
    ]);
  });

  test("no Procfile but a Dockerfile of the usual kind", async () => {
    const files = {
      ...lock,
      "package.json":
        '{ "scripts": { "start": "node server.js", "build": "tsc" }, "dependencies": { "express": "5" } }',
      Dockerfile:
        "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm install && npm run build\nEXPOSE 3000\nCMD npm start\n",
      "server.js":
        'const app = require("express")();\nconst PORT = 3000;\napp.listen(PORT, () => console.log("up"));\n',
    };
    expect(await found(files)).toEqual([
      "build-release-run/context",
      "build-release-run/stages",
      "dependencies/end-of-life",
      "dependencies/frozen-install",
      "disposability/launcher",
      "disposability/shell-form",
      "disposability/sigterm-handler",
      "port-binding/literal-port",
    ]);
  });

  test("a monorepo with a workspace", async () => {
    const app = (name: string) => ({
      [`apps/${name}/package.json`]: `{ "name": "@x/${name}", "dependencies": { "@x/shared": "workspace:*" } }`,
      [`apps/${name}/Procfile`]: "web: node index.js\n",
      [`apps/${name}/index.js`]: 'import { y } from "@x/shared";\n',
    });
    const files = {
      ...app("one"),
      ...app("two"),
      "packages/shared/package.json": '{ "name": "@x/shared" }',
      "package.json": '{ "workspaces": ["apps/*", "packages/*"] }',
      ...lock,
    };
    expect(await found(files)).toEqual([]);
  });

  test("no HTTP at all, and a worker only", async () => {
    const files = {
      Procfile: "worker: python worker.py\n",
      "pyproject.toml": '[project]\nname = "w"\nrequires-python = ">=3.13"\ndependencies = ["pika>=1"]\n',
      "uv.lock": "",
      "worker.py": `import os, signal, pika
connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
channel = connection.channel()
channel.basic_consume("jobs", work, auto_ack=False)
signal.signal(signal.SIGTERM, lambda *_: channel.stop_consuming())
channel.start_consuming()
`,
    };
    expect(await found(files)).toEqual([]);
    const { notRun } = await inspect(repoOf(files));
    expect(notRun.map(({ slug }) => slug)).toContain("port-binding/literal-port");
  });

  test("source in another language is not read, and the report says so", async () => {
    const files = {
      Gemfile: 'gem "sinatra"\n',
      "Gemfile.lock": "",
      Procfile: "web: bundle exec puma -p 3000\n",
      "app.rb": 'DB = "postgres://a:b@db/x"\n',
    };
    const { unread, findings } = await inspect(repoOf(files));
    expect(unread).toEqual(["Ruby"]);
    expect(findings.filter(({ file }) => file === "app.rb")).toEqual([]);
  });

  test("an empty repo, and files that are not what they are called", async () => {
    expect(await found({})).toEqual([]);
    const files = {
      "package.json": "{ nope",
      "compose.yaml": "a: [b\n: c",
      "fly.toml": "= = =",
      Dockerfile: "\\\n\\",
      Procfile: ":::\n",
      "a.js": "const { = ) (process.env.X } (",
      "b.py": "def (:\n  os.environ[",
      "c.go": "func {{{ os.Getenv(",
      ".env.schema": "@@@\n",
    };
    expect(await found(files)).toEqual(["concurrency/procfile"]);
  });
});

describe("what is shown", () => {
  test("no secret, and nothing that a terminal acts on", async () => {
    const files = {
      "a.js":
        'const password = "hunter2hunter2"; const t = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"; // \u001b[31m\n',
      "b.js":
        'const url = "postgres://app:swordfish@db/x";\nconst token = process.env.API_TOKEN || "zyxwvu98";\n',
      ".env": "API_KEY=plughxyzzy\n",
      "fly.toml": '[env]\nDB_PASSWORD = "opensesame1"\n',
      Dockerfile: "FROM node:24\nENV SECRET_KEY=opensesame2\n",
      Procfile: "web: API_TOKEN=opensesame3 npm start\n",
    };
    const shown = JSON.stringify(await inspect(repoOf(files)));
    for (const secret of [
      "hunter2",
      "ghp_abc",
      "swordfish",
      "zyxwvu98",
      "plughxyzzy",
      "opensesame",
      "\\u001b",
    ])
      expect(shown).not.toContain(secret);
  });

  test("the line and the words of the file", async () => {
    const { findings } = await inspect(repoOf({ "src/a.js": "\n\napp.listen(8080);\n" }), {
      only: ["port-binding/literal-port"],
    });
    expect(findings).toEqual([
      expect.objectContaining({
        severity: "violation",
        file: "src/a.js",
        line: 3,
        evidence: "app.listen(8080);",
        message: "It listens on 8080, whatever PORT says.",
      }),
    ]);
  });
});
