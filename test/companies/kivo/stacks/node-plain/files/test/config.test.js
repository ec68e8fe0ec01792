import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../src/config.js";

test("names all that is wrong, and no value", () => {
  assert.throws(
    () => readConfig({ PORT: "s3cret", SHUTDOWN_GRACE_MS: "-1" }, ["PORT", "SHUTDOWN_GRACE_MS"]),
    (error) => /PORT[\s\S]*SHUTDOWN_GRACE_MS/.test(error.message) && !error.message.includes("s3cret"),
  );
});
