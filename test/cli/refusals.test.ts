import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCli, scratch } from "../support/run-cli.ts";

type Case = readonly [what: string, args: readonly string[], said: RegExp, input?: string];

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]
${"bcdefghi".replace(/./g, (key) => {
  const previous = String.fromCharCode(key.charCodeAt(0) - 1);
  return `${key}: &${key} [${Array(9).fill(`*${previous}`).join(", ")}]\n`;
})}`;

const refused: readonly Case[] = [
  ["an unknown flag", ["x", "--servces", "redis"], /no flag --servces[\s\S]*Did you mean --services\?/],
  ["a short flag that is none", ["-rf"], /no flag -rf/],
  ["a flag of another verb", ["x", "--abort"], /create has no flag --abort[\s\S]*recover/],
  ["a flag given twice", ["x", "--name", "a", "--name", "b"], /--name is given twice/],
  ["a value for a switch", ["x", "--yes=1"], /--yes takes no value/],
  ["a flag without its value", ["x", "--name"], /--name needs a value/],
  ["a flag where a value should be", ["x", "--name", "--yes"], /--name needs a value/],
  ["one argument too many", ["my-app", "other", "--yes"], /"other" is one argument too many/],
  ["a verb with a slip", ["lst", "stacks"], /Did you mean the verb list\?/],
  ["a list with a gap", ["x", "--yes", "--services", "redis,,postgres"], /isn't a list of ids[\s\S]*none/],
  ["the name .", ["my-app", "--yes", "--name", "."], /can't be the name[\s\S]*--name/],
  ["the name ..", ["my-app", "--yes", "--name", ".."], /can't be the name/],
  ["a name that leads upwards", ["my-app", "--yes", "--name", "../x"], /can't be the name/],
  ["a directory above", ["../x", "--yes"], /leads upwards/],
  ["the directory ..", ["..", "--yes"], /leads upwards/],
  ["the name -rf", ["my-app", "--yes", "--name=-rf"], /can't be the name[\s\S]*Try --name rf/],
  ["CON", ["CON", "--yes"], /reserved name on Windows/],
  ["aux.txt", ["aux.txt", "--yes"], /reserved name on Windows/],
  ["a trailing dot", ["my-app.", "--yes"], /ends with a dot or a space/],
  ["a trailing space", ["my-app ", "--yes"], /ends with a dot or a space/],
  ["node_modules", ["node_modules", "--yes"], /can't be the name[\s\S]*Try --name/],
  ["test", ["test", "--yes"], /module of Node.js[\s\S]*Try --name test-app/],
  ["class", ["class", "--yes"], /reserved word[\s\S]*Try --name class-app/],
  ["U+FFFD", ["my\uFFFDapp", "--yes"], /no file name has/],
  ["a line end and a RUN", ["my-app", "--yes", "--name", "x\nRUN id"], /can't be the name/],
  ["300 characters", ["my-app", "--yes", "--name", "a".repeat(300)], /can't be the name/],
  ["a directory of 300 characters", ["a".repeat(300), "--yes"], /longer than 255 bytes/],
  ["git's own directory", [".git", "--yes"], /git's own directory/],
  ["a comment's end in the description", ["x-app", "--yes", "--description", "a */ b"], /ends a comment/],
  ["an HTML comment's end in it", ["x-app", "--yes", "--description", "a --> b"], /ends a comment/],
  [
    "an unknown service",
    ["x-app", "--yes", "--services", "postgrs"],
    /"postgrs"[\s\S]*Did you mean postgres\?/,
  ],
  ["a service twice", ["x-app", "--yes", "--services", "redis,redis"], /redis is named twice/],
  ["an unknown stack", ["x-app", "--yes", "--stack", "node-fasify"], /Did you mean node-fastify\?/],
  [
    "a worker without a service",
    ["x-app", "--yes", "--services", "none", "--processes", "web,worker"],
    /needs a service that can carry jobs[\s\S]*--services/,
  ],
  ["a clock without a worker", ["x-app", "--yes", "--processes", "web,clock"], /worker[\s\S]*--processes/],
  ["no web", ["x-app", "--yes", "--processes", "worker"], /needs a web process[\s\S]*--processes/],
  [
    "jobs over a service that wasn't chosen",
    ["x-app", "--yes", "--services", "postgres", "--jobs", "redis"],
    /isn't among the services[\s\S]*--jobs/,
  ],
  ["an answers file that isn't there", ["x-app", "--yes", "--answers", "none.json"], /can't be read/],
  [
    "an unknown answer",
    ["x-app", "--yes", "--answers", "-"],
    /servces[\s\S]*services/,
    '{"servces":["redis"]}',
  ],
  ["__proto__ in JSON", ["x-app", "--yes", "--answers", "-"], /__proto__/, '{"__proto__":{"name":"x"}}'],
  ["__proto__ in YAML", ["x-app", "--yes", "--answers", "-"], /__proto__/, "__proto__:\n  name: x\n"],
  ["answers that are no map", ["x-app", "--yes", "--answers", "-"], /stdin/, "[1, 2]"],
  ["a broken answers file", ["x-app", "--yes", "--answers", "-"], /can't be read/, "{"],
  ["a YAML bomb", ["x-app", "--yes", "--answers", "-"], /stdin can't be read/, bomb],
  ["a kind that isn't one", ["list", "stack"], /Did you mean stacks\?/],
  ["render without a receipt", ["render"], /--receipt FILE and --json/],
];

describe("what is refused", () => {
  it.each(refused.map((entry) => [entry[0], entry] as const))("%s", async (_, [, args, said, input]) => {
    const cwd = scratch();
    const before = Date.now();
    const ran = await runCli([...args, ...(args.includes("--yes") ? ["--no-install", "--no-git"] : [])], {
      cwd,
      ...(input !== undefined && { input }),
    });
    expect(ran.stderr).toMatch(said);
    expect(ran.stderr).not.toContain("bug");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(readdirSync(cwd)).toEqual([]);
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it("prints no control character of what it was given", async () => {
    for (const flag of ["--name", "--answers", "--services"]) {
      const args = ["x-app", "--yes", flag, "\u001b[31mred\u0007"];
      const { stderr } = await runCli(args, { cwd: scratch() });
      expect(stderr).toContain("red");
      expect(stderr).not.toMatch(/[^\P{Cc}\n]/u);
    }
  });

  it("says what is wrong as JSON too, where JSON was asked for", async () => {
    const ran = await runCli(["x-app", "--yes", "--json", "--services", "postgrs"], { cwd: scratch() });
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.stdout)).toEqual({
      error: {
        code: "answers/services",
        message: expect.stringContaining("postgrs"),
        fix: expect.stringContaining("postgres"),
        state: "Nothing was written.",
      },
    });
  });
});

describe("without a terminal", () => {
  const all =
    "--name --description --stack --services --processes --platforms --ci --package-manager --license --author --no-example";

  it("lists all the missing flags and exits 2, with stdin closed or empty", async () => {
    for (const input of [undefined, ""]) {
      const cwd = scratch();
      const ran = await runCli(["my-app"], { cwd, ...(input !== undefined && { input }) });
      expect(ran).toMatchObject({ code: 2, stdout: "" });
      expect(ran.stderr).toContain(all);
      expect(readdirSync(cwd)).toEqual([]);
    }
  });

  it("lists only those that are missing, and reminds npm's users of the two hyphens", async () => {
    const cwd = scratch();
    const args = ["my-app", "--name", "my-app", "--services", "postgres,redis", "--no-example"];
    const ran = await runCli(args, { cwd, env: { npm_config_user_agent: "npm/11.0.0 node/v24.0.0" } });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(
      "--description --stack --processes --jobs --platforms --ci --package-manager --license --author.",
    );
    expect(ran.stderr).toContain("--");
    expect(ran.stderr).toContain("npm keeps flags to itself unless -- stands before them");
  });

  it("needs a name or a directory even for the defaults", async () => {
    const ran = await runCli(["--yes"], { cwd: scratch() });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("--name");
  });
});
