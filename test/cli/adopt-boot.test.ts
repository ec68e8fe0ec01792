import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { identity, scratch } from "../support/run-cli.ts";

type Files = { readonly [path: string]: string };

/** They need no mending: only files are missing. */
const apps: { readonly [name: string]: Files } = {
  node: {
    "package.json": `{ "name": "hello", "private": true, "scripts": { "start": "node server.js", "test": "node --test" } }\n`,
    "server.test.js": `require("node:test")("the app", () => {});\n`,
    "server.js": `const http = require("node:http");

const greeting = process.env.GREETING ?? "hello";
const server = http.createServer((request, response) => response.end(\`\${greeting}\\n\`));
server.listen(Number(process.env.PORT ?? 3000), "0.0.0.0", () => console.log('{"msg":"listening"}'));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`,
  },
  python: {
    "requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n",
    "gunicorn.conf.py": 'import os\n\nbind = "0.0.0.0:" + os.environ["PORT"]\n',
    "app.py": `import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return os.environ.get("GREETING", "hello") + "\\n"
`,
    "test_app.py": `import unittest

from app import app


class HomeTest(unittest.TestCase):
    def test_greets(self):
        self.assertEqual(app.test_client().get("/").status_code, 200)
`,
  },
  go: {
    "go.mod": "module example.org/hello\n\ngo 1.26\n",
    "main_test.go": 'package main\n\nimport "testing"\n\nfunc TestApp(t *testing.T) {}\n',
    "main.go": `package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	server := &http.Server{Addr: ":" + os.Getenv("PORT"), Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "hello", os.Getenv("GREETING"))
	})}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go server.ListenAndServe()
	<-ctx.Done()
	server.Shutdown(context.Background())
}
`,
  },
};

/** How each is known to be on hand, and how the app's own tests are run, after what `adopt` has for that. */
const toolchains: { readonly [name: string]: { readonly version: string; readonly test: string } } = {
  node: { version: "node --version", test: "npm test" },
  go: { version: "go version", test: "go test ./..." },
  // With a registry to install from.
  python: {
    version: `python3 -m venv -h && python3 -m pip download -q --no-deps -d "$(mktemp -d)" flask==3.1.2`,
    test: "bin/setup && .venv/bin/python -m unittest",
  },
};
const inShell = (line: string, cwd?: string) => spawnSync("sh", ["-c", line], { cwd }).status;

function repo(files: Files): string {
  const root = join(scratch(), "hello");
  for (const [path, text] of Object.entries({
    ...files,
    ".gitignore": "bin/hello\nnode_modules\n.venv\n__pycache__\n",
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  commit(root);
  return root;
}

function commit(root: string): void {
  const env = { ...process.env, ...identity, GIT_CONFIG_GLOBAL: "/dev/null" };
  execFileSync("git", ["add", "--all"], { cwd: root, env });
  execFileSync("git", ["commit", "--quiet", "--message=all"], { cwd: root, env });
}

// The image has no digest, which only a registry knows; that is advice of the check, and of the page of `adopt`.

/** The slugs of what the check finds, with the app running. A start takes longer than the other tests of the command. */
function booted(root: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const options = { cwd: root, timeout: 240_000, maxBuffer: 1 << 26, env: { ...process.env, CI: "" } };
    execFile(inject("packed").bin, ["check", "--boot", "--json"], options, (error, stdout) => {
      if (stdout === "") reject(error);
      else resolve(JSON.parse(stdout).findings.map(({ slug }: { readonly slug: string }) => slug));
    });
  });
}

describe("an adopted app, when it runs", () => {
  it
    .runIf(process.platform === "linux")
    .each(Object.keys(apps).filter((name) => inShell(`${toolchains[name]?.version}`) === 0))(
    "in %s has fewer findings than before, and none that it had not; its tests pass",
    async (name) => {
      const root = repo(apps[name] as Files);
      const before = await booted(root);
      execFileSync(inject("packed").bin, ["adopt", "--yes", "--only", "all", "--skip", "image"], {
        cwd: root,
        stdio: "ignore",
      });
      commit(root);
      const after = await booted(root);
      expect(after.filter((slug) => !before.includes(slug))).toEqual([]);
      expect(after.length).toBeLessThan(before.length);
      expect(inShell(`${toolchains[name]?.test}`, root)).toBe(0);
    },
  );
});
