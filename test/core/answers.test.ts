import { describe, expect, it } from "vitest";
import {
  completeAnswers,
  missingAnswers,
  type PartialAnswers,
  readPartialAnswers,
  validateAnswers,
} from "../../src/core/answers.ts";
import { Failure } from "../../src/core/failure.ts";
import type { Catalogue } from "../../src/core/types.ts";
import { catalogue, layer, template } from "./catalogue.ts";

const flags = (partial: PartialAnswers) =>
  missingAnswers(catalogue, partial).map((question) => question.flag);

function refusal(partial: PartialAnswers): Failure {
  try {
    validateAnswers(catalogue, completeAnswers(catalogue, { name: "shop", ...partial }));
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("It was accepted.");
}

describe("two services of one variable", () => {
  const mysql = template("service", "mysql", {
    roles: { store: { rank: 1, processes: ["web"] } },
    env: [{ name: "DATABASE_URL", type: "url", sensitive: true, description: "Where it is." }],
  });
  const more: Catalogue = {
    ...catalogue,
    templates: catalogue.templates
      .map((each) =>
        each.id === "node-fastify" ? { ...each, layers: [...each.layers, layer("mysql")] } : each,
      )
      .concat(mysql),
  };
  const validated = (services: readonly string[]) => () =>
    validateAnswers(more, completeAnswers(more, { name: "shop", services, processes: ["web"] }));

  it("are refused together, and fine alone", () => {
    expect(validated(["postgres", "mysql", "redis"])).toThrow(
      /postgres and mysql would both be at DATABASE_URL/,
    );
    expect(validated(["mysql", "redis"])).not.toThrow();
    expect(validated(["postgres", "redis"])).not.toThrow();
  });
});

describe("defaults", () => {
  it("are those that the command documents", () => {
    const answers = completeAnswers(catalogue, { name: "shop" });
    expect(answers).toMatchObject({
      stack: "node-fastify",
      services: ["postgres"],
      processes: [
        { name: "web", type: "web" },
        { name: "worker", type: "worker" },
      ],
      jobs: "postgres",
      platforms: ["heroku"],
      ci: "github",
      packageManager: "npm",
      license: "MIT",
      example: true,
    });
    expect(() => validateAnswers(catalogue, answers)).not.toThrow();
  });

  it("follow from what was answered: no service, no worker", () => {
    const answers = completeAnswers(catalogue, { name: "shop", services: [] });
    expect(answers.processes.map((process) => process.type)).toEqual(["web"]);
    expect(answers.jobs).toBeNull();
  });

  it("let jobs go over the first chosen of rabbitmq, postgres, redis", () => {
    const jobs = (services: string[]) => completeAnswers(catalogue, { services }).jobs;
    expect(jobs(["redis", "postgres", "rabbitmq"])).toBe("rabbitmq");
    expect(jobs(["redis", "postgres"])).toBe("postgres");
    expect(jobs(["redis"])).toBe("redis");
  });

  it("do not depend on the order of the answers", () => {
    const one = completeAnswers(catalogue, { services: ["redis", "postgres"], processes: ["worker", "web"] });
    const two = completeAnswers(catalogue, { services: ["postgres", "redis"], processes: ["web", "worker"] });
    expect(one).toEqual(two);
  });
});

describe("questions", () => {
  it("are all open at first, and jobs only where there is a choice", () => {
    expect(flags({})).toContain("--services");
    expect(flags({})).not.toContain("--jobs");
    expect(flags({ services: ["postgres", "redis"] })).toContain("--jobs");
    expect(flags({ services: ["postgres", "redis"], processes: ["web"] })).not.toContain("--jobs");
    expect(flags({ stack: "web-only" })).not.toContain("--package-manager");
  });

  it("offer the services for which the stack has a layer, and the processes that it can run", () => {
    const asked = missingAnswers(catalogue, { stack: "web-only" });
    const values = (key: string) =>
      asked.find((question) => question.key === key)?.choices.map(({ value }) => value);
    expect(values("services")).toEqual(["redis"]);
    expect(values("processes")).toEqual(["web"]);
  });

  it("don't offer a worker, nor what needs one, where no service can carry jobs", () => {
    const asked = missingAnswers(catalogue, { services: [] }).find(
      (question) => question.key === "processes",
    );
    expect(asked?.choices.map((choice) => choice.value)).toEqual(["web"]);
  });

  it("refuse a bad value with its reason", () => {
    const name = missingAnswers(catalogue, {}).find((question) => question.key === "name");
    expect(name?.validate("CON")).toContain("lower-case");
    expect(name?.validate("con")).toContain("Windows");
    expect(name?.validate("shop")).toBe(true);
  });
});

describe("contradictions", () => {
  it.each([
    [{ services: [], processes: ["web", "worker"] }, "answers/services", "--services"],
    [{ processes: ["web", "clock"] }, "answers/processes", "worker"],
    [{ processes: ["worker"] }, "answers/processes", "--processes"],
    [{ processes: ["web"], jobs: "postgres" }, "answers/jobs", "--jobs"],
    [{ services: ["postgres"], jobs: "redis" }, "answers/jobs", "--jobs postgres"],
    [{ services: ["postgres", "postgres"] }, "answers/services", "--services"],
    [{ services: ["postgre"] }, "answers/services", "postgres"],
    [{ stack: "web-only", services: ["postgres"] }, "answers/services", "redis"],
    [
      { processes: ["web", "worker", "clock", { name: "ticker", type: "clock" }] },
      "answers/processes",
      "--processes",
    ],
    [{ stack: "rails" }, "answers/stack", "node-fastify"],
    [{ ci: "gitlab" }, "answers/ci", "github"],
    [{ license: "GPL" }, "answers/license", "MIT"],
    [{ packageManager: "yarn" }, "answers/packageManager", "npm"],
    [{ description: "two\nlines" }, "answers/description", "--description"],
    [{ author: "end */ of comment" }, "answers/author", "--author"],
    [{ description: "\u001b[31mred" }, "answers/description", "--description"],
    [{ description: "\uFFFD" }, "answers/description", "--description"],
    [{ name: "node-modules" }, "answers/name", "--name"],
  ] as [PartialAnswers, string, string][])("%j is refused with the flag to change", (partial, code, fix) => {
    const failure = refusal(partial);
    expect(failure.code).toBe(code);
    expect(failure.fix).toContain(fix);
    expect(failure.state).toBe("Nothing was written.");
  });
});

describe("an answers file", () => {
  it.each([
    ["an unknown key", { servics: ["postgres"] }, "services"],
    ["__proto__", JSON.parse('{"__proto__": {"stack": "x"}}'), "Use"],
    ["a list for a text", { stack: ["node-fastify"] }, "text"],
    ["a text for a list", { services: "postgres" }, "list"],
    ["a process without a type", { processes: [{ name: "web" }] }, "type"],
    ["a variable in lower case", { env: [{ name: "key" }] }, "schema"],
    ["not a map", ["postgres"], "object"],
  ])("with %s is refused", (_, data, fix) => {
    expect(() => readPartialAnswers(data, "answers.json")).toThrowError(
      expect.objectContaining({ fix: expect.stringContaining(fix) }),
    );
  });
});
