import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, connect as dial } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { needs } from "../src/config.ts";
import { environment } from "./start-app.ts";

test("on SIGTERM finishes what is under way, and exits with 0", async (t) => {
  const { web, port } = await startWeb(t);
  const socket = dial(port, "127.0.0.1");
  socket.write("GET /health/live HTTP/1.1\r\nhost: app\r\n");
  await sleep(100);

  web.kill("SIGTERM");
  await sleep(100);
  web.kill("SIGTERM");
  const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
  assert.equal(ready.status, 503);
  assert.equal(ready.headers.get("connection"), "close");

  // The lame duck time is over, and the request still open.
  await sleep(600);
  socket.write("\r\n");
  const [answer] = await once(socket, "data");
  assert.match(String(answer), /^HTTP\/1.1 200 [\s\S]*connection: close/i);
  assert.deepEqual(await once(web, "exit"), [0, null]);
});

test("on SIGINT ends at once", async (t) => {
  const { web } = await startWeb(t);
  web.kill("SIGINT");
  assert.deepEqual(await once(web, "exit"), [130, null]);
});

test("with a bad config says what is wrong, in one line, and opens no port", async (t) => {
  const web = run(t, { PORT: "http" });
  let output = "";
  web.stdout?.on("data", (data) => {
    output += data;
  });
  assert.deepEqual(await once(web, "close"), [1, null]);
  const required = Object.keys(needs.web.shape).filter((name) => name in environment);
  assert.deepEqual(Object.keys(JSON.parse(output).problems), required);
});

async function startWeb(t: TestContext) {
  const port = await freePort();
  const env = { ...environment, PORT: String(port), LAME_DUCK_MS: "400" };
  const web = run(t, env);
  for (;;) {
    const live = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => null);
    if (live?.ok) return { web, port };
    assert.equal(web.exitCode, null);
    await sleep(50);
  }
}

function run(t: TestContext, env: Record<string, string>): ChildProcess {
  const web = spawn(process.execPath, ["src/web.ts"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  web.stdout?.resume();
  t.after(() => web.kill("SIGKILL"));
  return web;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : assert.fail();
}
