import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTree } from "../support/read-tree.ts";
import { runCli, scratch } from "../support/run-cli.ts";

const services = readdirSync("templates/services").sort();

describe("list", () => {
  it("prints all kinds, or one, for people and as JSON", async () => {
    const cwd = scratch();
    const all = await runCli(["list"], { cwd });
    expect(all).toMatchObject({ code: 0, stderr: "" });
    for (const heading of ["stacks", "services", "processes", "platforms", "ci"]) {
      expect(all.stdout).toMatch(new RegExp(`^${heading}\\n {2}\\S`, "m"));
    }
    const one = JSON.parse((await runCli(["list", "services", "--json"], { cwd })).stdout);
    expect(one.map(({ id }: { id: string }) => id)).toEqual(services);
    expect(one.find(({ id }: { id: string }) => id === "postgres")).toMatchObject({
      label: "PostgreSQL",
      roles: expect.arrayContaining(["store", "jobs"]),
    });
    const whole = JSON.parse((await runCli(["list", "--json"], { cwd })).stdout);
    expect(whole.services).toEqual(one);
    expect(whole.stacks[0]).toMatchObject({
      id: "node-fastify",
      services,
    });
  });
});

describe("schema", () => {
  it("describes the answers that create takes", async () => {
    const cwd = scratch();
    const schema = JSON.parse((await runCli(["schema"], { cwd })).stdout);
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(schema.properties.services.items.enum).toEqual(services);
    const args = ["my-app", "--yes", "--dry-run", "--json"];
    const { answers } = JSON.parse((await runCli(args, { cwd })).stdout);
    expect(Object.keys(answers).sort()).toEqual(Object.keys(schema.properties).sort());
  });
});

describe("render", () => {
  it("prints the tree that a receipt stands for, byte for byte", async () => {
    const cwd = scratch();
    await runCli(["my-app", "--yes", "--no-install", "--no-git", "--services", "redis"], { cwd });
    const repo = join(cwd, "my-app");
    const ran = await runCli(["render", "--receipt", ".twelve-factor.json", "--json"], { cwd: repo });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const { files } = JSON.parse(ran.stdout);
    const rendered = files.map(
      (file: { path: string; executable: boolean; encoding: BufferEncoding; content: string }) => [
        file.path,
        `${file.executable ? "x" : "-"} ${Buffer.from(file.content, file.encoding).toString("base64")}`,
      ],
    );
    expect(Object.fromEntries(rendered)).toEqual(readTree(repo));
    const input = readFileSync(join(repo, ".twelve-factor.json"), "utf8");
    expect((await runCli(["render", "--receipt", "-", "--json"], { cwd, input })).stdout).toBe(ran.stdout);
  });

  it.each([
    [
      "of another release",
      (text: string) => text.replace(/"version": "[^"]+"/, '"version": "9.9.9"'),
      /release 9\.9\.9[\s\S]*create-twelve-factor@9\.9\.9/,
    ],
    ["of other templates", (text: string) => text.replace(/sha512-..../, "sha512-abcd"), /other templates/],
    ["with conflict markers", (text: string) => text.replace("{\n", "{\n<<<<<<< HEAD\n"), /conflict markers/],
    ["with __proto__", (text: string) => text.replace("{\n", '{\n  "__proto__": {},\n'), /__proto__/],
    ["that isn't JSON", () => "no", /isn't JSON/],
    ["that is null", () => "null", /names no release/],
  ])("refuses a receipt %s", async (_, change, said) => {
    const cwd = scratch();
    await runCli(["my-app", "--yes", "--no-install", "--no-git"], { cwd });
    mkdirSync(join(cwd, "other"));
    const file = join(cwd, "other/receipt.json");
    writeFileSync(file, change(readFileSync(join(cwd, "my-app/.twelve-factor.json"), "utf8")));
    const ran = await runCli(["render", "--receipt", file, "--json"], { cwd });
    expect(ran.stderr).toMatch(said);
    expect(ran.code).toBe(2);
  });
});
