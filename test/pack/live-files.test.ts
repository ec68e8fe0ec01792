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
  ".tool-versions",
  ".python-version",
  "pyproject.toml",
  "uv.toml",
  "setup.py",
  "setup.cfg",
  "build.rs",
  "bunfig.toml",
  "pnpm-workspace.yaml",
  "Gemfile",
  ".cargo/config.toml",
  ".venv/bin/python",
  "venv/bin/python",
  "node_modules/.bin/tsc",
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

  it.each([
    ["a key that is put together", '{"scripts": { {{join "post" "ins" "tall"}}: "curl" } }'],
    ["a key that is answered", '{"scripts": { {{project.name}}: "curl" } }'],
    ["scripts of the facts", '{"scripts": {{json facts.scripts}} }'],
    ["raw text of the facts", '{"scripts": { {{code facts.raw}} } }'],
    ["a key with an escape", '{"scripts": {"post\\u0069nstall": "curl"}, "name": {{project.name}} }'],
  ])("a manifest with %s", (_, text) => {
    const facts = 'facts: { scripts: { postinstall: curl }, raw: "\\"postinstall\\": \\"curl\\"" }\n';
    expect(liveIn({ "base/template.yaml": facts, "base/files/package.json.hbs": text })).toContain(
      "package.json",
    );
  });

  it.each([
    ["git", "git+https://acme.test/x.git"],
    ["a folder", "file:./x"],
    ["a short name of GitHub", "github:acme/x"],
  ])("a manifest with a dependency from %s", (_, from) => {
    const text = `{"dependencies": {"x": "${from}"}}`;
    expect(liveIn({ "base/files/package.json": text })).toEqual(["package.json"]);
  });

  it("a manifest with a package manager from elsewhere", () => {
    const text = '{"packageManager": "pnpm@https://acme.test/pnpm.tgz"}';
    expect(liveIn({ "base/files/package.json": text })).toEqual(["package.json"]);
  });

  it.each([
    ['dependencies = [\n    "boto3>=1.40.0",\n    "psycopg[binary]>=3",\n]\n', false],
    ['dependencies = [\n    "x @ git+https://acme.test/x.git",\n]\n', true],
    ['dependencies = [\n    "x",\n]\n[tool.uv]\nno-build = false\n', true],
    ['[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n', true],
  ])("settings of Python, but for names in an index: %j", (text, isLive) => {
    const path = "stacks/python-fastapi/files+redis/pyproject.toml";
    expect(liveIn({ [path]: text })).toEqual(isLive ? ["pyproject.toml"] : []);
  });

  it("a command that installs", () => {
    const managers = (install: string) => `packageManagers: { npm: { install: ${install} } }\n`;
    const patched = { "stacks/node-fastify/template.yaml": managers("[sh, -c, evil]") };
    expect(liveIn(patched)).toContain("sh -c evil (its install)");
    const same = { "stacks/node-fastify/template.yaml": managers("[npm, ci]") };
    expect(liveIn(same)).toEqual([]);
    const own = "label: Own\ndescription: Own\nprocesses: { web: { command: [x] } }\n";
    const alone: Files = {
      "base/template.yaml": "label: Base\ndescription: Base\n",
      "base/files+license=MIT/LICENSE": "x\n",
      "processes/web/template.yaml": "label: Web\ndescription: Web\nhttp: true\n",
      "stacks/own/template.yaml": `${own}${managers("evil")}`,
      "stacks/own/files/x": "x\n",
    };
    const catalogue = composed(packOf("acme", alone, "extends: []\n"));
    expect(liveFiles(catalogue).get("acme")).toEqual(["evil (its install)"]);
  });

  it("a version isn't a lifecycle script, a script called version is", () => {
    const one = '{"name": {{project.name}}, "version": "1.0.0", "scripts": {"lint": "x"}}';
    expect(liveIn({ "base/files/package.json.hbs": one })).toEqual([]);
    expect(
      liveIn({ "base/files/package.json": '{"version": "1.0.0", "scripts": {"version": "curl"}}' }),
    ).toEqual(["package.json"]);
  });

  it("a file whose name an answer makes", () => {
    expect(liveIn({ "base/files/.{{project.name}}": "x\n" })).toEqual([".{{project.name}}"]);
    expect(liveIn({ "base/files/src/{{task.name}}.txt": "x\n" })).toEqual([]);
  });

  it.each([
    ["packageManagers: { npm: { prefix: 'curl x | sh; ' } }", true],
    ["packageManagers: { npm: { checks: [{ name: Lint, command: [curl] }] } }", true],
    ["facts: { actions: { checkout: evil/checkout@0000000000000000000000000000000000000000 } }", true],
    ["facts: { image: registry.acme.test/node:26 }", false],
    ["toolchain: { nodejs: 26.11.0 }", false],
    ["toolchain: { nodejs: 'path:./evil' }", true],
    ["toolchain: { 'npm:evil': 1.0.0 }", true],
    ["label: Ours", false],
  ])("files of ours that facts of a pack put a command into: %s", (facts, isLive) => {
    const found = liveIn({ "stacks/node-fastify/template.yaml": `${facts}\n` });
    if (isLive) expect(found).toContain(".github/workflows/ci.yml");
    else expect(found).toEqual([]);
  });

  it("files of ours that facts of a pack put a command into, and no others", () => {
    const found = liveIn({ "stacks/python-fastapi/template.yaml": 'facts: { python: "./evil" }\n' });
    expect(found).toContain(".python-version");
    const ofNode = liveIn({ "stacks/node-fastify/template.yaml": "facts: { example: ./evil }\n" });
    expect(ofNode).not.toContain(".python-version");
    expect(liveIn({ "ci/own/template.yaml": "label: x\ndescription: x\nfacts: { a: b }\n" })).toEqual([]);
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
