// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of the files of an app.
/** For every check that reads: a tiny repo that has the fault, and one that has not. */

export type Files = { readonly [path: string]: string };

export type Case = {
  readonly slug: string;
  readonly what: string;
  readonly bad: Files;
  readonly good: Files;
  /** Where the fault is: `file:line`. */
  readonly at?: string;
  readonly untracked?: readonly string[];
  readonly versionControl?: "committed" | "empty";
  /** Of the bad repo. */
  readonly history?: readonly { readonly path: string; readonly commit: string }[];
};

const js = (text: string): Files => ({ "src/web.js": text });
const py = (text: string): Files => ({ "app.py": text, "requirements.txt": "flask==3.1.0\n" });
const go = (text: string): Files => ({ "main.go": `package main\n${text}` });
const procfile = (text: string): Files => ({ Procfile: `${text}\n` });
const docker = (text: string): Files => ({ Dockerfile: `${text}\n` });
const manifest = (data: object): Files => ({ "package.json": JSON.stringify(data, null, 2) });
const workflow = (text: string): Files => ({ ".github/workflows/ci.yml": text });
const steps = (...runs: readonly string[]): Files =>
  workflow(`jobs:\n  a:\n    steps:\n${runs.map((run) => `      - run: ${run}\n`).join("")}`);
const compose = (text: string): Files => ({ "compose.yaml": text });
const deployment = (container: string, more = ""): Files => ({
  "k8s/web.yaml": `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n${more}      containers:\n        - name: web\n${container}`,
});
const knative = (path: string): Files => ({
  "service.yaml": `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - image: a:1\n          startupProbe:\n            httpGet: { path: ${path} }\n`,
});
const apps = (one: string, two: string): Files => ({
  "a/package.json": "{}",
  "a/Procfile": "web: node index.js\n",
  "a/index.js": one,
  "b/package.json": "{}",
  "b/Procfile": "web: node index.js\n",
  "b/index.js": two,
});
const long = (name: string): string => `export const ${name} = [\n${"  1,\n".repeat(300)}];\n`;

