import { describe, expect, it } from "vitest";
import { completeAnswers, type PartialAnswers } from "../../src/core/answers.ts";
import { plan } from "../../src/core/plan.ts";
import { printReceipt, readReceipt, receiptOf } from "../../src/core/receipt.ts";
import { renderReceipt } from "../../src/core/render-receipt.ts";
import type { Json } from "../../src/core/types.ts";
import { catalogue, template } from "./catalogue.ts";

type Variable = {
  readonly name: string;
  readonly processes: readonly string[];
  readonly example: string | null;
};
type Project = {
  readonly roles: { readonly [role: string]: string | null };
  readonly env: readonly Variable[];
  readonly services: readonly {
    readonly id: string;
    readonly roles: readonly string[];
    readonly networkUrl: string;
    readonly neededCommand: readonly string[];
  }[];
  readonly processes: readonly { readonly name: string; readonly variables: readonly Variable[] }[];
  readonly has: { readonly [token: string]: boolean };
};

function planned(partial: PartialAnswers) {
  const result = plan(catalogue, completeAnswers(catalogue, { name: "shop", ...partial }));
  const project = result.context.project as unknown as Project;
  const context = (id: string) =>
    result.layers.find(({ template }) => template.id === id)?.context as unknown as {
      addons: readonly Json[];
      manual: readonly Variable[];
    };
  return {
    ...result,
    project,
    needs: (name: string) => project.env.find((entry) => entry.name === name)?.processes,
    context,
  };
}

const everything: PartialAnswers = {
  services: ["postgres", "rabbitmq", "redis"],
  processes: ["web", "worker", "clock"],
};

describe("roles", () => {
  it("are played by the best of the chosen, and jobs by whom was answered", () => {
    expect(planned(everything).project.roles).toEqual({
      bus: "rabbitmq",
      cache: "redis",
      jobs: "rabbitmq",
      store: "postgres",
    });
    expect(planned({ ...everything, jobs: "redis" }).project.roles.jobs).toBe("redis");
    expect(planned({ services: ["redis"] }).project.roles).toMatchObject({ store: "redis", bus: null });
    expect(planned({ ...everything, processes: ["web"] }).project.roles.jobs).toBeNull();
  });

  it("that another plays leave a service that was chosen attached, wherever it could be of use", () => {
    const second = template("service", "nats", {
      roles: { bus: { rank: 2, processes: ["web", "release"] } },
      env: [{ name: "NATS_URL", type: "url", description: "Where it is." }],
      container: {
        image: "nats:2",
        port: 4222,
        command: ["nats-server", "--jetstream"],
        commandNeeded: true,
      },
    });
    const more = { ...catalogue, templates: [...catalogue.templates, second] };
    const answers = completeAnswers(more, { name: "shop", services: ["nats", "rabbitmq"] });
    const { project } = plan(more, answers).context as unknown as { project: Project };
    expect(project.roles.bus).toBe("rabbitmq");
    expect(project.env.find(({ name }) => name === "NATS_URL")?.processes).toEqual(["web", "release"]);
    expect(project.services.map(({ neededCommand }) => neededCommand)).toEqual([
      ["nats-server", "--jetstream"],
      [],
    ]);
  });
});

describe("variables", () => {
  it("know the process types that need them", () => {
    const { needs, project } = planned(everything);
    expect(needs("PORT")).toEqual(["web"]);
    expect(needs("DATABASE_URL")).toEqual(["web", "worker", "release"]);
    expect(needs("AMQP_URL")).toEqual(["web", "worker", "clock", "release"]);
    expect(needs("REDIS_URL")).toEqual(["web"]);
    expect(needs("LOG_LEVEL")).toEqual(["web", "worker", "clock", "release"]);
    const worker = project.processes.find((process) => process.name === "worker");
    expect(worker?.variables.map((variable) => variable.name)).not.toContain("PORT");
  });

  it("have the local address as their example, and containers the network's", () => {
    const { project } = planned({});
    expect(project.env.find((entry) => entry.name === "DATABASE_URL")?.example).toBe(
      "postgres://app:app@127.0.0.1:5432/app",
    );
    expect(project.services[0]?.networkUrl).toBe("postgres://app:app@postgres:5432/app");
  });

  it("of a process with a name of its own go to that name", () => {
    const { needs } = planned({ processes: ["web", { name: "mailer", type: "worker" }] });
    expect(needs("DATABASE_URL")).toEqual(["web", "mailer", "release"]);
  });
});

describe("layers", () => {
  const files = (partial: PartialAnswers) =>
    planned(partial).layers.flatMap(({ layer }) => layer.files.map(({ path, body }) => `${path}: ${body}`));

  it("take part when each token of their condition holds", () => {
    expect(files({})).toContain("store.ts: postgres");
    expect(files({ services: ["redis"] })).toContain("store.ts: redis");
    expect(files({ services: ["rabbitmq"] }).join()).not.toContain("store.ts");
    expect(files({ example: false }).join()).not.toContain("store.ts");
  });
});

describe("a platform", () => {
  it("gets add-ons from its own entries and from the services', and is told what is left to set by hand", () => {
    const { context } = planned(everything);
    expect(context("heroku").addons).toEqual([
      { service: "postgres", variable: "DATABASE_URL", plan: "postgres:essential" },
      { service: "redis", variable: "REDIS_URL", plan: "redis:mini" },
    ]);
    expect(context("heroku").manual.map((variable) => variable.name)).toEqual(["AMQP_URL"]);
  });
});

describe("a receipt", () => {
  const receipt = receiptOf(catalogue, completeAnswers(catalogue, { name: "shop", ...everything }));

  it("reads as it was written, and renders to a tree that holds it", () => {
    expect(readReceipt(printReceipt(receipt))).toEqual(receipt);
    const tree = renderReceipt(catalogue, receipt);
    expect(tree.get(".twelve-factor.json")?.content).toBe(printReceipt(receipt));
  });

  it("has one entry a line, so that two branches that add a service merge", () => {
    const text = printReceipt(receipt);
    expect(text).toContain('\n      "postgres",\n      "rabbitmq",\n      "redis"\n');
    expect(text).toContain('\n      { "name": "worker", "type": "worker" },\n');
  });

  it.each([
    ["{", "isn't JSON"],
    ["<<<<<<< HEAD\n{}", "conflict markers"],
    ["{}", "names no release"],
    ['{"release":{"version":"1.0.0"},"answers":{"name":"x"}}', 'no "stack"'],
    ['{"release":{"version":"1.0.0","__proto__":{}},"answers":{}}', "__proto__"],
  ])("%j is refused", (text, reason) => {
    expect(() => readReceipt(text)).toThrowError(reason);
  });
});
