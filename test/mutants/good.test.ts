import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { probe } from "../../src/check/probe/probe.ts";
import { toyStore } from "../check/fixtures/toy-store.ts";

const directory = resolve(import.meta.dirname, "../check/fixtures/good-node");

test("the good app has no finding", async () => {
  const store = toyStore();
  const result = await probe({
    directory,
    adapters: [store],
    watchSeconds: 3,
    graceSeconds: 8,
  });
  expect(result.findings).toEqual([]);
  expect(spawnSync("git", ["status", "--porcelain", "--", directory], { encoding: "utf8" }).stdout).toBe("");
}, 120_000);