export const cases: readonly Case[] = [
  {
    slug: "codebase/version-control",
    what: "nothing committed",
    versionControl: "empty",
    bad: js(""),
    good: js(""),
  },
  {
    slug: "codebase/one-app",
    what: "two apps",
    bad: apps("", ""),
    good: { ...apps("", ""), "pnpm-workspace.yaml": "packages: [a, b]\n" },
  },
  {
    slug: "codebase/climbing-imports",
    what: "source of another app",
    bad: apps('import { x } from "../b/index.js";', ""),
    good: apps('// import "../b/index.js"\nimport { x } from "./x/../../a/y.js";', ""),
    at: "a/index.js:1",
  },
  {
    slug: "codebase/climbing-imports",
    what: "out of the repo",
    bad: js('const x = require("../../other/src/x");'),
    good: js('const x = require("../lib/x"); // ../../'),
  },
  {
    slug: "codebase/copied-code",
    what: "two files twice",
    bad: {
      ...apps("", ""),
      "a/one.js": long("one"),
      "b/one.js": long("one"),
      "a/two.js": long("two"),
      "b/two.js": long("two"),
    },
    good: {
      ...apps("", ""),
      "a/one.js": long("one"),
      "b/one.js": long("uno"),
      "a/two.js": long("two"),
      "b/two.js": long("due"),
    },
  },
  {
    slug: "codebase/deploy-branches",
    what: "a branch staging",
    bad: workflow("on:\n  push:\n    branches:\n      - main\n      - staging\njobs: {}\n"),
    good: workflow("on:\n  push:\n    branches: [main, 'release/**']\njobs: {}\n"),
    at: ".github/workflows/ci.yml:5",
  },

  {
    slug: "dependencies/manifest",
    what: "an import that no manifest names",
    bad: {
      ...manifest({ dependencies: { pg: "8" } }),
      ...js('import pg from "pg";\nimport express from "express";'),
    },
    good: {
      ...manifest({ dependencies: { pg: "8" } }),
      ...js(
        '// import express from "express"\nimport pg from "pg";\nimport fs from "node:fs";\nimport type { X } from "express";\nimport "./x.js"; import "#own";',
      ),
    },
    at: "src/web.js:2",
  },
  {
    slug: "dependencies/manifest",
    what: "Python without one",
    bad: { "app.py": "import flask\n\nprint(flask.__version__, getenv)\n" },
    good: { "app.py": "import json\nimport helpers # getenv\n", "helpers.py": "" },
  },
  {
    slug: "dependencies/dev-only",
    what: "a development dependency at run time",
    bad: { ...manifest({ devDependencies: { pg: "8" } }), ...js('import pg from "pg";') },
    good: {
      ...manifest({ dependencies: { pg: "8" }, devDependencies: { vitest: "4" } }),
      ...js('import pg from "pg";'),
      "test/a.test.js": 'import { test } from "vitest";',
    },
  },
  {
    slug: "dependencies/lockfile",
    what: "no lock",
    bad: manifest({ dependencies: { pg: "8" } }),
    good: { ...manifest({ dependencies: { pg: "8" } }), "yarn.lock": "" },
  },
  {
    slug: "dependencies/lockfile",
    what: "loose requirements",
    bad: { "requirements.txt": "flask>=2\ngunicorn==23.0.0\n" },
    good: {
      "requirements.txt": "# flask\nflask==3.1.0\n-r other.txt\ngunicorn==23.0.0 ; python_version > '3'\n",
    },
    at: "requirements.txt:1",
  },
  {
    slug: "dependencies/lockfile",
    what: "a workspace",
    bad: { "packages/a/package.json": '{"dependencies":{"pg":"8"}}' },
    good: { "packages/a/package.json": '{"dependencies":{"pg":"8"}}', "package-lock.json": "{}" },
  },
  {
    slug: "dependencies/lockfile",
    what: "Go",
    bad: { "go.mod": "module a\n\nrequire github.com/lib/pq v1.10.9\n" },
    good: { "go.mod": "module a\n\ngo 1.26\n" },
  },
  {
    slug: "dependencies/lock-in-sync",
    what: "npm: another range",
    bad: {
      ...manifest({ dependencies: { pg: "^8.1.0" } }),
      "package-lock.json": '{"packages":{"":{"dependencies":{"pg":"^8.0.0"}}}}',
    },
    good: {
      ...manifest({ dependencies: { pg: "^8.1.0" }, devDependencies: { c8: "1" } }),
      "package-lock.json": '{"packages":{"":{"dependencies":{"pg":"^8.1.0"},"devDependencies":{"c8":"1"}}}}',
    },
    at: "package.json:1",
  },
  {
    slug: "dependencies/lock-in-sync",
    what: "pnpm: one that was removed, in a workspace",
    bad: {
      "a/package.json": '{"dependencies":{"pg":"^8.1.0"}}',
      "pnpm-lock.yaml":
        "importers:\n\n  a:\n    dependencies:\n      pg:\n        specifier: ^8.1.0\n        version: 8.1.0\n      '@a/b':\n        specifier: '1'\n        version: 1.0.0\n\npackages:\n",
    },
    good: {
      "a/package.json": '{"dependencies":{"pg":"^8.1.0","@a/b":"1"}}',
      "pnpm-lock.yaml":
        "importers:\n\n  a:\n    dependencies:\n      pg:\n        specifier: ^8.1.0\n        version: 8.1.0\n      '@a/b':\n        specifier: '1'\n        version: 1.0.0\n\npackages:\n",
    },
    at: "a/package.json:1",
  },
  {
    slug: "dependencies/lock-in-sync",
    what: "yarn: one that is missing",
    bad: { ...manifest({ dependencies: { pg: "^8.1.0" } }), "yarn.lock": "pg@^8.0.0:\n" },
    good: { ...manifest({ dependencies: { pg: "^8.1.0" } }), "yarn.lock": '"pg@npm:^8.1.0":\n' },
  },
  {
    slug: "dependencies/lock-in-sync",
    what: "uv: another range",
    bad: {
      "pyproject.toml": '[project]\ndependencies = ["Flask>=3.1"]\n',
      "uv.lock":
        '[[package]]\nname = "a"\nsource = { virtual = "." }\n\n[package.metadata]\nrequires-dist = [\n    { name = "flask", specifier = ">=3.0" },\n]\n',
    },
    good: {
      "pyproject.toml": '[project]\ndependencies = ["Flask[async] >= 3.1, <4", "ruff; extra"]\n',
      "uv.lock":
        '[[package]]\nname = "a"\nsource = { virtual = "." }\n\n[package.metadata]\nrequires-dist = [\n    { name = "flask", extras = ["async"], specifier = ">=3.1,<4" },\n    { name = "ruff" },\n    { name = "mypy", marker = "extra == \'dev\'" },\n]\n',
    },
  },
  {
    slug: "dependencies/lock-in-sync",
    what: "Go: another version",
    bad: { "go.mod": "require github.com/lib/pq v1.10.9\n", "go.sum": "github.com/lib/pq v1.10.8 h1:a\n" },
    good: { "go.mod": "require github.com/lib/pq v1.10.9\n", "go.sum": "github.com/lib/pq v1.10.9 h1:a\n" },
  },
  {
    slug: "dependencies/lock-in-sync",
    what: "Cargo: one that is missing",
    bad: { "Cargo.toml": '[dependencies]\nserde = "1"\n', "Cargo.lock": '[[package]]\nname = "a"\n' },
    good: {
      "Cargo.toml": '[dependencies]\njson = { version = "1", package = "serde_json" }\n',
      "Cargo.lock": '[[package]]\nname = "serde_json"\n',
    },
  },
  {
    slug: "dependencies/one-lockfile",
    what: "two locks",
    bad: { ...manifest({}), "yarn.lock": "", "package-lock.json": "{}" },
    good: { ...manifest({}), "package-lock.json": "{}" },
  },
  {
    slug: "dependencies/frozen-install",
    what: "npm install in an image",
    bad: docker('FROM node:24.1.0\nRUN npm install --omit=dev\nCMD ["node", "x"]'),
    good: docker("FROM node:24.1.0\n# RUN npm install\nRUN npm ci --omit=dev"),
    at: "Dockerfile:2",
  },
  {
    slug: "dependencies/frozen-install",
    what: "pnpm in CI",
    bad: steps("yarn install"),
    good: steps("yarn install --immutable", "pnpm install --frozen-lockfile", "echo npm install"),
  },
  {
    slug: "dependencies/unpinned-install",
    what: "pip by name",
    bad: docker("FROM python:3.14\nRUN pip install gunicorn flask==3.1.0"),
    good: docker(
      "FROM python:3.14\nRUN pip install --no-cache-dir -r requirements.txt && pip install --upgrade pip && pip install .",
    ),
  },
  {
    slug: "dependencies/unpinned-install",
    what: "a global package",
    bad: docker("FROM node:24\nRUN npm i -g serve"),
    good: docker("FROM node:24\nRUN npm i -g serve@14.2.0"),
  },
  {
    slug: "dependencies/unpinned-install",
    what: "go install",
    bad: steps("go install golang.org/x/tools/cmd/stringer@latest"),
    good: steps("go install golang.org/x/tools/cmd/stringer@v0.30.0"),
  },
  {
    slug: "dependencies/remote-script",
    what: "curl into sh",
    bad: docker("FROM debian:13\nRUN curl -fsSL https://example.com/x.sh | bash -s -- -y"),
    good: docker("FROM debian:13\nRUN curl -fsSLO https://example.com/x.tgz | tee log && echo 'curl | sh'"),
  },
  {
    slug: "dependencies/base-image",
    what: "latest",
    bad: docker("FROM node:latest"),
    good: docker(`ARG V=24\nFROM node:24@sha256:${"a".repeat(64)} AS base\nFROM base\nFROM scratch`),
  },
  {
    slug: "dependencies/end-of-life",
    what: "Node 18",
    bad: docker("FROM node:18-slim"),
    good: docker("FROM node:24-slim\nFROM python:3.14"),
  },
  {
    slug: "dependencies/toolchain-agreement",
    what: "two majors",
    bad: { ".nvmrc": "22\n", ...docker("FROM node:24") },
    good: {
      ".nvmrc": "24\n",
      ...docker("FROM node:24.3.0-slim"),
      ...manifest({ engines: { node: ">=20 <27" } }),
    },
    at: "Dockerfile:1",
  },
  {
    slug: "dependencies/toolchain-agreement",
    what: "a range that does not allow it",
    bad: {
      ".tool-versions": "python 3.12.1\n",
      "pyproject.toml": '[project]\nname = "a"\nrequires-python = ">=3.13"\n',
    },
    good: {
      ".tool-versions": "python 3.13.1\n",
      "pyproject.toml": '[project]\nname = "a"\nrequires-python = ">=3.13,<4"\n',
    },
    at: "pyproject.toml:3",
  },
  {
    slug: "dependencies/toolchain",
    what: "no version",
    bad: { ...manifest({}), ...js("process.env.X") },
    good: { ...manifest({ engines: { node: "24" } }), ...js("process.env.X") },
  },
  {
    slug: "dependencies/shell-outs",
    what: "ImageMagick",
    bad: js('import { execFile } from "node:child_process";\nexecFile("convert", ["a.png"]);'),
    good: {
      ...js(
        'import { execFile } from "node:child_process";\n// execFile("convert")\nexecFile("ffmpeg", ["a"]); execFile(process.execPath);',
      ),
      ...docker("FROM debian:13\nRUN apt-get install -y --no-install-recommends ffmpeg=7"),
    },
    at: "src/web.js:2",
  },
  {
    slug: "dependencies/shell-outs",
    what: "curl in Go",
    bad: go('import "os/exec"\nfunc main() { exec.Command("curl", "-s").Run() }'),
    good: go('import "os/exec"\nfunc main() { exec.Command("sh", "-c").Run() }'),
  },

  {
    slug: "config/env-file",
    what: "a tracked .env",
    bad: { ".env": "SECRET=abc\n" },
    good: { ".env.example": "SECRET=abc\n", ".env": "# nothing\n" },
  },
  {
    slug: "config/env-file",
    what: "one that nothing ignores",
    bad: { ".env": "SECRET=abc\n" },
    untracked: [".env"],
    good: {},
  },
  {
    slug: "config/env-file-in-history",
    what: "a .env that is gone from the tree",
    bad: js(""),
    history: [{ path: "deploy/.env.production", commit: "abc1234" }],
    good: { ".env.example": "A=\n" },
  },
  {
    slug: "config/key-files",
    what: "a private key",
    bad: { "certs/server.key": "-----BEGIN PRIVATE KEY-----\nabc\n" },
    good: {
      "certs/server.pem": "-----BEGIN CERTIFICATE-----\n",
      "test/fixtures/a.key": "-----BEGIN PRIVATE KEY-----\n",
    },
  },
  {
    slug: "config/secrets-in-code",
    what: "a password",
    bad: js('const db = { host: process.env.H, password: "hunter2!x" };'),
    good: js(
      '// password: "hunter2!x"\nconst db = { password: process.env.PW, label: { password: "Password" }, secret: "change-me" };',
    ),
  },
  {
    slug: "config/secrets-in-code",
    what: "a token",
    bad: js(`const t = "ghp_${"a1B2".repeat(9)}";`),
    good: js('const t = "ghp_short"; // sk_live_0000000000000000'),
  },
  {
    slug: "config/secrets-in-code",
    what: "the key of Flask",
    bad: py('from flask import Flask\napp = Flask(__name__)\napp.secret_key = "s3cr3t-k3y-9"\n'),
    good: py(
      'import os\nfrom flask import Flask\napp = Flask(__name__)\napp.secret_key = os.environ["SECRET_KEY"]\n"""app.secret_key = \'s3cr3t-k3y-9\'"""\n',
    ),
    at: "app.py:3",
  },
  {
    slug: "config/secrets-in-code",
    what: "the key of a session",
    bad: js('import session from "express-session";\napp.use(session({ secret: "keyboard cat", store }));'),
    good: js(
      'import session from "express-session";\napp.use(session({ secret: process.env.SESSION_SECRET, store }));',
    ),
  },
  {
    slug: "config/secret-defaults",
    what: "in code",
    bad: js('const s = process.env.SESSION_SECRET || "dev-secret-1";'),
    good: js('const s = process.env.SESSION_SECRET; const l = process.env.LOG_LEVEL ?? "info";'),
  },
  {
    slug: "config/secret-defaults",
    what: "in the schema",
    bad: { ".env.schema": "# @sensitive\nAPI_KEY=abc\n" },
    good: { ".env.schema": "# @sensitive @required\n# @example=abc\nAPI_KEY=\n" },
  },
  {
    slug: "config/secret-defaults",
    what: "in Python and Go",
    bad: { ...py('import os\nk = os.environ.get("SECRET_KEY", "dev")\n') },
    good: py('import os\nk = os.environ["SECRET_KEY"]\nt = os.environ.get("TOKEN_TTL_SECONDS", "60")\n'),
  },
  {
    slug: "config/secrets-in-descriptors",
    what: "a URL with a password",
    bad: { "fly.toml": '[env]\n  PORT = "8080"\n  DATABASE_URL = "postgres://u:hunter2@db/x"\n' },
    good: { "fly.toml": '[env]\n  PORT = "8080"\n  PUBLIC_URL = "https://example.com"\n' },
    at: "fly.toml:3",
  },
  {
    slug: "config/secrets-in-descriptors",
    what: "Kubernetes",
    bad: deployment(
      "          image: a:1\n          env:\n            - name: API_KEY\n              value: 9a8b7c6d5e\n",
    ),
    good: deployment(
      "          image: a:1\n          env:\n            - name: API_KEY\n              valueFrom:\n                secretKeyRef: { name: a, key: b }\n",
    ),
  },
  {
    slug: "config/services-in-code",
    what: "a constant",
    bad: js('const pool = new Pool("postgres://db.internal/app");'),
    good: js(
      '// postgres://db.internal/app\nconst hint = "Set DATABASE_URL, as postgres://user@host/db"; new Pool(process.env.DATABASE_URL);',
    ),
  },
  {
    slug: "config/services-in-code",
    what: "a fallback",
    bad: js('const url = process.env.REDIS_URL || "redis://localhost:6379";'),
    good: js("const url = process.env.REDIS_URL;"),
  },
  {
    slug: "config/services-in-code",
    what: "Go",
    bad: go(
      'import "os"\nfunc main() {\n  url := os.Getenv("REDIS_URL")\n  if url == "" { url = "redis://cache:6379" }\n}',
    ),
    good: go('import "os"\nfunc main() { url := os.Getenv("REDIS_URL"); _ = url }'),
    at: "main.go:5",
  },
  {
    slug: "config/internal-addresses",
    what: "a request to localhost",
    bad: js('await fetch("http://localhost:4000/users");'),
    good: js('await fetch("https://api.stripe.com/v1"); new URL("/", "http://localhost:1");'),
  },
  {
    slug: "config/declared-variables",
    what: "a name that is not declared",
    bad: { ".env.example": "PORT=\n", ...js("process.env.PORT; process.env.DB_URL;") },
    good: {
      ".env.example": "PORT=\nDB_URL=\n",
      ...js("const { PORT, DB_URL } = process.env; process.env.NODE_ENV; // process.env.OTHER"),
    },
  },
  {
    slug: "config/declared-variables",
    what: "Python and Go",
    bad: { ".env.example": "PORT=\n", ...py('import os\nx = os.getenv("OTHER")\n') },
    good: {
      ".env.example": "PORT=\nOTHER=\n",
      ...go('type C struct { Port int `env:"PORT"`; O string `env:"OTHER"` }'),
    },
  },
  {
    slug: "config/used-variables",
    what: "a name that nothing reads",
    bad: { ".env.example": "PORT=\nOLD=\n", ...js("process.env.PORT; // OLD") },
    good: { ".env.example": "PORT=\nOLD=\n", ...js("process.env.PORT; const s = { OLD: 1 };") },
  },
  {
    slug: "config/descriptor-names",
    what: "another spelling",
    bad: {
      ".env.example": "DATABASE_URL=\n",
      ...js("process.env.DATABASE_URL"),
      ...compose("services:\n  web:\n    build: .\n    environment:\n      DB_URL: x\n"),
    },
    good: {
      ".env.example": "DATABASE_URL=\n",
      ...js("process.env.DATABASE_URL"),
      ...compose(
        "services:\n  web:\n    build: .\n    environment:\n      - DATABASE_URL=x\n      - NODE_ENV=production\n  db:\n    image: postgres:18\n    environment: { POSTGRES_DB: a }\n",
      ),
    },
  },
  {
    slug: "config/schema",
    what: "nothing declared",
    bad: js("process.env.DATABASE_URL"),
    good: { ...js("process.env.DATABASE_URL"), ".env.example": "DATABASE_URL=\n" },
  },
  {
    slug: "config/one-module",
    what: "four readers",
    bad: Object.fromEntries(["a", "b", "c", "d"].map((name) => [`src/${name}.js`, `process.env.V_${name}`])),
    good: { "src/a.js": "process.env.A; process.env.B", "src/b.js": "process.env.NODE_ENV" },
  },
  {
    slug: "config/named-environments",
    what: "a file for production",
    bad: { "config/production.json": "{}" },
    good: { "config/default.json": "{}", "config/environments/test.rb": "", ".env.example": "" },
  },
  {
    slug: "config/environment-branches",
    what: "a branch on production",
    bad: js('if (process.env.APP_ENV === "production") x();'),
    good: js(
      '// process.env.APP_ENV === "production"\nif (process.env.FEATURE === "on") x(); if (process.env.NODE_ENV === "development") y();',
    ),
  },
  {
    slug: "config/environment-branches",
    what: "a table by name",
    bad: js('const env = process.env.NODE_ENV || "development";\nmodule.exports = table[env];'),
    good: js("module.exports = table[process.env.LOCALE];"),
    at: "src/web.js:2",
  },
  {
    slug: "config/environment-branches",
    what: "Python",
    bad: py('import os\nif os.environ["APP_ENV"] in ("prod", "staging"):\n    x()\n'),
    good: py('import os\nif os.environ["REGION"] == "eu":\n    x()\n'),
  },
  {
    slug: "config/dotenv-override",
    what: "override",
    bad: py("from dotenv import load_dotenv\nload_dotenv(override=True)\n"),
    good: py("from dotenv import load_dotenv\nload_dotenv()\n"),
  },
  {
    slug: "config/dotenv-override",
    what: "a deploy’s command",
    bad: procfile("web: node --env-file=.env web.js"),
    good: procfile("web: node web.js"),
  },

  {
    slug: "backing-services/address",
    what: "a host",
    bad: js('import pg from "pg";\nnew pg.Pool({ host: "db", user });'),
    good: js('import pg from "pg";\nnew pg.Pool({ host: config.host, connectionString });'),
  },
  {
    slug: "backing-services/address",
    what: "no address",
    bad: js('import Redis from "ioredis";\nconst r = new Redis();'),
    good: js('import Redis from "ioredis";\nconst r = new Redis(process.env.REDIS_URL);'),
  },
  {
    slug: "backing-services/address",
    what: "Python and Go",
    bad: py('import redis\nr = redis.Redis(host="localhost", port=6379)\n'),
    good: {
      ...py("import os, redis\nr = redis.from_url(os.environ['REDIS_URL'])\n"),
      ...go(
        'import "database/sql"\nfunc main() { db, _ := sql.Open("postgres", os.Getenv("DATABASE_URL")) }',
      ),
    },
  },
  {
    slug: "backing-services/address",
    what: "a DSN",
    bad: go('import "database/sql"\nfunc main() { db, _ := sql.Open("postgres", "host=db dbname=x") }'),
    good: {},
  },
  {
    slug: "backing-services/local-branch",
    what: "a branch on localhost",
    bad: js('const ssl = process.env.DB_HOST === "localhost" ? false : true;'),
    good: js('if (request.host === "localhost") x(process.env.A);'),
  },
  {
    slug: "backing-services/embedded-database",
    what: "SQLite",
    bad: js('import Database from "better-sqlite3";\nconst db = new Database("data.db");'),
    good: js('import Database from "better-sqlite3";\nconst db = new Database(":memory:"); // sqlite:///x'),
  },
  {
    slug: "backing-services/embedded-database",
    what: "Django",
    bad: {
      "app/settings.py": 'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db"}}\n',
    },
    good: {
      "app/settings.py": 'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}} # sqlite3\n',
    },
  },
  {
    slug: "backing-services/variables",
    what: "a service without a variable",
    bad: { ".env.example": "DATABASE_URL=\n", ...compose("services:\n  cache:\n    image: redis:8\n") },
    good: {
      ".env.example": "REDIS_URL=\n",
      ...compose("services:\n  cache:\n    image: redis:8\n  mail:\n    image: axllent/mailpit:1\n"),
    },
  },
  {
    slug: "backing-services/health",
    what: "started, not healthy",
    bad: compose("services:\n  web:\n    build: .\n    depends_on: [db]\n  db:\n    image: postgres:18\n"),
    good: compose(
      "services:\n  web:\n    build: .\n    depends_on:\n      db: { condition: service_healthy }\n  db:\n    image: postgres:18\n",
    ),
  },

  {
    slug: "build-release-run/build-at-start",
    what: "in a Procfile",
    bad: procfile("web: npm run build && node dist/web.js"),
    good: procfile("web: node dist/web.js"),
  },
  {
    slug: "build-release-run/build-at-start",
    what: "through npm start",
    bad: { ...procfile("web: npm start"), ...manifest({ scripts: { start: "tsc && node dist/web.js" } }) },
    good: {
      ...procfile("web: npm start"),
      ...manifest({ scripts: { start: "node dist/web.js", build: "tsc" } }),
    },
    at: "package.json:3",
  },
  {
    slug: "build-release-run/build-at-start",
    what: "go run in an image",
    bad: docker('FROM golang:1.26\nCMD ["go", "run", "."]'),
    good: docker('FROM golang:1.26\nRUN go build -o /app .\nCMD ["/app"]'),
  },
  {
    slug: "build-release-run/build-at-start",
    what: "an entry script",
    bad: {
      ...docker('FROM python:3.14\nENTRYPOINT ["./entrypoint.sh"]'),
      "entrypoint.sh": "#!/bin/sh\n# start\npip install -r requirements.txt\nexec gunicorn app\n",
    },
    good: {
      ...docker('FROM python:3.14\nENTRYPOINT ["./entrypoint.sh"]'),
      "entrypoint.sh": "#!/bin/sh\n# pip install\nexec gunicorn app\n",
    },
    at: "entrypoint.sh:3",
  },
  {
    slug: "build-release-run/migrate-at-start",
    what: "before the server",
    bad: docker("FROM python:3.14\nCMD python manage.py migrate && gunicorn app.wsgi"),
    good: procfile("release: python manage.py migrate\nweb: gunicorn app.wsgi"),
  },
  {
    slug: "build-release-run/development-server",
    what: "flask run",
    bad: procfile("web: flask run --host 0.0.0.0"),
    good: procfile("web: gunicorn app:app"),
  },
  {
    slug: "build-release-run/development-server",
    what: "nodemon",
    bad: docker('FROM node:24\nCMD ["npx", "nodemon", "web.js"]'.replace('"npx", ', "")),
    good: docker('FROM node:24\nCMD ["node", "web.js"]'),
  },
  {
    slug: "build-release-run/image-tags",
    what: "latest",
    bad: deployment("          image: ghcr.io/a/b:latest\n"),
    good: deployment("          image: ghcr.io/a/b:1.2.3\n"),
  },
  {
    slug: "build-release-run/stages",
    what: "one stage",
    bad: docker('FROM node:24\nCOPY src src\nRUN npm ci && npm run build\nCMD ["node", "dist/web.js"]'),
    good: docker(
      'FROM node:24 AS build\nRUN npm run build\nFROM node:24\nCOPY --from=build /app /app\nCMD ["node", "dist/web.js"]',
    ),
    at: "Dockerfile:3",
  },
  {
    slug: "build-release-run/context",
    what: "all is copied",
    bad: docker("FROM node:24\nCOPY . ."),
    good: { ...docker("FROM node:24\nCOPY . ."), ".dockerignore": "*\n" },
  },
  {
    slug: "build-release-run/secrets-in-image",
    what: "a token",
    bad: docker("FROM node:24\nENV API_TOKEN=abc123 A=b"),
    good: docker("FROM node:24\nENV TOKEN_FILE=/run/secrets/t\nRUN --mount=type=secret,id=npm npm ci"),
  },
  {
    slug: "build-release-run/user",
    what: "root",
    bad: docker('FROM node:24\nCMD ["node", "web.js"]'),
    good: docker('FROM node:24\nUSER node\nCMD ["node", "web.js"]'),
  },
  {
    slug: "build-release-run/pinned-actions",
    what: "a tag",
    bad: workflow("jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v7\n"),
    good: workflow(
      `jobs:\n  a:\n    steps:\n      - uses: actions/checkout@${"a".repeat(40)} # v7\n      - uses: ./own\n`,
    ),
  },
  {
    slug: "build-release-run/retired-descriptors",
    what: "railway.json",
    bad: { "railway.json": "{}" },
    good: { "fly.toml": "" },
  },
  {
    slug: "build-release-run/retired-descriptors",
    what: "the version of a compose file",
    bad: compose('version: "3.8"\nservices:\n  db:\n    image: postgres:18\n'),
    good: compose("services:\n  db:\n    image: postgres:18\n"),
    at: "compose.yaml:1",
  },
  {
    slug: "build-release-run/workflow-permissions",
    what: "a job with the default token",
    bad: workflow("jobs:\n  a:\n    permissions: {}\n    steps: []\n  b:\n    steps: []\n"),
    good: workflow("permissions:\n  contents: read\njobs:\n  a:\n    steps: []\n"),
    at: ".github/workflows/ci.yml:5",
  },
  {
    slug: "build-release-run/descriptor-keys",
    what: "a misspelt key",
    bad: { "fly.toml": 'app = "a"\n[deploy]\nrelease_comand = "bin/release"\n' },
    good: { "fly.toml": 'app = "a"\nunheard_of = 1\n[deploy]\nrelease_command = "bin/release"\n' },
    at: "fly.toml:3",
  },
  {
    slug: "build-release-run/descriptor-keys",
    what: "a key of Dokku’s",
    bad: { "app.json": '{\n  "stack": "heroku-24",\n  "healthchecks": {}\n}' },
    good: { "app.json": '{ "healthchecks": {}, "cron": [] }' },
    at: "app.json:3",
  },
  {
    slug: "build-release-run/unmerged-build",
    what: "an image that CI does not build",
    bad: { ...docker("FROM node:24"), ...steps("npm test") },
    good: { ...docker("FROM node:24"), ...steps("docker build .") },
  },

  {
    slug: "processes/sessions",
    what: "express-session without a store",
    bad: js('import session from "express-session";\napp.use(session({ resave: false }));'),
    good: js(
      'import session from "express-session"; // MemoryStore\napp.use(session({ store: new RedisStore({ client }) })); app.use(session(options));',
    ),
  },
  {
    slug: "processes/sessions",
    what: "a plugin of Fastify",
    bad: js('const session = require("@fastify/session");\napp.register(session, { cookie: {} });'),
    good: js('const session = require("@fastify/session");\napp.register(session, { store });'),
  },
  {
    slug: "processes/sessions",
    what: "Flask and Django",
    bad: py('app.config["SESSION_TYPE"] = "filesystem"\n'),
    good: py(
      'app.config["SESSION_TYPE"] = "redis"\nSESSION_ENGINE = "django.contrib.sessions.backends.db"\n',
    ),
  },
  {
    slug: "processes/uploads",
    what: "multer",
    bad: js('const multer = require("multer");\nconst upload = multer({ dest: "uploads/" });'),
    good: js(
      'const multer = require("multer");\nconst upload = multer({ storage: multer.memoryStorage() });',
    ),
  },
  {
    slug: "processes/uploads",
    what: "media of Django",
    bad: { "app/settings.py": 'MEDIA_ROOT = "media"\n' },
    good: {
      "app/settings.py":
        'MEDIA_ROOT = "media"\nSTORAGES = {"default": {"BACKEND": "storages.backends.s3.S3Storage"}}\n',
    },
  },
  {
    slug: "processes/sticky-sessions",
    what: "ClientIP",
    bad: { "k8s/s.yaml": "apiVersion: v1\nkind: Service\nspec:\n  sessionAffinity: ClientIP\n" },
    good: { "k8s/s.yaml": "apiVersion: v1\nkind: Service\nspec:\n  sessionAffinity: None\n" },
    at: "k8s/s.yaml:4",
  },
  {
    slug: "processes/sticky-sessions",
    what: "an annotation",
    bad: {
      "k8s/i.yaml":
        'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  annotations:\n    nginx.ingress.kubernetes.io/affinity: "cookie"\n',
    },
    good: { "k8s/i.yaml": "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  annotations: {}\n" },
  },
  {
    slug: "processes/volumes",
    what: "of the image",
    bad: docker("FROM node:24\nVOLUME /data"),
    good: docker("FROM node:24\nRUN mkdir /data"),
  },
  {
    slug: "processes/volumes",
    what: "of Kubernetes and Fly",
    bad: {
      ...deployment(
        "          image: a:1\n",
        "      volumes:\n        - name: d\n          persistentVolumeClaim: { claimName: d }\n",
      ),
    },
    good: {
      ...deployment("          image: a:1\n", "      volumes:\n        - name: d\n          emptyDir: {}\n"),
      "fly.toml": 'app = "a"\n',
    },
  },
  {
    slug: "processes/scheduler",
    what: "cron in web",
    bad: {
      "web.js": 'import "./jobs.js";\nserver.listen(process.env.PORT);',
      "jobs.js": 'import cron from "node-cron";\ncron.schedule("* * * * *", f);',
    },
    good: {
      "web.js": "server.listen(process.env.PORT);",
      "clock.js": 'import cron from "node-cron";\ncron.schedule("* * * * *", f);',
    },
    at: "jobs.js:2",
  },
  {
    slug: "processes/worker-in-web",
    what: "a worker in web",
    bad: js('import { Worker } from "bullmq";\nnew Worker("q", f);\napp.listen(process.env.PORT);'),
    good: {
      ...js("app.listen(process.env.PORT);"),
      "src/worker.js": 'import { Worker } from "bullmq";\nnew Worker("q", f);',
    },
  },
  {
    slug: "processes/local-cache",
    what: "LocMemCache",
    bad: {
      "app/settings.py":
        'CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}\n',
    },
    good: {
      "app/settings.py":
        'CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}} # LocMemCache\n',
    },
  },

  {
    slug: "port-binding/literal-port",
    what: "Express",
    bad: js('import express from "express";\nconst app = express();\nconst port = 3000;\napp.listen(port);'),
    good: js("const port = Number(process.env.PORT) || 3000; // app.listen(3000)\napp.listen(port);"),
    at: "src/web.js:4",
  },
  {
    slug: "port-binding/literal-port",
    what: "Go",
    bad: go('import "net/http"\nfunc main() { http.ListenAndServe(":8080", nil) }'),
    good: go(
      'import "net/http"\nimport "os"\nfunc main() { http.ListenAndServe(":"+os.Getenv("PORT"), nil) }',
    ),
  },
  {
    slug: "port-binding/literal-port",
    what: "a server of Go",
    bad: go('import "net/http"\nfunc main() { s := &http.Server{Addr: ":8080"}; s.ListenAndServe() }'),
    good: go('import "net/http"\nfunc main() { s := &http.Server{Addr: addr()}; s.ListenAndServe() }'),
  },
  {
    slug: "port-binding/literal-port",
    what: "gunicorn",
    bad: procfile("web: gunicorn -b 0.0.0.0:8000 app:app"),
    good: procfile("web: gunicorn -b 0.0.0.0:$PORT app:app"),
  },
  {
    slug: "port-binding/literal-port",
    what: "Flask’s own",
    bad: {
      ...py(
        'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(host="0.0.0.0", port=5000)\n',
      ),
      ...procfile("web: python app.py"),
    },
    good: {
      ...py(
        'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(host="0.0.0.0", port=5000)\n',
      ),
      ...procfile("web: gunicorn app:app"),
    },
  },
  {
    slug: "port-binding/loopback",
    what: "a host",
    bad: js('app.listen(process.env.PORT, "127.0.0.1");'),
    good: js('app.listen(process.env.PORT, "0.0.0.0");'),
  },
  {
    slug: "port-binding/loopback",
    what: "Fastify",
    bad: js(
      'import Fastify from "fastify";\nconst app = Fastify();\nawait app.listen({ port: process.env.PORT });',
    ),
    good: js(
      'import Fastify from "fastify";\nconst app = Fastify();\nawait app.listen({ port: process.env.PORT, host: "::" }); await app.listen(options);',
    ),
    at: "src/web.js:3",
  },
  {
    slug: "port-binding/loopback",
    what: "uvicorn",
    bad: procfile("web: uvicorn app:app --port $PORT"),
    good: procfile("web: uvicorn app:app --port $PORT --host 0.0.0.0"),
  },
  {
    slug: "port-binding/ignores-port",
    what: "uvicorn",
    bad: procfile("web: uvicorn app:app --host 0.0.0.0"),
    good: procfile("web: uvicorn app:app --host 0.0.0.0 --port $PORT"),
  },
  {
    slug: "port-binding/injected-server",
    what: "Tomcat",
    bad: docker("FROM tomcat:11\nCOPY a.war /usr"),
    good: docker("FROM eclipse-temurin:25"),
  },
  {
    slug: "port-binding/injected-server",
    what: "a war",
    bad: { "pom.xml": "<project>\n<packaging>war</packaging>\n</project>" },
    good: { "pom.xml": "<project>\n<!-- <packaging>war</packaging> -->\n</project>" },
  },
  {
    slug: "port-binding/web-process",
    what: "another name",
    bad: { ...procfile("api: node src/web.js"), ...js("app.listen(process.env.PORT)") },
    good: { ...procfile("web: node src/web.js"), ...js("app.listen(process.env.PORT)") },
  },
  {
    slug: "port-binding/agreement",
    what: "Fly",
    bad: { "fly.toml": "[http_service]\n  internal_port = 3000\n", ...docker("FROM node:24\nEXPOSE 8080") },
    good: { "fly.toml": "[http_service]\n  internal_port = 8080\n", ...docker("FROM node:24\nEXPOSE 8080") },
  },

  {
    slug: "port-binding/reserved-path",
    what: "/healthz",
    bad: knative("/healthz"),
    good: knative("/health/live"),
    at: "service.yaml:11",
  },
  {
    slug: "concurrency/daemonize",
    what: "gunicorn --daemon",
    bad: procfile("web: gunicorn app:app --daemon"),
    good: procfile("web: gunicorn app:app"),
  },
  {
    slug: "concurrency/daemonize",
    what: "pm2 in an image",
    bad: docker("FROM node:24\nCMD pm2 start web.js"),
    good: docker('FROM node:24\nCMD ["node", "web.js"]'),
  },
  {
    slug: "concurrency/daemonize",
    what: "a detached child",
    bad: js(
      'const { spawn } = require("child_process");\nspawn("node", ["w.js"], { detached: true }).unref();',
    ),
    good: js('const { spawn } = require("child_process");\nspawn("node", ["w.js"]); // { detached: true }'),
  },
  {
    slug: "concurrency/pid-file",
    what: "a flag",
    bad: procfile("web: gunicorn --pid /tmp/a.pid app:app"),
    good: procfile("web: gunicorn app:app"),
  },
  {
    slug: "concurrency/pid-file",
    what: "code",
    bad: js('import fs from "node:fs";\nfs.writeFileSync("app.pid", String(process.pid));'),
    good: js('import fs from "node:fs";\nfs.writeFileSync("app.json", "x.pid");'.replace('"x.pid"', '"{}"')),
  },
  {
    slug: "concurrency/one-process",
    what: "two in one line",
    bad: procfile("web: node worker.js & node web.js"),
    good: procfile("web: node web.js\nworker: node worker.js"),
  },
  {
    slug: "concurrency/one-process",
    what: "concurrently",
    bad: {
      ...procfile("web: npm start"),
      ...manifest({ scripts: { start: "concurrently 'node a' 'node b'" } }),
    },
    good: {
      ...procfile("web: npm start"),
      ...manifest({ scripts: { start: "node a", dev: "concurrently a b" } }),
    },
  },
  {
    slug: "concurrency/process-manager",
    what: "pm2-runtime",
    bad: docker('FROM node:24\nCMD ["pm2-runtime", "web.js"]'),
    good: docker('FROM node:24\nCMD ["tini", "--", "node", "web.js"]'),
  },
  {
    slug: "concurrency/worker-process",
    what: "no worker",
    bad: {
      ...procfile("web: node web.js"),
      "worker.js": 'import { Worker } from "bullmq";\nnew Worker("q", f);',
    },
    good: {
      ...procfile("web: node web.js\nworker: node worker.js"),
      "worker.js": 'import { Worker } from "bullmq";\nnew Worker("q", f);',
    },
  },
  {
    slug: "concurrency/procfile",
    what: "no space",
    bad: procfile("web:node web.js"),
    good: procfile("web: node web.js"),
  },

  {
    slug: "disposability/launcher",
    what: "npm in an image",
    bad: {
      ...docker('FROM node:24\nCMD ["npm", "start"]'),
      ...manifest({ scripts: { start: "node web.js" } }),
    },
    good: docker('FROM node:24\nCMD ["node", "web.js"]'),
  },
  {
    slug: "disposability/shell-form",
    what: "CMD",
    bad: docker("FROM node:24\nCMD node web.js"),
    good: docker('FROM node:24\nCMD ["node", "web.js"]'),
  },
  {
    slug: "disposability/entrypoint",
    what: "no exec",
    bad: {
      ...docker('FROM node:24\nENTRYPOINT ["/app/start.sh"]'),
      "start.sh": "#!/bin/sh\nset -e\nnode web.js\n",
    },
    good: {
      ...docker('FROM node:24\nENTRYPOINT ["/app/start.sh"]'),
      "start.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
    },
    at: "start.sh:3",
  },
  {
    slug: "disposability/sigterm-handler",
    what: "none",
    bad: js('// process.on("SIGTERM")\napp.listen(process.env.PORT);'),
    good: js('app.listen(process.env.PORT);\nprocess.on("SIGTERM", () => server.close());'),
  },
  {
    slug: "disposability/sigterm-handler",
    what: "swallowed",
    bad: js(
      'app.listen(process.env.PORT);\nprocess.on("SIGTERM", () => { console.log("SIGTERM: shutting down gracefully"); });',
    ),
    good: js(
      'const stop = () => server.close();\napp.listen(process.env.PORT);\nprocess.once("SIGTERM", stop);',
    ),
    at: "src/web.js:2",
  },
  {
    slug: "disposability/sigterm-handler",
    what: "Go",
    bad: go('import "net/http"\nfunc main() { http.ListenAndServe(addr(), nil) }'),
    good: go(
      'import (\n"net/http"\n"os/signal"\n"syscall"\n)\nfunc main() { ctx, stop := signal.NotifyContext(c, syscall.SIGTERM); http.ListenAndServe(addr(), nil) }',
    ),
  },
  {
    slug: "disposability/sigterm-handler",
    what: "Python ignores it",
    bad: py("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"),
    good: py("import signal, sys\nsignal.signal(signal.SIGTERM, lambda *a: sys.exit(0))\n"),
  },
  {
    slug: "disposability/acknowledge",
    what: "noAck",
    bad: js('channel.consume("q", f, { noAck: true });'),
    good: js('channel.consume("q", f, { noAck: false });'),
  },
  {
    slug: "disposability/grace",
    what: "shorter than the app’s",
    bad: {
      ".env.schema": "SHUTDOWN_GRACE_MS=8000\n",
      "fly.toml": 'kill_signal = "SIGTERM"\nkill_timeout = "5s"\n',
    },
    good: {
      ".env.schema": "SHUTDOWN_GRACE_MS=8000\n",
      "fly.toml": 'kill_signal = "SIGTERM"\nkill_timeout = "30s"\n',
    },
    at: "fly.toml:2",
  },
  {
    slug: "disposability/fly-signal",
    what: "Fly’s own",
    bad: { "fly.toml": 'app = "a"\n' },
    good: { "fly.toml": 'kill_signal = "SIGTERM"\nkill_timeout = 30\n' },
  },
  {
    slug: "disposability/liveness",
    what: "one question",
    bad: deployment(
      "          image: a:1\n          livenessProbe: { httpGet: { path: /health, port: 1 } }\n          readinessProbe: { httpGet: { path: /health, port: 1 } }\n",
    ),
    good: deployment(
      "          image: a:1\n          livenessProbe: { httpGet: { path: /live, port: 1 } }\n          readinessProbe: { httpGet: { path: /ready, port: 1 } }\n",
    ),
  },

  {
    slug: "dev-prod-parity/service-versions",
    what: "two majors",
    bad: {
      ...compose("services:\n  db:\n    image: postgres:16\n"),
      ...workflow("jobs:\n  a:\n    services:\n      db:\n        image: postgres:18.1\n"),
    },
    good: {
      ...compose("services:\n  db:\n    image: postgres:18\n"),
      ...workflow("jobs:\n  a:\n    services:\n      db:\n        image: postgres:18.1\n"),
    },
    at: "compose.yaml:3",
  },
  {
    slug: "dev-prod-parity/service-pins",
    what: "latest",
    bad: compose("services:\n  db:\n    image: postgres\n"),
    good: compose("services:\n  db:\n    image: postgres:18\n"),
  },
  {
    slug: "dev-prod-parity/same-services",
    what: "SQLite in tests",
    bad: { "requirements.txt": "psycopg==3.3\n", "tests/conftest.py": 'URL = "sqlite:///test.db"\n' },
    good: {
      "requirements.txt": "psycopg==3.3\n",
      "tests/conftest.py": 'URL = os.environ["DATABASE_URL"] # sqlite:///\n',
    },
  },
  {
    slug: "dev-prod-parity/postgres-volume",
    what: "the old mount",
    bad: compose(
      "services:\n  db:\n    image: postgres:18.4\n    volumes:\n      - d:/var/lib/postgresql/data\n",
    ),
    good: compose(
      "services:\n  db:\n    image: postgres:18.4\n    volumes:\n      - d:/var/lib/postgresql\n",
    ),
  },
  {
    slug: "dev-prod-parity/release-in-development",
    what: "foreman start",
    bad: { ...procfile("release: node r.js\nweb: node w.js"), "bin/dev": "#!/bin/sh\nexec foreman start\n" },
    good: {
      ...procfile("release: node r.js\nweb: node w.js"),
      "bin/dev": "#!/bin/sh\n# foreman start\nexec foreman start -f Procfile.dev\n",
    },
    at: "bin/dev:2",
  },
  {
    slug: "dev-prod-parity/published-ports",
    what: "every interface",
    bad: compose('services:\n  db:\n    image: postgres:18\n    ports: ["5432:5432"]\n'),
    good: compose('services:\n  db:\n    image: postgres:18\n    ports: ["127.0.0.1:5432:5432"]\n'),
  },
  {
    slug: "dev-prod-parity/continuous-integration",
    what: "none",
    bad: js(""),
    good: { ...js(""), ".gitlab-ci.yml": "test: { script: [x] }\n" },
  },

  {
    slug: "logs/files",
    what: "winston",
    bad: js(
      'import winston from "winston";\nwinston.createLogger({ transports: [new winston.transports.File({ filename: "a" })] });',
    ),
    good: js(
      'import winston from "winston";\n// new winston.transports.File()\nwinston.createLogger({ transports: [new winston.transports.Console()] });',
    ),
  },
  {
    slug: "logs/files",
    what: "a stream",
    bad: js('import fs from "node:fs";\nconst out = fs.createWriteStream("logs/app.log");'),
    good: js(
      'import fs from "node:fs";\nconst out = fs.createWriteStream("report.csv"); console.log("app.log");',
    ),
  },
  {
    slug: "logs/files",
    what: "pino",
    bad: js(
      'import pino from "pino";\nconst log = pino({ transport: { target: "pino/file", options: { destination: "/var/log/a" } } });',
    ),
    good: js(
      'import pino from "pino";\nconst log = pino({ transport: { target: "pino/file", options: { destination: 1 } } });',
    ),
  },
  {
    slug: "logs/files",
    what: "Python",
    bad: py('import logging\nlogging.basicConfig(filename="app.log")\n'),
    good: py("import logging\nlogging.basicConfig(level=1) # filename=\nlogging.StreamHandler()\n"),
  },
  {
    slug: "logs/files",
    what: "a table of Python",
    bad: py(
      'LOGGING = {"handlers": {"f": {"class": "logging.handlers.RotatingFileHandler", "filename": "a"}}}\n',
    ),
    good: py('LOGGING = {"handlers": {"f": {"class": "logging.StreamHandler"}}} # RotatingFileHandler\n'),
  },
  {
    slug: "logs/files",
    what: "Go",
    bad: go('import "gopkg.in/natefinch/lumberjack.v2"\nvar w = &lumberjack.Logger{Filename: "a"}'),
    good: go('import "log/slog"\n// lumberjack\nvar l = slog.New(slog.NewJSONHandler(os.Stdout, nil))'),
  },
  {
    slug: "logs/files",
    what: "logback",
    bad: {
      "src/main/resources/logback.xml":
        '<configuration>\n<appender name="F" class="ch.qos.logback.core.rolling.RollingFileAppender">',
    },
    good: {
      "src/main/resources/logback.xml":
        '<!-- <appender name="F" class="ch.qos.logback.core.FileAppender"> --><appender name="C" class="ch.qos.logback.core.ConsoleAppender">',
    },
    at: "src/main/resources/logback.xml:2",
  },
  {
    slug: "logs/redirect",
    what: "a file",
    bad: procfile("web: node web.js >> app.log 2>&1"),
    good: procfile("web: gunicorn --access-logfile - app:app"),
  },
  {
    slug: "logs/redirect",
    what: "a flag",
    bad: procfile("web: gunicorn --log-file=a.log app:app"),
    good: docker("FROM node:24\nCMD exec node web.js 2>&1"),
  },
  {
    slug: "logs/shipper",
    what: "syslog",
    bad: py('import logging.handlers\nh = logging.handlers.SysLogHandler("/dev/log")\n'),
    good: py("import logging # SysLogHandler\nh = logging.StreamHandler()\n"),
  },
  {
    slug: "logs/buffered",
    what: "print",
    bad: {
      ...docker('FROM python:3.14\nCMD ["python", "app.py"]'),
      ...py('import os\nprint(os.environ["X"])\n'),
    },
    good: {
      ...docker('FROM python:3.14\nENV PYTHONUNBUFFERED=1\nCMD ["python", "app.py"]'),
      ...py('import os\nprint(os.environ["X"])\n'),
    },
  },

  {
    slug: "admin/tools",
    what: "prisma",
    bad: {
      ...procfile("release: npx prisma migrate deploy\nweb: node web.js"),
      ...manifest({ devDependencies: { prisma: "7" } }),
    },
    good: {
      ...procfile("release: npx prisma migrate deploy\nweb: node web.js"),
      ...manifest({ dependencies: { prisma: "7" } }),
    },
  },
  {
    slug: "admin/declared-release",
    what: "no release",
    bad: { ...procfile("web: node web.js"), "migrations/001.sql": "" },
    good: { ...procfile("web: node web.js\nrelease: node migrate.js"), "migrations/001.sql": "" },
  },
  {
    slug: "admin/raw-sql",
    what: "psql",
    bad: { "bin/seed": "#!/bin/sh\npsql $DATABASE_URL < seed.sql\n" },
    good: { "bin/seed": "#!/bin/sh\n# psql < seed.sql\nexec node dist/seed.js\n" },
    at: "bin/seed:2",
  },
  {
    slug: "admin/static-cloud-keys",
    what: "in CI",
    bad: workflow("jobs:\n  a:\n    env:\n      K: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n"),
    good: workflow(
      "# ${{ secrets.AWS_SECRET_ACCESS_KEY }}\njobs:\n  a:\n    env:\n      K: ${{ secrets.DEPLOY_ROLE }}\n",
    ),
  },

  // What good repos hold, and was taken for a fault once.
  {
    slug: "config/secrets-in-code",
    what: "labels, samples and redactions",
    bad: py('client_secret = "q8w7e6r5t4"\n'),
    good: py(
      'A = {"password": "Database password (default: x)", "secret": "OAuth2 Client Secret", "token": "My Token"}\nB = {"connection_string": "x://demo:demo@host/db"}\n',
    ),
  },
  {
    slug: "config/services-in-code",
    what: "redactions and samples",
    bad: py('URL = "redis://cache:6379/0"\n'),
    good: py('URL = "redis://[REDACTED]"\nD = {"example": "redis://cache:6379/0"}\n'),
  },
  {
    slug: "backing-services/embedded-database",
    what: "a question about a URL",
    bad: py('URL = "sqlite:///app.db"\n'),
    good: py('x = url.startswith("sqlite:///") or url == "sqlite://"\n'),
  },
  {
    slug: "port-binding/loopback",
    what: "options that are handed on",
    bad: py("import uvicorn\nuvicorn.run(app, port=port)\n"),
    good: py("import uvicorn\nuvicorn.run(app, **options)\n"),
  },
  {
    slug: "dependencies/base-image",
    what: "a template of a Dockerfile",
    bad: { "Dockerfile.prod": "FROM node\n" },
    good: { "Dockerfile.hbs": "FROM {{image}}\n", "templates/a/Dockerfile.tmpl": "FROM x\n" },
  },
  {
    slug: "build-release-run/image-tags",
    what: "a kustomization",
    bad: deployment("          image: a/b\n"),
    good: {
      ...deployment("          image: a/b\n"),
      "k8s/kustomization.yaml": "images:\n  - name: a/b\n    newTag: '1'\n",
    },
  },
  {
    slug: "dependencies/toolchain-agreement",
    what: "a version that looks like a number, through an anchor",
    bad: {
      ".python-version": "3.10\n",
      ...workflow(
        "jobs:\n  a:\n    steps:\n      - uses: actions/setup-python@v6\n        with:\n          python-version: 3.1\n",
      ),
    },
    good: {
      ".python-version": "3.10\n",
      ...workflow(
        "x: &x\n  python-version: 3.10\njobs:\n  a:\n    steps:\n      - uses: actions/setup-python@v6\n        with:\n          <<: *x\n",
      ),
    },
  },
];
