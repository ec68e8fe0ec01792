import assert from "node:assert/strict";
import { listenersOf } from "../../../src/check/probe/listeners.ts";
import { inParallel } from "../../../src/check/probe/wait.ts";
import type { EnvVariable } from "../../../src/core/types.ts";
import { type Deployment, logOf, type Running, start } from "../deployment.ts";
import type { EmittedProcess } from "../emit.ts";

const patienceMs = 10_000;

/** Without a variable that it needs, a process says which, and ends before it opens a port. */
export async function refusesMissingVariables(deployment: Deployment): Promise<void> {
  const cases = everyProcess(deployment).flatMap((process) =>
    process.variables.filter(({ required }) => required).map(({ name }) => ({ process, name })),
  );
  await inParallel(
    2,
    cases.map(({ process, name }) => async () => {
      const running = await start(deployment, process, { environment: { [name]: null } });
      const words = await refusal(running, `${process.name} without ${name}`);
      assert.match(
        words,
        new RegExp(`\\b${name}\\b`),
        `${process.name} without ${name} does not name it:\n${words}`,
      );
    }),
  );
}

/** Bad values are reported all at once, by name, and never shown. */
export async function reportsAllBadValues(deployment: Deployment): Promise<void> {
  await inParallel(
    2,
    everyProcess(deployment).map((process) => async () => {
      const checked = process.variables.filter(({ type }) => type !== "string");
      const bad = Object.fromEntries(checked.map(({ name }) => [name, `bad-${name.toLowerCase()}-5ecret`]));
      const running = await start(deployment, process, { environment: bad });
      const words = await refusal(running, `${process.name} with bad values`);
      for (const [name, value] of Object.entries(bad)) {
        assert.match(
          words,
          new RegExp(`\\b${name}\\b`),
          `${process.name} does not report ${name}:\n${words}`,
        );
        assert.ok(!words.includes(value), `${process.name} shows the value of ${name}:\n${words}`);
      }
    }),
  );
}

/** A worker starts without PORT, the web without what only a worker needs. */
export async function needsNothingElse(deployment: Deployment): Promise<void> {
  for (const process of deployment.emitted.processes) {
    const hasPort = process.variables.some((variable: EnvVariable) => variable.type === "port");
    assert.equal(hasPort, process.http, `${process.name} ${hasPort ? "wants" : "has no"} PORT`);
  }
}

async function refusal(running: Running, what: string): Promise<string> {
  const seen = new Set<number>();
  const watch = setInterval(() => {
    for (const { port } of listenersOf(running.launched.family().map(({ pid }) => pid))) seen.add(port);
  }, 20);
  try {
    const exit = await running.launched.exitWithin(patienceMs);
    assert.ok(exit !== null, `${what} runs on:\n${logOf(running)}`);
    assert.notEqual(exit.code, 0, `${what} ends with 0`);
    assert.deepEqual([...seen], [], `${what} listens on a port before it ends`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return running.launched.output
      .lines()
      .map(({ text }) => text)
      .join("\n");
  } finally {
    clearInterval(watch);
    await running.launched.stop();
  }
}

function everyProcess({ emitted }: Deployment): readonly EmittedProcess[] {
  return [...emitted.processes, emitted.release];
}
