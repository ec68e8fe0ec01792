import { describe, expect, it } from "vitest";
import { completeAnswers } from "../../src/core/answers.ts";
import { explain } from "../../src/core/explain.ts";
import { plan } from "../../src/core/plan.ts";
import { built, composed, emitted, type Files, packOf } from "./built.ts";

const explained = (path: string, files: Files = {}) => {
  const catalogue = Object.keys(files).length === 0 ? built : composed(packOf("acme", files));
  return explain(plan(catalogue, completeAnswers(catalogue, { name: "shop" })), path);
};

describe("explain", () => {
  it("names the template of every file that is emitted", () => {
    for (const path of emitted(built).keys()) expect(explained(path).sources.length, path).toBeGreaterThan(0);
  });

  it("tells a file of ours, its layer, and one that a pack put in its place", () => {
    expect(explained("src/resources/postgres.ts").sources).toEqual([
      {
        pack: null,
        file: "stacks/node-fastify/files+postgres/src/resources/postgres.ts",
        condition: ["postgres"],
        blocks: [],
      },
    ]);
    expect(explained("README.md", { "base/files/README.md": "Ask.\n" }).sources).toEqual([
      { pack: "acme", file: "base/files/README.md", condition: [], blocks: [] },
    ]);
  });

  it("tells a file of ours that a pack filled a block of", () => {
    const { sources } = explained("Dockerfile", {
      "stacks/node-fastify/blocks/image-runtime.hbs": "RUN x\n",
    });
    expect(sources).toEqual([
      {
        pack: null,
        file: "stacks/node-fastify/files/Dockerfile.hbs",
        condition: [],
        blocks: [{ pack: "acme", file: "stacks/node-fastify/blocks/image-runtime.hbs" }],
      },
    ]);
  });

  it("tells each key of what several say, and each line", () => {
    const { parts, sources } = explained("package.json", {
      "base/files/package.json": '{ "private": true, "acme": { "team": "a" } }',
    });
    const of = (part: string) => parts.find((entry) => entry.part === part)?.files;
    expect(sources.map(({ pack }) => pack)).toContain("acme");
    expect(of("acme.team")).toEqual(["acme:base/files/package.json"]);
    expect(of("scripts.build")).toEqual(["stacks/node-fastify/files/package.json.hbs"]);
    expect(of("dependencies.pg")).toEqual(["stacks/node-fastify/files+postgres/package.json.hbs"]);
    const ignored = explained(".gitignore", { "processes/web/files/.gitignore.hbs": "acme.log\n" });
    expect(ignored.parts.find(({ part }) => part === "acme.log")?.files).toEqual([
      "acme:processes/web/files/.gitignore.hbs",
    ]);
  });

  it("has nothing for other files, and says what was probably meant", () => {
    expect(explained("Dockerfil")).toMatchObject({ sources: [], near: "Dockerfile" });
    expect(explained("my/own/file/of/this/repo.ts")).toMatchObject({ sources: [], near: null });
  });
});
