import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { httpRequest, isAnswer } from "../../src/check/probe/http.ts";
import { launch } from "../../src/check/probe/launch.ts";
import { listenersOf } from "../../src/check/probe/listeners.ts";
import { detectIsolations, isAvailable } from "../../src/check/probe/namespaces.ts";
import { freePort } from "../../src/check/probe/ports.ts";
import { findMarked, readProcess } from "../../src/check/probe/processes.ts";
import { openProxy } from "../../src/check/probe/proxy.ts";
import { openSession, type Session } from "../../src/check/probe/session.ts";
import { compareSnapshots, snapshot } from "../../src/check/probe/snapshot.ts";
import { until } from "../../src/check/probe/wait.ts";
import { waitReady } from "../../src/check/probe/wait-ready.ts";

let session: Session;
beforeEach(() => {
  session = openSession();
});
afterEach(() => session.close());

const run = (line: string, environment: { [name: string]: string } = {}) =>
  launch(session, {
    line,
    cwd: session.directory,
    environment: { PATH: process.env.PATH ?? "", ...environment },
  });

describe("launch", () => {
  test("a command sees nothing of our environment", async () => {
    process.env.TF_TEST_LEAK = "1";
    const launched = run("env", { ONLY: "this" });
    await launched.exitWithin(5_000);
    await until(() => launched.output.lines().length > 3, { timeoutMs: 2_000 });
    const names = launched.output.lines().map(({ text }) => text.split("=")[0]);
    expect(names).toContain("ONLY");
    expect(names).not.toContain("TF_TEST_LEAK");
    expect(names).not.toContain("HOME");
  });

  test("its output is a pipe that it can open again", async () => {
    const launched = run("echo again > /dev/stdout; echo bad > /dev/stderr; exit 3");
    expect(await launched.exitWithin(5_000)).toMatchObject({ code: 3, signal: null });
    await until(() => launched.output.lines().length === 2, { timeoutMs: 2_000 });
    expect(
      launched.output
        .lines()
        .map(({ stream, text }) => `${stream} ${text}`)
        .sort(),
    ).toEqual(["stderr bad", "stdout again"]);
  });

  test("the root process is the program, not a shell", async () => {
    const launched = run("sleep 30");
    await until(() => readProcess(launched.pid)?.command === "sleep", { timeoutMs: 2_000 });
    expect(readProcess(launched.pid)?.command).toBe("sleep");
    expect(readProcess(launched.pid)?.group).toBe(launched.pid);
  });

  test("stop ends what forked twice, left the session and scrubbed its environment", async () => {
    const launched = run("setsid sleep 300 & (setsid env -i sleep 301 &) ; (sleep 302 & sleep 303)");
    const sleepers = () => findMarked(session.mark).filter(({ command }) => command === "sleep");
    expect(await until(() => sleepers().length === 4, { timeoutMs: 5_000 })).toBe(true);
    await launched.stop();
    session.close();
    expect(sleepers()).toEqual([]);
  });

  test("a flood is bounded in memory and told", async () => {
    const launched = run("yes 'a line of some length that repeats without end'");
    expect(await until(() => launched.output.flooded(), { timeoutMs: 10_000 })).toBe(true);
    expect(launched.output.lines().length).toBeLessThanOrEqual(3_000);
    await launched.stop();
  });
});

