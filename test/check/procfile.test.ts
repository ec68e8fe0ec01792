import { describe, expect, test } from "vitest";
import { parseProcfile } from "../../src/check/parsers/procfile.ts";

const entries = (text: string) =>
  parseProcfile(text).entries.map(({ name, command }) => `${name}|${command}`);
const remarks = (text: string) =>
  parseProcfile(text).remarks.map(
    ({ line, severity, runners }) => `${line} ${severity} ${runners.join(",")}`,
  );

describe("the normative grammar", () => {
  test.each([
    ["web: node a.js\n", ["web|node a.js"]],
    ["# a comment\n\nweb: a\nworker-2: b c\n", ["web|a", "worker-2|b c"]],
    ["Web_Server: a\n", ["web-server|a"]],
    ["web:a\n", ["web|a"]],
    ["web: a\nweb: b\n", ["web|b"]],
    ["web: a # not a comment\n", ["web|a # not a comment"]],
    ["web a\n", []],
    ["web:\n", []],
    ["-web: a\n", []],
    [`${"a".repeat(64)}: b\n`, []],
    ["web: a\r\n", ["web|a"]],
  ])("%j", (text, expected) => expect(entries(text)).toEqual(expected));
});

describe("what other runners make of a line", () => {
  test("nothing to say about the intersection", () => {
    expect(remarks("web: node dist/web.js\nworker: node dist/worker.js\n")).toEqual([]);
  });

  test.each([
    ["web: a\nweb: b\n", "2 error honcho,overmind,dokku,foreman,goreman"],
    ["web:a\n", "1 warning overmind,heroku"],
    ["web: a $PORT\n", "1 warning paketo,foreman,goreman"],
    ["web: a && b\n", "1 warning paketo"],
    ["web: exec a\n", "1 warning paketo"],
    ["web: A=1 b\n", "1 warning paketo"],
    ["release: a\n", "1 warning foreman,honcho,node-foreman"],
    ["web: a # b\n", "1 warning dokku"],
    ["  # note\nweb: a\n", "1 warning node-foreman"],
    ["nonsense\n", "1 error heroku-cnb,dokku,node-foreman"],
    ["web: a", "1 warning "],
  ])("%j", (text, expected) => expect(remarks(text)).toEqual([expected]));
});
