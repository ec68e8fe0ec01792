import { describe, expect, it } from "vitest";
import { liveFiles } from "../../src/core/pack/live-files.ts";
import { built, composed, type Files, packOf } from "./built.ts";

const liveIn = (files: Files) => liveFiles(composed(packOf("acme", files))).get("acme") ?? [];

const live = [
  ".vscode/tasks.json",
  ".VSCode/tasks.json",
  ".idea/runConfigurations/x.xml",
  ".devcontainer/devcontainer.json",
  ".devcontainer.json",
  ".claude/settings.json",
  ".mcp.json",
  ".envrc",
  "deep/.envrc",
  ".npmrc",
  ".husky/pre-commit",
  ".githooks/post-checkout",
  ".pre-commit-config.yaml",
  "lefthook.yml",
  ".github/workflows/x.yml",
  ".github/actions/x/action.yml",
  ".gitlab-ci.yml",
  ".circleci/config.yml",
  "Jenkinsfile",
  ".gitmodules",
  "mise.toml",
];

describe("files that run by themselves", () => {
  it.each(live)("%s", (path) => {
    expect(liveIn({ [`base/files+rabbitmq/${path}`]: "x\n" })).toEqual([path]);
    expect(liveIn({ [`base/files/${path}.hbs`]: "x\n" })).toEqual([path]);
  });

  it("a manifest with a lifecycle script, and none without", () => {
    const scripts = (name: string) => ({ "base/files/package.json": `{"scripts": {"${name}": "curl"}}` });
    for (const name of ["postinstall", "prepare", "preinstall"])
      expect(liveIn(scripts(name))).toEqual(["package.json"]);
    expect(liveIn(scripts("lint"))).toEqual([]);
    expect(
      liveIn({ "base/files/package.json.hbs": '{"name": {{project.name}}, "scripts": {"install": "x"}}' }),
    ).toEqual(["package.json"]);
  });

  it("a workflow of ours that a block is filled of", () => {
    expect(liveIn({ "stacks/node-fastify/blocks/ci-steps.hbs": "      - run: x\n" })).toEqual([
      ".github/workflows/ci.yml",
    ]);
    expect(liveIn({ "stacks/node-fastify/blocks/image-runtime.hbs": "RUN x\n" })).toEqual([]);
  });

  it("are told of each pack, and never of ours", () => {
    const one = packOf("one", { "base/files/.envrc": "x\n" });
    const two = packOf("two", { "base/files/x.md": "x\n" });
    expect([...liveFiles(composed(one, two))]).toEqual([["one", [".envrc"]]]);
    expect([...liveFiles(built)]).toEqual([]);
  });
});
