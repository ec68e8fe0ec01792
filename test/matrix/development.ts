import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../../src/check/probe/launch.ts";
import { freePort, isFree } from "../../src/check/probe/ports.ts";
import { openProxy, type TcpProxy } from "../../src/check/probe/proxy.ts";
import { until } from "../../src/check/probe/wait.ts";
import { post } from "./checks/example.ts";
import { nameOf } from "./combinations.ts";
import { statusOf } from "./deployment.ts";
import { appName, type Emitted, writeTree } from "./emit.ts";
import { NotRun } from "./report.ts";
import { attempt, step } from "./step.ts";
import { buildEnvironment } from "./toolchain.ts";
import type { Bench } from "./verify-combination.ts";

const defaultPorts: Readonly<Record<string, number>> = {
  postgres: 5432,
  mysql: 3306,
  nats: 4222,
  smtp: 1025,
  redis: 6379,
  rabbitmq: 5672,
};

/** `bin/setup && bin/dev` on a fresh clone, with the servers of this host on their usual ports. */
export async function verifyDevelopment(bench: Bench, emitted: Emitted): Promise<void> {
  const { session, report } = bench;
  const subject = `development of ${nameOf(emitted.combination)}`;
  const scratch = join(session.directory, `development-${emitted.combination.stack}`);
  const origin = join(scratch, "origin");
  const clone = join(scratch, appName);
  mkdirSync(scratch, { recursive: true });
  writeTree(emitted.tree, origin);
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-c", "user.name=Matrix", "-c", "user.email=matrix@localhost", ...args], {
      stdio: "ignore",
    });
  };
  git("init", "-q", "-b", "main", origin);
  git("-C", origin, "add", "-A");
  git("-C", origin, "commit", "-q", "-m", "Start");
  git("clone", "-q", origin, clone);
  const environment = buildEnvironment(scratch, 26);

  const isSetUp = await report.prepare(subject, "bin/setup installs and writes a .env", async () => {
    await step(session, { line: "bin/setup", cwd: clone, environment, timeoutMs: 120_000 });
    const values = readFileSync(join(clone, ".env"), "utf8");
    for (const variable of Object.values(emitted.variables))
      assert.match(values, new RegExp(`^${variable}=.`, "m"));
    assert.match(values, /^PORT=\d+$/m);
    const again = await step(session, { line: "bin/setup", cwd: clone, environment, timeoutMs: 120_000 });
    assert.match(again, /Kept the \.env/);
    assert.equal(readFileSync(join(clone, ".env"), "utf8"), values);
    const status = execFileSync("git", ["-C", clone, "status", "--porcelain"], { encoding: "utf8" });
    assert.equal(status, "", "bin/setup leaves changes");
  });
  if (!isSetUp) return;

  await report.check(subject, "bin/dev says what to install when no server answers", async () => {
    if (Object.keys(emitted.variables).length === 0) throw new NotRun("it has no services");
    for (const port of portsOf(emitted)) {
      if (!(await isFree(port))) throw new NotRun(`port ${port} is taken on this host`);
    }
    const { code, text } = await attempt(session, {
      line: "bin/dev",
      cwd: clone,
      environment,
      timeoutMs: 30_000,
    });
    assert.equal(code, 1, text);
    assert.match(text, /apt-get install/);
  });

  const proxies: TcpProxy[] = [];
  try {
    await report.check(subject, "bin/dev serves a request, and Ctrl-C ends all of it", async () => {
      for (const service of Object.keys(emitted.variables)) {
        const port = defaultPorts[service] ?? 0;
        if (!(await isFree(port))) throw new NotRun(`port ${port} is taken on this host`);
        proxies.push(
          await openProxy({ host: "127.0.0.1", port: bench.servers[service]?.port ?? 0 }, { port }),
        );
      }
      const port = await freePort();
      const running = launch(session, {
        line: "exec bin/dev",
        cwd: clone,
        environment: { ...environment, PORT: `${port}` },
      });
      const output = (): string =>
        running.output
          .lines()
          .map(({ text }) => text)
          .slice(-20)
          .join("\n");
      try {
        const ready = await until(
          async () => (await statusOf(port, "/health/ready")) === 200 || running.exit() !== null,
          {
            timeoutMs: 60_000,
          },
        );
        assert.ok(ready && running.exit() === null, `it does not serve:\n${output()}`);
        if (emitted.combination.example)
          assert.ok((await post(port, { text: "hello" })).status < 300, output());
        running.signalGroup("SIGINT");
        const exit = await running.exitWithin(15_000);
        assert.ok(exit !== null, `it runs on after Ctrl-C:\n${output()}`);
        const left = await until(() => running.family().length === 0, { timeoutMs: 3_000 });
        assert.ok(left, `it leaves ${running.family().map(({ command }) => command)}`);
      } finally {
        await running.stop();
      }
    });
    for (const [name, input, expected] of [
      ["bin/migrate", "", /./],
      ["bin/seed", "", /./],
      ["bin/console", ".exit\n", /./],
      ["bin/admin", "", /ping/],
    ] as const) {
      if (!existsSync(join(clone, name))) continue;
      await report.check(subject, `${name} works`, async () => {
        const { code, text } = await attempt(session, {
          line: name,
          cwd: clone,
          environment,
          input,
          timeoutMs: 30_000,
        });
        assert.ok(code === 0 || name === "bin/admin", `it ended with ${code}:\n${text}`);
        assert.match(text, expected);
      });
    }
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }
}

function portsOf(emitted: Emitted): readonly number[] {
  return Object.keys(emitted.variables).map((service) => defaultPorts[service] ?? 0);
}