describe("session", () => {
  test("cleans up after a run that was killed", async () => {
    const probe = resolve(import.meta.dirname, "../../src/check/probe");
    const script = `
      const { openSession } = await import(${JSON.stringify(join(probe, "session.ts"))});
      const { launch } = await import(${JSON.stringify(join(probe, "launch.ts"))});
      const session = openSession();
      const { pid } = launch(session, { line: "setsid sleep 304", cwd: session.directory, environment: { PATH: process.env.PATH } });
      console.log(JSON.stringify({ pid, directory: session.directory, mark: session.mark }));
      setInterval(() => {}, 1000);`;
    const build = await import("esbuild");
    const bundled = await build.build({
      stdin: { contents: script, resolveDir: probe, loader: "ts" },
      bundle: true,
      format: "esm",
      platform: "node",
      write: false,
    });
    const child = spawn(process.execPath, ["--input-type=module", "-e", bundled.outputFiles[0]?.text ?? ""], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise<string>((told) =>
      child.stdout.once("data", (chunk) => told(String(chunk))),
    );
    const killed = JSON.parse(line);
    await until(() => findMarked(killed.mark).length > 0, { timeoutMs: 5_000 });
    const ended = new Promise((told) => child.once("exit", told));
    child.kill("SIGKILL");
    await ended;
    expect(existsSync(killed.directory)).toBe(true);

    openSession().close();

    expect(existsSync(killed.directory)).toBe(false);
    expect(findMarked(killed.mark)).toEqual([]);
  });

  test("leaves a run alone that is still alive", () => {
    openSession().close();
    expect(existsSync(session.directory)).toBe(true);
  });
});

describe("listeners", () => {
  const serve = (host: string) =>
    `node -e 'require("http").createServer((q,r)=>r.end("ok")).listen(+process.env.PORT,"${host}")'`;

  test.each([
    ["0.0.0.0", "any"],
    ["::", "any"],
    ["127.0.0.1", "loopback"],
  ] as const)("%s reaches %s", async (host, reach) => {
    const port = await freePort();
    const launched = run(serve(host), { PORT: String(port) });
    const ready = await waitReady(launched, { port, budgetMs: 10_000 });
    expect(ready.readiness).toBe("ready");
    expect(listenersOf(launched.family().map(({ pid }) => pid))).toMatchObject([
      { port, reach, pid: launched.pid },
    ]);
  });
});

describe("proxy", () => {
  const echo = async (
    use: (proxy: Awaited<ReturnType<typeof openProxy>>, say: () => Promise<string>) => Promise<void>,
  ) => {
    const server = createServer((socket) => socket.on("error", () => {}).pipe(socket));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const proxy = await openProxy({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
    const sockets: Socket[] = [];
    const say = () =>
      new Promise<string>((answer) => {
        const socket = connect(proxy.port, "127.0.0.1");
        sockets.push(socket);
        socket.once("data", (chunk) => answer(String(chunk)));
        socket.once("error", (error) => answer((error as NodeJS.ErrnoException).code ?? "error"));
        socket.write("hello");
        setTimeout(() => answer("nothing"), 400).unref();
      });
    try {
      await use(proxy, say);
    } finally {
      for (const socket of sockets) socket.destroy();
      await proxy.close();
      server.close();
    }
  };

  test("counts and forwards", () =>
    echo(async (proxy, say) => {
      expect(await say()).toBe("hello");
      expect(await say()).toBe("hello");
      expect([proxy.dials(), proxy.sent()]).toEqual([2, 10]);
    }));

  test("delays an answer by the latency", () =>
    echo(async (proxy, say) => {
      proxy.setLatency(200);
      const started = performance.now();
      expect(await say()).toBe("hello");
      expect(performance.now() - started).toBeGreaterThanOrEqual(190);
    }));

  test("pauses, resets and resumes", () =>
    echo(async (proxy, say) => {
      proxy.pause();
      expect(await say()).toBe("nothing");
      proxy.reset();
      expect(await say()).toBe("ECONNRESET");
      proxy.resume();
      expect(await say()).toBe("hello");
    }));

  test("forgets a connection that it cuts while it is ending", async () => {
    const sink = await openProxy(null);
    const { end } = Socket.prototype;
    let cuts = 0;
    Socket.prototype.end = function (this: Socket) {
      end.call(this, "", "utf8");
      if (this.localPort !== sink.port) return this;
      cuts++;
      sink.reset();
      return this;
    };
    try {
      const peer = connect({ port: sink.port, host: "127.0.0.1", allowHalfOpen: true }).resume();
      peer.on("error", () => {});
      await until(() => sink.openConnections() === 1, { timeoutMs: 2_000, everyMs: 1 });
      end.call(peer, "", "utf8");
      await until(() => cuts > 0, { timeoutMs: 2_000, everyMs: 1 });
      expect(cuts).toBe(1);
      expect(await until(() => sink.openConnections() === 0, { timeoutMs: 2_000 })).toBe(true);
    } finally {
      Socket.prototype.end = end;
      await sink.close();
    }
  });
});

test("an answer that breaks off is not an answer", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const answer = await httpRequest({ port: (server.address() as AddressInfo).port });
  expect(isAnswer(answer)).toBe(false);
  expect(answer).toMatchObject({ fault: "broken" });
  server.close();
});

test("a snapshot tells what was created, changed and deleted", () => {
  const directory = mkdtempSync(join(tmpdir(), "snapshot-test-"));
  for (const name of ["same", "changed", "deleted"]) writeFileSync(join(directory, name), "1");
  const before = snapshot(directory);
  writeFileSync(join(directory, "changed"), "22");
  writeFileSync(join(directory, "created"), "");
  rmSync(join(directory, "deleted"));
  expect(compareSnapshots(before, snapshot(directory))).toEqual([
    { path: "changed", kind: "changed" },
    { path: "created", kind: "created" },
    { path: "deleted", kind: "deleted" },
  ]);
  rmSync(directory, { recursive: true });
});

test("each isolation either does what it says or tells what is missing", async () => {
  const isolations = await detectIsolations(session.directory);
  const sees = async (name: "network" | "pid" | "readOnly" | "unprivileged", line: string) => {
    const isolation = isolations[name];
    if (!isAvailable(isolation)) return isolation.missing === "" ? "no reason" : "as promised";
    const launched = launch(session, {
      line,
      cwd: session.directory,
      environment: { PATH: process.env.PATH ?? "" },
      prefix: isolation.prefix,
    });
    return (await launched.exitWithin(5_000))?.code === 0 ? "as promised" : "broken";
  };
  expect(await sees("network", 'test "$(ls /sys/class/net | wc -l)" -gt 0 && ! ip route get 192.0.2.1')).toBe(
    "as promised",
  );
  expect(await sees("pid", "test $$ = 1")).toBe("as promised");
  expect(await sees("readOnly", "! touch file 2>/dev/null")).toBe("as promised");
  expect(await sees("unprivileged", 'test "$(id -u)" = 65534')).toBe("as promised");
});
