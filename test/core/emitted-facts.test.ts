import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const folder = fileURLToPath(new URL("../../templates", import.meta.url));
const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
const read = (path: string) => readFileSync(join(folder, path), "utf8");
const facts = (path: string) => parse(read(path));

/** What only a fact may say: `template.yaml`, and of libraries a fragment of package.json. */
const pinned: readonly RegExp[] = [
  /\b\d+\.\d+\.\d+\b/,
  /sha\d+:/,
  /@[0-9a-f]{7,40}\b/,
  /@v?\d+\b/,
  /\b(ubuntu|debian|alpine|node|python|postgres|valkey|redis|rabbitmq)[:@-]v?\d/i,
  /^\s*(- )?(uses|image|runs-on): (?!\{\{)/,
  /^FROM (?!\{\{|base)/,
];
/** Addresses, versions of a format, and what is an example in a text. */
const innocent =
  /\b(127\.0\.0\.1|0\.0\.0\.0)\b|openapi: 3\.\d\.\d|HTTP\/1\.1|00000000-0000-4000|(\^|>=)\d+\.\d+\.\d+",?$/g;

describe("what is emitted", () => {
  it("has no version, digest or pin but from a fact", () => {
    const sources = paths.filter((path) => /\/files[^/]*\//.test(path));
    expect(sources.length).toBeGreaterThan(50);
    const found = sources.flatMap((path) =>
      read(path)
        .split("\n")
        .map((line, index) => ({ place: `${path}:${index + 1}`, line: line.replace(innocent, "") }))
        .filter(({ line }) => pinned.some((pattern) => pattern.test(line)))
        .map(({ place, line }) => `${place}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it("names one version of Node, and types of the same major", () => {
    const stack = facts("stacks/node-fastify/template.yaml");
    const version: string = stack.toolchain.nodejs;
    expect(stack.facts.image).toMatch(new RegExp(`^node:${version}-[a-z-]+@sha256:[0-9a-f]{64}$`));
    expect(stack.facts.devImage).toMatch(new RegExp(`^node:${version}-`));
    const manifest = read("stacks/node-fastify/files/package.json.hbs");
    expect(/"@types\/node": "\^(\d+)/.exec(manifest)?.[1]).toBe(version.split(".")[0]);
  });

  it("names one version of Python, and of uv", () => {
    const { toolchain, facts: own } = facts("stacks/python-fastapi/template.yaml");
    expect(toolchain.python.startsWith(`${own.python}.`)).toBe(true);
    expect(own.image).toMatch(new RegExp(`^python:${toolchain.python}-[a-z-]+@sha256:[0-9a-f]{64}$`));
    expect(own.uvImage).toMatch(new RegExp(`^ghcr.io/astral-sh/uv:${toolchain.uv}@sha256:[0-9a-f]{64}$`));
    expect(own.devImage).toBe(`ghcr.io/astral-sh/uv:${toolchain.uv}-python${own.python}-trixie`);
    expect(own.uv).toBe(toolchain.uv);
  });

  it("names one version of pnpm", () => {
    const text = read("stacks/node-fastify/template.yaml");
    expect(new Set(text.match(/pnpm@\d[\d.]*/g)).size).toBe(1);
  });

  it("asks Heroku for the PostgreSQL that it develops with", () => {
    const { container, platforms } = facts("services/postgres/template.yaml");
    expect(container.image.split(/[:.]/)[1]).toBe(platforms.heroku.version);
  });

  it("pins each action to a commit, with the tag that it is", () => {
    const stacks = readdirSync(join(folder, "stacks")).map((id) => facts(`stacks/${id}/template.yaml`).facts);
    for (const pin of stacks.flatMap(({ actions }) => Object.values(actions))) {
      expect(pin).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });
});
