import { describe, expect, it } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import { parseArgv } from "../../src/io/cli/argv.ts";
import { helpText } from "../../src/io/cli/help.ts";
import { verbs } from "../../src/io/cli/verbs.ts";

const refusal = (argv: readonly string[]): Failure => {
  try {
    parseArgv(argv);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("It wasn't refused.");
};

describe("parseArgv", () => {
  it("takes create for granted, and values in both spellings", () => {
    expect(parseArgv(["app", "--services", "a,b", "--name=x", "-y", "--no-git"])).toEqual({
      verb: "create",
      positionals: ["app"],
      texts: { services: "a,b", name: "x" },
      switches: { yes: true, git: false },
      lists: {},
    });
    expect(parseArgv(["create", "app"])).toEqual(parseArgv(["app"]));
  });

  it("takes what has a verb's name as the verb, wherever the flags stand", () => {
    expect(parseArgv(["--json", "list", "stacks"])).toMatchObject({ verb: "list", positionals: ["stacks"] });
    expect(parseArgv(["./list"])).toMatchObject({ verb: "create", positionals: ["./list"] });
    expect(parseArgv(["toString"])).toMatchObject({ verb: "create", positionals: ["toString"] });
  });

  it("takes - and what holds a hyphen or an equals sign as values", () => {
    expect(parseArgv(["app", "--answers", "-"]).texts).toEqual({ answers: "-" });
    expect(parseArgv(["app", "--author=-x=y"]).texts).toEqual({ author: "-x=y" });
    expect(parseArgv(["app", "--author", "a=b"]).texts).toEqual({ author: "a=b" });
    expect(parseArgv(["app", "--author="]).texts).toEqual({ author: "" });
  });

  it("takes in order what may be given several times, where it may", () => {
    expect(parseArgv(["app", "--pack", "b", "--pack=a,c"]).lists).toEqual({ pack: ["b", "a,c"] });
    expect(refusal(["undo", "--pack", "a"]).message).toBe("undo has no flag --pack.");
    expect(refusal(["app", "--name", "a", "--name", "b"]).message).toBe("--name is given twice.");
  });

  it("takes all that follows -- as arguments", () => {
    expect(parseArgv(["--yes", "--", "--app"])).toMatchObject({
      positionals: ["--app"],
      switches: { yes: true },
    });
  });

  it("knows both forms of a switch that can be negated, and no other negation", () => {
    expect(parseArgv(["app", "--example"]).switches).toEqual({ example: true });
    expect(parseArgv(["app", "--no-example"]).switches).toEqual({ example: false });
    expect(refusal(["app", "--no-json"]).message).toContain("--no-json");
  });

  it.each([
    [["--platform", "x"], "Did you mean --platforms?"],
    [["--packagemanager", "x"], "Did you mean --package-manager?"],
    [["--noexample"], "Did you mean --no-example?"],
    [["--zzzzzzzz"], "See --help for the flags that there are."],
    [["recovr", "x"], "Did you mean the verb recover?"],
    [["list", "--abort"], "It belongs to recover."],
    [["schema", "pack", "x"], "See schema --help."],
  ])("refuses %j with what was probably meant", (argv, fix) => {
    expect(refusal(argv).fix).toBe(fix);
  });

  it.each([
    [["--name"]],
    [["--name", "--yes"]],
    [["--yes=true"]],
    [["--yes", "-y"]],
    [["--git", "--no-git"]],
  ])("refuses %j", (argv) => {
    expect(refusal(argv).code).toMatch(/^usage\//);
  });
});

describe("helpText", () => {
  it("names every flag of every verb, within a terminal's width", () => {
    for (const [name, verb] of Object.entries(verbs)) {
      const text = helpText(name === "create" ? [] : [name]);
      for (const flag of Object.keys(verb.flags)) expect(text).toMatch(new RegExp(`--(no-)?${flag}\\b`));
      for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(84);
    }
  });
});
