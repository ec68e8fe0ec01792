import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyContained, verifyNewPaths } from "../../src/io/commit/verify-contained.ts";
import { discard, scratch } from "./commit-scenario.ts";

const root = scratch("paths");
beforeAll(() => {
  mkdirSync(join(root, "Dir"));
  writeFileSync(join(root, "Dir/caf\u00e9.txt"), "");
  symlinkSync("/", join(root, "out"));
});
afterAll(() => discard(root));

describe("verifyContained", () => {
  it.each([
    ["", "empty"],
    ["/etc/passwd", "absolute"],
    ["C:/x", "absolute"],
    ["c:x", "absolute"],
    ["../x", "segment"],
    ["a/../../x", "segment"],
    ["a/./x", "segment"],
    ["a//x", "segment"],
    ["a/", "segment"],
    ["..\\x", "backslash"],
    ["a\0b", "character"],
    ["a\uFFFDb", "character"],
    ["a\uD800b", "character"],
    [".git/hooks/pre-commit", "git's own"],
    [".GIT/config", "git's own"],
    ["sub/.git/config", "git's own"],
    [".git", "git's own"],
    [".g\u200cit/config", "git's own"],
    [".git./config", "git's own"],
    [".git /config", "git's own"],
    ["GIT~1/config", "git's own"],
    [".git::$INDEX_ALLOCATION/config", "git's own"],
    [".twelve-factor/plan.json", "journal"],
    [".Twelve-Factor/plan.json", "journal"],
    ["out/etc/passwd", "symbolic link"],
    ["out", "symbolic link"],
    ["Dir", "directory"],
    ["dir/new.txt", "`Dir` is there"],
    ["Dir/CAF\u00c9.txt", "is there"],
    ["Dir/cafe\u0301.txt", "is there"],
    ["Dir/caf\u00e9.txt/x", "is a file"],
  ])("refuses %j", (path, reason) => {
    expect(() => verifyContained(root, ["fine.txt", path])).toThrow(reason);
  });

  it.each([
    [["a.txt", "A.txt"]],
    [["a/x.txt", "A/y.txt"]],
    [["\u00e9", "e\u0301"]],
    [["stra\u00dfe", "STRASSE"]],
    [["x", "x"]],
    [["x/y", "x"]],
  ])("refuses the paths %j together", (paths) => {
    expect(() => verifyContained(root, paths)).toThrow(/cannot be written/);
    for (const path of paths) verifyContained(root, [path]);
  });

  it("accepts what is only unusual", () => {
    const paths = [
      ".gitignore",
      ".github/x.yml",
      ".twelve-factor.json",
      "a..b",
      "[id].tsx",
      "con/x",
      "Dir/caf\u00e9.txt",
    ];
    expect(() => verifyContained(root, paths)).not.toThrow();
  });

  it("prints no control character of a path", () => {
    expect(() => verifyContained(root, ["\u001b[31m/.."])).toThrow(/"\\u001b\[31m/);
  });
});

describe("verifyNewPaths", () => {
  it.each([
    "CON",
    "con.txt",
    "src/aux.txt",
    "NUL .log",
    "lpt1",
    "com\u00b9.txt",
    "CONIN$",
    "dot.",
    "space ",
    "dir./x",
    "a:b",
    "what?",
    "a*b",
    'a"b',
    "a<b",
    "a|b",
    "tab\tbed",
    "esc\u001b[0m",
    `${"x".repeat(256)}`,
    `${"é".repeat(128)}`,
    "../x",
  ])("refuses %j", (path) => {
    expect(() => verifyNewPaths(root, [path])).toThrow(/cannot be written/);
  });

  it("accepts names that only resemble reserved ones", () => {
    const paths = [
      "console.ts",
      "auxiliary",
      "com10.txt",
      "nullable.ts",
      ".env.schema",
      "a b.txt",
      "x".repeat(255),
    ];
    expect(() => verifyNewPaths(root, paths)).not.toThrow();
  });

  it("names every path and its reason at once", () => {
    expect(() => verifyNewPaths(root, ["a", "aux", "b:"])).toThrow(/"aux".*\n.*"b:"/);
  });
});
