import { describe, expect, test } from "vitest";
import { parseEnvExample, parseEnvSchema } from "../../src/check/parsers/env-schema.ts";

describe(".env.schema", () => {
  test("decorators, values and the processes that use a variable", () => {
    const text = [
      "# The environment of the app.",
      "# @defaultSensitive=true @defaultRequired=false",
      "# ---",
      "",
      "# Where the database is.",
      "# Used by: web worker, release and seed",
      "# @type=url @required",
      '# @example="postgres://app:app@127.0.0.1:5432/app"',
      "DATABASE_URL=",
      "",
      "# @type=enum(debug, info) @public",
      "LOG_LEVEL=info",
    ].join("\n");
    expect(parseEnvSchema(text)).toEqual([
      {
        name: "DATABASE_URL",
        type: "url",
        values: [],
        required: true,
        sensitive: true,
        default: null,
        example: "postgres://app:app@127.0.0.1:5432/app",
        processes: ["web", "worker", "release", "seed"],
        file: ".env.schema",
        line: 9,
      },
      {
        name: "LOG_LEVEL",
        type: "enum",
        values: ["debug", "info"],
        required: false,
        sensitive: false,
        default: "info",
        example: null,
        processes: null,
        file: ".env.schema",
        line: 12,
      },
    ]);
  });

  test.each([
    ["# @required=false\nA=\n", false],
    ["# @optional\nA=\n", false],
    ["# @defaultRequired=true\n# ---\nA=\n", true],
    ["# @defaultRequired=true\n# ---\n# @optional\nA=\n", false],
    ["A=\n", false],
  ])("%j", (text, required) => expect(parseEnvSchema(text)[0]?.required).toBe(required));
});

test(".env.example tells names and examples, and not what is required", () => {
  expect(parseEnvExample("export A=1 # one\nAPI_TOKEN=\n# B=2\n")).toMatchObject([
    { name: "A", example: "1", required: null, sensitive: false },
    { name: "API_TOKEN", example: null, required: null, sensitive: true },
  ]);
});
