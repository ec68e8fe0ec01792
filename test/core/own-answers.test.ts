import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { completeAnswers, type PartialAnswers, validateAnswers } from "../../src/core/answers.ts";
import { findTemplate } from "../../src/core/catalogue.ts";
import { Failure } from "../../src/core/failure.ts";
import { identifier } from "../../src/core/identifier.ts";
import type { OwnVariable } from "../../src/core/types.ts";
import { compileCatalogue } from "../../src/io/compile-catalogue.ts";

const templates = fileURLToPath(new URL("../../templates", import.meta.url));
const catalogue = compileCatalogue(templates);

function refusal(partial: PartialAnswers): string | null {
  try {
    validateAnswers(catalogue, completeAnswers(catalogue, { name: "shop", ...partial }));
    return null;
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const worker = (name: string) => ({ processes: ["web", "worker", { name, type: "worker" }] });
const task = (name: string, description = "Does it") => ({ tasks: [{ name, description }] });
const variable = (own: Partial<OwnVariable>) => ({
  env: [
    {
      name: "KEY",
      type: "string",
      required: false,
      sensitive: false,
      description: "A key",
      processes: [],
      ...own,
    },
  ] satisfies OwnVariable[],
});

describe("a variable that a service has too", () => {
  const own = variable({ name: "SMTP_URL", type: "url" });

  it("is refused beside that service, and fine without it", () => {
    expect(refusal({ ...own, services: ["postgres"] })).toBeNull();
    expect(refusal({ ...own, services: ["postgres", "smtp"] })).toMatch(
      /SMTP_URL is a variable of a template/,
    );
  });
});

describe("names of the person's own", () => {
  it.each([
    worker("mailer"),
    worker("high-priority"),
    { processes: ["web", { name: "mailer", type: "worker" }, { name: "ticker", type: "clock" }] },
    task("purge-expired"),
    task("reindex", ""),
    variable({}),
    variable({ type: "url", default: "https://example.com/x" }),
    variable({ sensitive: true, required: true, processes: ["web", "release"], example: "abc" }),
  ] as PartialAnswers[])("%j are taken", (partial) => {
    expect(refusal(partial)).toBeNull();
  });

  it.each([
    [worker("release"), "something else"],
    [worker("redis"), "something else"],
    [worker("config"), "something else"],
    [worker("clock"), "Windows"],
    [worker("../x"), "lower-case"],
    [worker("delete"), "reserved word"],
    [worker("a".repeat(31)), "more than 30"],
    [
      { processes: ["web", { name: "mail-2", type: "worker" }, { name: "mail2", type: "worker" }] },
      "one name in the code",
    ],
    [{ processes: ["web", { name: "admin-site", type: "web" }] }, "is called web"],
    [{ processes: ["web", "worker", "clock", { name: "ticker", type: "clock" }] }, "would do the same"],
    [task("seed"), "something else"],
    [task("ping"), "something else"],
    [task("constructor"), "something else"],
    [task("a/b"), "lower-case"],
    [task("x", "two\nlines"), "description"],
    [task("x", 'says "hello"'), "line of code"],
    [task("x", "\u6f22".repeat(41)), "line of code"],
    [{ tasks: [...task("x-y").tasks, ...task("x-y").tasks] }, "twice"],
    [variable({ name: "PORT" }), "of a template"],
    [variable({ name: "DATABASE_URL" }), "of a template"],
    [variable({ name: "NODE_OPTIONS" }), "means something"],
    [variable({ name: "PATH" }), "means something"],
    [variable({ name: "X=1" }), "can't name a variable"],
    [variable({ processes: ["mailer"] }), "no process has that name"],
    [variable({ sensitive: true, default: "x" }), "sensitive"],
    [variable({ type: "integer", default: "x" }), "can't be a value"],
    [variable({ example: "$(id)" }), "can't be a value"],
    [variable({ description: "ends */ it" }), "description"],
    [{ env: [...variable({}).env, ...variable({}).env] }, "twice"],
  ] as [PartialAnswers, string][])("%j are refused", (partial, reason) => {
    expect(refusal(partial)).toContain(reason);
  });

  it("can't be those of what a stack's config class has", () => {
    const env = variable({ name: "MODEL_CONFIG" });
    expect(refusal(env)).toBeNull();
    expect(refusal({ ...env, stack: "python-fastapi" })).toContain("Python with FastAPI");
  });

  it("can't be those of a Python stack's own modules", () => {
    const folder = `${templates}/stacks/python-fastapi`;
    const modules = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((path) => /^files[^/]*\/app\/([a-z]+)(\.py(\.hbs)?|\/.*)$/.exec(path)?.[1])
      .filter((name) => name !== undefined);
    expect(new Set(modules).size).toBeGreaterThan(15);
    expect(findTemplate(catalogue, "stack", "python-fastapi")?.definition.reserved).toEqual(
      expect.arrayContaining(modules),
    );
  });

  it("can't be those of a stack's own modules", () => {
    const folder = `${templates}/stacks/node-fastify`;
    const modules = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((path) => /^files[^/]*\/src\/([a-z-]+)\.ts(\.hbs)?$/.exec(path)?.[1])
      .filter((name) => name !== undefined);
    expect(modules.length).toBeGreaterThan(10);
    expect(findTemplate(catalogue, "stack", "node-fastify")?.definition.reserved).toEqual(
      expect.arrayContaining(modules),
    );
  });
});

describe("an identifier", () => {
  it.each([
    ["mailer", "mailer"],
    ["purge-expired", "purgeExpired"],
    ["a-9-b", "a9B"],
  ])("of %s is %s", (name, expected) => {
    expect(identifier(name)).toBe(expected);
  });
});
