import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, needs, readConfig } from "../src/config.ts";
import { environment, unreachable } from "./start-app.ts";

test("reads what is set, and defaults for what is not", () => {
  const config = readConfig(needs.web, { ...environment, LOG_LEVEL: "", RELEASE_ID: "" });
  assert.equal(config.PORT, 3000);
  assert.equal(config.LOG_LEVEL, "info");
  assert.equal(config.SHUTDOWN_GRACE_MS, 8000);
  assert.equal(config.RELEASE_ID, undefined);
});

test("reports all problems at once, by name and without a value", () => {
  const secret = "hunter2";
  const names = ["PORT", ...Object.keys(unreachable), "LOG_LEVEL", "SHUTDOWN_GRACE_MS"].sort();
  const bad = Object.fromEntries(names.map((name) => [name, secret]));
  const { message, problems } = failure(() => readConfig(needs.web, { ...environment, ...bad }));
  assert.deepEqual(Object.keys(problems).sort(), names);
  assert.ok(!JSON.stringify({ message, problems }).includes(secret));
});

test("reports what is missing", () => {
  const required = Object.keys(environment).filter((name) => name in needs.web.shape);
  const { problems } = failure(() => readConfig(needs.web, {}));
  assert.deepEqual(problems, Object.fromEntries(required.map((name) => [name, "is missing"])));
});

test("asks a process for no more than it needs", () => {
  const { PORT: _, ...rest } = environment;
  for (const [process, needed] of Object.entries(needs)) {
    if (process !== "web") assert.ok(readConfig<unknown>(needed, rest), process);
  }
});

function failure(read: () => unknown): ConfigError {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  return assert.fail("the config was not refused");
}
