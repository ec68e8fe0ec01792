import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { identity, runCli, scratch } from "../support/run-cli.ts";

function workplace() {
  const cwd = scratch();
  const home = join(cwd, "home");
  const env = {
    ...identity,
    HOME: home,
    XDG_CACHE_HOME: join(cwd, "cache"),
    XDG_CONFIG_HOME: join(home, "config"),
  };
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  const pack = (name: string, more = "") => {
    write(`packs/${name}/pack.yaml`, `name: ${name}\nversion: 1.0.0\n${more}`);
    write(`packs/${name}/base/files/${name}.md`, `${name}\n`);
  };
  const run = (at: string, ...args: string[]) => runCli(args, { cwd: join(cwd, at), env });
  pack(
    "users",
    "questions: { team: { type: string, message: Team, default: none } }\npolicy: { fixed: { license: UNLICENSED } }\n",
  );
  pack("projects");
  mkdirSync(join(cwd, "work/inner"), { recursive: true });
  const made = async (at: string, ...flags: string[]) => {
    const ran = await run(at, "shop", "--dry-run", "--yes", "--json", ...flags);
    expect(ran.code, ran.stderr).toBe(0);
    const { files, replay } = JSON.parse(ran.stdout) as { files: { path: string }[]; replay: string };
    const packs = files.map(({ path }) => path).filter((path) => /^(users|projects)\.md$/.test(path));
    return { packs, replay, said: ran.stderr };
  };
  return { cwd, write, pack, run, made };
}

const usersFile = "home/config/create-twelve-factor/config.yaml";
const projectFile = "create-twelve-factor.yaml";

describe("packs: of a configuration", () => {
  it("are the user's, said, and recorded like those of --pack", async () => {
    const { cwd, write, run, made } = workplace();
    write(usersFile, "packs: [../../../packs/users]\n");
    const { packs, replay, said } = await made("work");
    expect(packs).toEqual(["users.md"]);
    expect(said).toContain(
      "Packs of ../home/config/create-twelve-factor/config.yaml: ../packs/users. --no-config leaves them out.",
    );
    expect(replay).toContain(`--pack=${join(cwd, "packs/users")}`);
    const ran = await run("work", "shop", "--yes", "--no-install", "--team", "payments");
    expect(ran).toMatchObject({ code: 0 });
    const { packs: recorded, answers } = JSON.parse(
      readFileSync(join(cwd, "work/shop/.twelve-factor.json"), "utf8"),
    );
    expect(recorded).toMatchObject([{ name: "users", source: "../../packs/users" }]);
    expect(answers).toMatchObject({ license: "UNLICENSED", more: { team: "payments" } });
    expect(await run("work/shop", "update", "--check")).toMatchObject({ code: 0, stderr: "" });
  });

  it("give way to those of the project, and these to --pack, each as a whole; --no-config leaves all out", async () => {
    const { write, made, run } = workplace();
    write(usersFile, "packs: [../../../packs/users]\n");
    write(`work/${projectFile}`, "packs: [../packs/projects]\n");
    expect((await made("work")).packs).toEqual(["projects.md"]);
    expect((await made("work/inner")).packs).toEqual(["users.md"]);
    write("work/.git/HEAD", "");
    expect((await made("work/inner")).packs).toEqual(["projects.md"]);
    const given = await made("work", "--pack", "../packs/users");
    expect([given.packs, given.said]).toEqual([["users.md"], ""]);
    const without = await made("work", "--no-config");
    expect([without.packs, without.said]).toEqual([[], ""]);
    write(`work/${projectFile}`, "packs: []\n");
    expect((await made("work")).packs).toEqual([]);
    expect((await run("work", "shop", "--dry-run", "--yes", "--team", "x")).stderr).toContain(
      "no flag --team",
    );
  });

  it("are of list and schema too, and of no verb that a repo tells", async () => {
    const { write, run } = workplace();
    write("packs/users/platforms/acme-cloud/template.yaml", "label: Acme\ndescription: Ours\n");
    await run("work", "shop", "--yes", "--no-install");
    write(usersFile, "packs: [~/../packs/users]\n");
    expect((await run("work", "list", "platforms")).stdout).toContain("acme-cloud");
    expect((await run("work", "list", "platforms", "--no-config")).stdout).not.toContain("acme-cloud");
    expect(JSON.parse((await run("work", "schema")).stdout).properties.more.properties).toHaveProperty(
      "team",
    );
    expect(await run("work/shop", "update", "--check")).toMatchObject({ code: 0, stderr: "" });
    expect((await run("work/shop", "update", "--team", "x")).stderr).toContain("no flag --team");
    expect((await run("work/shop", "update", "--no-config")).stderr).toContain(
      "update has no flag --no-config",
    );
  });

  it.each([
    ["packs: ../users\n", /config\.yaml:1: "packs" isn't a list/],
    ["packs:\n  - a\npack: b\n", /config\.yaml:3: there is no "pack" here[\s\S]*Did you mean "packs"/],
    ["packs: [1]\n", /config\.yaml:1: "packs\.0" isn't a text/],
    ["a: &x [1]\npacks: *x\n", /anchor/],
    ["packs: [\u001b[31m]\n", /config\.yaml:1/],
  ])("are refused in %j, with the line", async (text, said) => {
    const { write, run } = workplace();
    write(usersFile, text);
    const ran = await run("work", "shop", "--yes", "--no-install");
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toMatch(said);
    expect(ran.stderr).not.toContain("\u001b[31m");
    expect(await run("work", "shop", "--yes", "--no-install", "--no-config")).toMatchObject({ code: 0 });
  });
});

describe("pack schemas", () => {
  it("are written by pack new, and named by its files", async () => {
    const { cwd, run } = workplace();
    expect(await run("", "pack", "new", "acme")).toMatchObject({ code: 0 });
    for (const file of ["pack.yaml", "tests/default.yaml"]) {
      const [, path = ""] =
        /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(join(cwd, "acme", file), "utf8")) ?? [];
      expect(JSON.parse(readFileSync(join(cwd, "acme", dirname(file), path), "utf8"))).toHaveProperty(
        "$schema",
      );
    }
    const answers = () =>
      JSON.parse(readFileSync(join(cwd, "acme/schemas/answers.json"), "utf8")).properties.more.properties;
    expect(answers()).toHaveProperty("team");
    const manifest = readFileSync(join(cwd, "acme/pack.yaml"), "utf8");
    writeFileSync(
      join(cwd, "acme/pack.yaml"),
      manifest.replace(
        "  team:",
        "  pii: { type: boolean, message: Personal data, default: false }\n  team:",
      ),
    );
    expect(await run("", "pack", "schemas", "acme")).toMatchObject({ code: 0 });
    expect(answers()).toHaveProperty("pii");
    for (const name of ["pack", "config", "service", "service-patch"])
      expect(JSON.parse((await run("", "schema", name)).stdout)).toHaveProperty("title");
    expect(await run("", "schema", "servce")).toMatchObject({ code: 2 });
  });
});
