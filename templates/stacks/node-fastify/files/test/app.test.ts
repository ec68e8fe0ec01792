import assert from "node:assert/strict";
import { test } from "node:test";
import { startApp } from "./start-app.ts";

test("is live whatever the services do, and ready only when all are up", async (t) => {
  const { app, resources } = startApp(t);
  const live = await app.inject("/health/live");
  assert.equal(live.statusCode, 200);
  assert.deepEqual(live.json(), { status: "live" });

  const names = Object.keys(resources);
  const ready = await app.inject("/health/ready");
  assert.equal(ready.statusCode, names.length === 0 ? 200 : 503);
  assert.deepEqual(ready.json().resources, Object.fromEntries(names.map((name) => [name, "down"])));
});

test("is not ready while it stops, and sends clients elsewhere", async (t) => {
  const { app, stopping } = startApp(t);
  stopping.abort();
  const ready = await app.inject("/health/ready");
  assert.equal(ready.statusCode, 503);
  assert.equal(ready.headers.connection, "close");
  const live = await app.inject("/health/live");
  assert.equal(live.statusCode, 200);
});

test("tells a problem as RFC 9457 has it", async (t) => {
  const { app } = startApp(t);
  const reply = await app.inject("/nowhere");
  assert.equal(reply.statusCode, 404);
  assert.match(String(reply.headers["content-type"]), /^application\/problem\+json/);
  assert.deepEqual(reply.json(), { type: "about:blank", title: "Not Found", status: 404 });
});

test("keeps the id of a request, or that of its trace, or gives it one", async (t) => {
  const { app } = startApp(t);
  const idOf = async (headers: Record<string, string>) =>
    (await app.inject({ url: "/health/live", headers })).headers["x-request-id"];
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  assert.equal(await idOf({ "x-request-id": "r-1", traceparent }), "r-1");
  assert.equal(await idOf({ traceparent }), "0af7651916cd43dd8448eb211c80319c");
  assert.match(String(await idOf({ "x-request-id": "no\ngood" })), /^[\da-f-]{36}$/);
});
