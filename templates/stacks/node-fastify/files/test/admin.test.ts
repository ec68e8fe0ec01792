import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { tasks } from "../src/tasks.ts";

test("bin/admin lists the tasks, without a config", () => {
  const { status, stderr } = admin();
  assert.equal(status, 0);
  for (const [name, { description }] of Object.entries(tasks)) {
    assert.ok(stderr.includes(name));
    assert.ok(stderr.includes(description));
  }
});

test("bin/admin refuses a task that it does not know", () => {
  for (const name of ["nothing-like-it", "constructor"]) {
    const { status, stderr } = admin(name);
    assert.equal(status, 2);
    assert.ok(stderr.includes(name));
  }
});

function admin(...args: string[]) {
  return spawnSync(process.execPath, ["src/admin.ts", ...args], { encoding: "utf8", env: {} });
}
