import assert from "node:assert/strict";
import { test } from "node:test";
import { startApp } from "./start-app.ts";

test("refuses what is not a message", async (t) => {
  const { app } = startApp(t);
  const bad = [{}, { text: "" }, { text: 5 }, { text: "x".repeat(1001) }, { text: "x", more: 1 }];
  for (const payload of bad) {
    const reply = await app.inject({ method: "POST", url: "/messages", payload });
    assert.equal(reply.statusCode, 400, JSON.stringify(payload).slice(0, 50));
    assert.equal(reply.json().title, "Bad Request");
  }
});

test("refuses a body that is too large", async (t) => {
  const { app } = startApp(t);
  const payload = { text: "x".repeat(100_000) };
  const reply = await app.inject({ method: "POST", url: "/messages", payload });
  assert.equal(reply.statusCode, 413);
});
