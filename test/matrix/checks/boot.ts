import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { httpRequest, isAnswer } from "../../../src/check/probe/http.ts";
import { listenersOf } from "../../../src/check/probe/listeners.ts";
import { type Deployment, entriesOf, type Running, statusOf } from "../deployment.ts";
import { NotRun } from "../report.ts";

/** The web listens on its PORT, on every interface, and nowhere else; the others listen nowhere. */
export async function bindsItsPort(runnings: readonly Running[]): Promise<void> {
  for (const { process, port, launched } of runnings) {
    const listeners = listenersOf(launched.family().map(({ pid }) => pid));
    const found = listeners.map((listener) => `${listener.reach} ${listener.port}`);
    assert.deepEqual(
      found,
      port === null ? [] : [`any ${port}`],
      `${process.name} listens on ${found.join(", ")}`,
    );
  }
}

/** The command of the Procfile is the program itself: one process, no shell, no package manager. */
export async function runsTheProgramItself(runnings: readonly Running[]): Promise<void> {
  for (const { process, launched } of runnings) {
    const family = launched.family();
    assert.deepEqual(
      family.map(({ pid }) => pid),
      [launched.pid],
      `${process.name} is ${family.map(({ command }) => command).join(", ")}`,
    );
  }
}

export async function isHealthy(runnings: readonly Running[]): Promise<void> {
  for (const { process, port } of runnings) {
    if (port === null) continue;
    for (const path of ["/health/live", "/health/ready"]) {
      assert.equal(await statusOf(port, path), 200, `${path} of ${process.name}`);
    }
  }
}

/** It runs as nobody, without capabilities, in a tree that is mounted read-only. */
export async function isConfined({ isolations }: Deployment, runnings: readonly Running[]): Promise<void> {
  for (const isolation of [isolations.readOnly, isolations.unprivileged]) {
    if ("missing" in isolation) throw new NotRun(isolation.missing);
  }
  for (const { process, launched } of runnings) {
    const status = readFileSync(`/proc/${launched.pid}/status`, "utf8");
    assert.match(status, /^Uid:\t65534\t65534/m, `${process.name} runs as another user`);
    assert.match(status, /^CapEff:\t0+$/m, `${process.name} has capabilities`);
    const mounts = readFileSync(`/proc/${launched.pid}/mountinfo`, "utf8");
    assert.match(mounts, / ro[, ]/, `${process.name} may write its tree`);
  }
}

/** Every line is a JSON object with a level, a time and a message, on stdout; a request shows up within a second. */
export async function logsJsonLines(runnings: readonly Running[]): Promise<void> {
  for (const running of runnings) {
    const lines = running.launched.output.lines();
    assert.ok(lines.length > 0, `${running.process.name} logs nothing`);
    for (const { stream, text } of lines) {
      assert.equal(stream, "stdout", `${running.process.name} writes to stderr: ${text}`);
    }
    const entries = entriesOf(running);
    assert.equal(entries.length, lines.length, `${running.process.name} writes lines that are no JSON`);
    for (const entry of entries) {
      assert.ok(
        typeof entry.level === "string" && typeof entry.time === "string" && typeof entry.msg === "string",
        `${running.process.name} writes a line without level, time or msg: ${JSON.stringify(entry)}`,
      );
    }
    if (running.port === null) continue;
    const before = running.launched.output.lines().length;
    await httpRequest({ port: running.port, path: "/matrix-no-such-page" });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const after = running.launched.output.lines().length;
    assert.ok(after > before, `${running.process.name} logs nothing of a request within a second`);
  }
}

/** No password of a service is in a log or in an answer. */
export async function keepsSecrets(deployment: Deployment, port: number): Promise<void> {
  const paths = ["/", "/health/live", "/health/ready", "/env", "/debug", "/messages", "/matrix-no-such-page"];
  const answers = await Promise.all(paths.map((path) => httpRequest({ port, path })));
  const broken = await httpRequest({
    port,
    method: "POST",
    path: "/messages",
    headers: { "content-type": "application/json" },
    body: "{",
  });
  const bodies = [...answers, broken]
    .filter(isAnswer)
    .map(({ body, headers }) => `${JSON.stringify(headers)}${body}`);
  const logs = deployment.started.flatMap(({ launched }) => launched.output.lines().map(({ text }) => text));
  for (const secret of deployment.secrets) {
    assert.ok(!bodies.some((body) => body.includes(secret)), "an answer has a password");
    const line = logs.find((text) => text.includes(secret));
    assert.ok(line === undefined, `a log line has a password: ${line?.replaceAll(secret, "[the password]")}`);
  }
}

/** LOG_LEVEL decides what is logged, and SIGINT ends a process at once with 130. */
export async function endsOnInterrupt(running: Running): Promise<void> {
  running.launched.signal("SIGINT");
  const exit = await running.launched.exitWithin(3_000);
  assert.equal(exit?.code, 130, `${running.process.name} ends with ${exit?.code} on SIGINT`);
}
