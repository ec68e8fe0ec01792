import { describe, expect, it } from "vitest";
import { type Addition, add } from "../../generators/add.ts";
import { readSubject } from "../../generators/subject.ts";
import { processesFor, rivalsOf, servicesFor, templatesOf } from "../../src/core/catalogue.ts";
import { Failure } from "../../src/core/failure.ts";
import { keyOf } from "../../src/core/merge/kept.ts";
import { readReceipt, receiptPath } from "../../src/core/receipt.ts";
import {
  adding,
  catalogue,
  createRepo,
  removing,
  run,
  swapping,
  textOf,
  texts,
  withFile,
} from "./repo-model.ts";

const bare = { services: [], processes: ["web"], platforms: [], ci: null };
const pairs = templatesOf(catalogue, "stack").flatMap((stack) =>
  servicesFor(catalogue, stack).map((service) => ({ stack: stack.id, service: service.id })),
);

describe.each(pairs)("$stack with $service", ({ stack, service }) => {
  const offered = servicesFor(
    catalogue,
    templatesOf(catalogue, "stack").find(({ id }) => id === stack) as never,
  );
  const rivals = rivalsOf(offered.find(({ id }) => id === service) as never, offered);
  const rest = offered.filter((other) => other.id !== service && !rivals.includes(other));
  // Of those that exclude each other the last.
  const others = rest.filter((other, at) => rivalsOf(other, rest.slice(at)).length === 0).map(({ id }) => id);

  it.each([[[]], [others.slice(0, 1)], [others]])(
    "is, when it is added to %j, what was created with it, and removed again what was there",
    async (services) => {
      const processes = services.some((id) => carries(id)) ? ["web", "worker"] : ["web"];
      const given = { stack, processes, platforms: ["heroku"], ci: "github" };
      const before = createRepo({ ...given, services });
      const added = await run(before, adding(service));
      const { jobs } = before.receipt.answers;
      const created = createRepo({
        ...given,
        services: [...services, service],
        ...(jobs === null ? {} : { jobs }),
      });
      expect(added.conflicts).toEqual([]);
      expect(texts(added)).toEqual(texts(created));
      const removed = await run(added, removing(service));
      expect(removed.conflicts).toEqual([]);
      expect(texts(removed)).toEqual(texts(before));
    },
  );
});

function carries(id: string): boolean {
  const service = templatesOf(catalogue, "service").find((template) => template.id === id);
  return "jobs" in (service?.definition.roles ?? {});
}

describe("add and remove", () => {
  it("keep what check is told to accept", async () => {
    const suppressions = [{ slug: "logs/files", file: "src/audit.ts", reason: "It is data." }];
    const { receipt, ...repo } = createRepo(bare);
    const accepting = { ...repo, receipt: { ...receipt, suppressions } };
    const added = await run(accepting, adding("heroku"));
    expect(readReceipt(textOf(added, receiptPath)).suppressions).toEqual(suppressions);
    const removed = await run(added, removing("heroku"));
    expect(readReceipt(textOf(removed, receiptPath)).suppressions).toEqual(suppressions);
  });

  it.each(["heroku", "github", "worker", "task purge-expired", "env STRIPE_KEY", "worker mailer"])(
    "%s: the opposite gives back the same files, and what is added is what is created",
    async (subject) => {
      const before = createRepo({ ...bare, services: ["postgres"] });
      const added = await run(before, adding(subject));
      expect(added.conflicts).toEqual([]);
      expect(texts(added)).toEqual(texts(createRepo(added.receipt.answers)));
      expect(texts(added)).not.toEqual(texts(before));
      expect(texts(await run(added, removing(subject)))).toEqual(texts(before));
    },
  );

  it.each(processesFor(catalogue, templatesOf(catalogue, "stack")[0] as never).map(({ id }) => id))(
    "do nothing for %s that is there, or isn't",
    async (type) => {
      const repo = createRepo({ services: ["postgres"], processes: ["web", "worker", "clock"] });
      expect(texts(await run(repo, adding(type)))).toEqual(texts(repo));
      expect(texts(await run(repo, removing("redis")))).toEqual(texts(repo));
      expect(texts(await run(repo, removing("task nothing")))).toEqual(texts(repo));
    },
  );

  it("change only what was said of a variable that is there", () => {
    const subject = { kind: "env", name: "RETRIES" } as const;
    const said = { type: "integer", required: true, processes: ["web"], description: "How often" };
    const { answers } = add(catalogue, createRepo(bare).receipt.answers, {
      ...{ subject, default: "3", example: "5" },
      ...said,
    });
    const known = { name: "RETRIES", sensitive: false, default: "3", example: "5", ...said };
    expect(answers.env).toEqual([known]);
    const again = (addition: Partial<Addition>) =>
      add(catalogue, answers, { subject, ...addition }).answers.env;
    expect(again({})).toEqual([known]);
    expect(again({ description: "How many times" })).toEqual([{ ...known, description: "How many times" }]);
    expect(again({ default: "4" })).toEqual([{ ...known, default: "4" }]);
    expect(again({ processes: [] })).toEqual([{ ...known, processes: [] }]);
    const { default: _, ...bareKnown } = known;
    expect(again({ default: "", sensitive: true })).toEqual([{ ...bareKnown, sensitive: true }]);
    expect(() => again({ sensitive: true })).toThrow("RETRIES is sensitive, and has a default.");
    expect(() => again({ type: "boolean" })).toThrow('"3" can\'t be a value of RETRIES.');
  });

  it("take their subjects in any order", async () => {
    const steps = ["redis", "rabbitmq", "worker", "clock", "task tidy", "env SENTRY_DSN", "github"];
    const start = createRepo({ ...bare, services: ["postgres"] });
    const through = async (order: readonly string[]) => {
      let repo = start;
      for (const step of order)
        repo = await run(repo, adding(step, step === "worker" ? "postgres" : undefined));
      return texts(repo);
    };
    const one = await through(steps);
    expect(
      await through(["env SENTRY_DSN", "worker", "github", "rabbitmq", "task tidy", "clock", "redis"]),
    ).toEqual(one);
  });

  it("keep a dependency that was there, record it, and leave it when the service goes", async () => {
    const before = withFile(createRepo({ services: ["postgres"] }), "package.json", (text) =>
      text.replace('"dependencies": {', '"dependencies": {\n    "ioredis": "5.0.0",'),
    );
    const added = await run(before, adding("redis"));
    expect(added.receipt.kept).toEqual(["package.json#dependencies/ioredis"]);
    expect(added.conflicts).toMatchObject([{ path: "package.json", keyPath: ["dependencies", "ioredis"] }]);
    expect(textOf(added, "package.json")).toContain('"ioredis": "5.0.0"');
    expect(texts(await run(added, removing("redis")))).toEqual(texts(before));
  });

  it("keep a line of source that was there, and leave it when the service goes", async () => {
    const start = createRepo({ services: ["postgres"] });
    const line = /^import .*redis.*$/m.exec(
      textOf(await run(start, adding("redis")), "src/resources.ts"),
    )?.[0];
    const before = withFile(start, "src/resources.ts", (text) =>
      text.replace(/^(import .*postgres.*)$/m, `$1\n${line}`),
    );
    expect(textOf(before, "src/resources.ts")).toContain(line);
    const added = await run(before, adding("redis"));
    expect(added).toMatchObject({
      conflicts: [],
      receipt: { kept: [`src/resources.ts#${keyOf([`${line}\n`])}`] },
    });
    expect(textOf(added, "src/resources.ts").split(line as string)).toHaveLength(2);
    expect(readReceipt(textOf(added, receiptPath)).kept).toEqual(added.receipt.kept);
    expect(texts(await run(added, removing("redis")))).toEqual(texts(before));
  });

  it("keep a whole file that was there", async () => {
    const before = withFile(createRepo({ services: ["postgres"] }), "src/resources/redis.ts", () => "mine\n");
    const added = await run(before, adding("redis"));
    expect(added.receipt.kept).toEqual(["src/resources/redis.ts#"]);
    expect(added.conflicts).toMatchObject([{ path: "src/resources/redis.ts", keyPath: [] }]);
    expect(texts(await run(added, removing("redis")))).toEqual(texts(before));
  });

  it("don't touch a README that create left to the person", async () => {
    const repo = createRepo({ services: ["postgres"] });
    const kept = withFile(
      { ...repo, receipt: { ...repo.receipt, kept: ["README.md#"] } },
      "README.md",
      () => "mine\n",
    );
    const added = await run(kept, adding("redis"));
    expect(textOf(added, "README.md")).toBe("mine\n");
    expect(added.receipt.kept).toEqual(["README.md#"]);
  });

  it("leave deleted what the person deleted, and keep what they changed of a service that goes", async () => {
    const repo = createRepo({ services: ["postgres", "redis"] });
    const files = new Map(repo.files);
    files.delete("README.md");
    const edited = withFile({ ...repo, files }, "src/resources/redis.ts", (text) => `${text}// mine\n`);
    const removed = await run(edited, removing("redis"));
    expect(removed.files.has("README.md")).toBe(false);
    expect(textOf(removed, "src/resources/redis.ts")).toContain("// mine");
    expect(removed.conflicts).toMatchObject([{ path: "src/resources/redis.ts" }]);
  });

  it("keep the line ends of the receipt and print it as it was", async () => {
    const repo = withFile(createRepo({ services: ["postgres"] }), receiptPath, (text) =>
      text.replaceAll("\n", "\r\n"),
    );
    const added = await run(repo, adding("redis"));
    expect(textOf(added, receiptPath)).toMatch(/"redis"\r\n/);
    expect(texts(await run(added, removing("redis")))).toEqual(texts(repo));
  });
});

describe("what a verb is about", () => {
  const { answers } = createRepo({ services: ["postgres"], processes: ["web", "worker"] }).receipt;

  it.each([
    ["redis", { kind: "service", id: "redis", name: null }],
    ["service redis", { kind: "service", id: "redis", name: null }],
    ["worker mailer", { kind: "process", id: "worker", name: "mailer" }],
    ["process worker mailer", { kind: "process", id: "worker", name: "mailer" }],
    ["heroku", { kind: "platform", id: "heroku", name: null }],
    ["github", { kind: "ci", id: "github", name: null }],
    ["task purge-expired", { kind: "task", name: "purge-expired" }],
    ["env STRIPE_KEY", { kind: "env", name: "STRIPE_KEY" }],
  ])("is read from %j", (words, subject) => {
    expect(readSubject(catalogue, answers, words.split(" "))).toEqual(subject);
  });
});

describe("jobs", () => {
  const answers = (services: string[], jobs?: string) =>
    createRepo({ services, processes: ["web", "worker"], ...(jobs === undefined ? {} : { jobs }) }).receipt
      .answers;

  it("stay where they are when a better service is added, and move only when told to", () => {
    expect(adding("rabbitmq")(answers(["postgres"])).answers.jobs).toBe("postgres");
    const moved = adding("rabbitmq", "rabbitmq")(answers(["postgres"]));
    expect(moved.answers.jobs).toBe("rabbitmq");
    expect(moved.notes).toEqual([
      "Jobs go over rabbitmq from the next release on. Those still in postgres stay there: drain it before.",
    ]);
    expect(adding("rabbitmq", "postgres")(answers(["postgres", "rabbitmq"], "rabbitmq")).answers.jobs).toBe(
      "postgres",
    );
  });

  it("don't go with their service", () => {
    const both = answers(["postgres", "redis"], "redis");
    expect(refusal(() => removing("redis")(both))).toContain("--jobs postgres");
    expect(removing("redis", "postgres")(both).answers.jobs).toBe("postgres");
    expect(refusal(() => removing("postgres")(answers(["postgres"])))).toContain(
      "Run add rabbitmq or add nats or add postgres",
    );
  });

  it("go along in a swap, since that was asked for", () => {
    const { answers: after, notes } = swapping("postgres", "redis")(answers(["postgres"]));
    expect(after).toMatchObject({ services: ["redis"], jobs: "redis" });
    expect(notes).toHaveLength(2);
  });

  it("begin with the first that can carry them, as in create, and end with the last process", () => {
    const web = createRepo({ services: ["postgres", "redis"], processes: ["web"] }).receipt.answers;
    expect(adding("worker")(web).answers.jobs).toBe("postgres");
    expect(removing("worker")(adding("worker")(web).answers).answers).toEqual(web);
  });
});

describe("a swap of databases", () => {
  const given = { ...bare, processes: ["web", "worker"], jobs: "redis", platforms: ["heroku"], ci: "github" };

  it("is what was created with the other one, and back again, with what was edited in between", async () => {
    const before = createRepo({ ...given, services: ["postgres", "redis"] });
    const swapped = await run(before, swapping("postgres", "mysql"));
    expect(swapped.conflicts).toEqual([]);
    expect(texts(swapped)).toEqual(texts(createRepo({ ...given, services: ["mysql", "redis"] })));
    const edited = withFile(swapped, "src/database.ts", (text) => `${text}\nexport type Mine = string;\n`);
    const back = await run(edited, swapping("mysql", "postgres"));
    expect(back.conflicts).toEqual([]);
    const expected = withFile(before, "src/database.ts", (text) => `${text}\nexport type Mine = string;\n`);
    expect(texts(back)).toEqual(texts(expected));
  });

  it("is told to take the jobs elsewhere when they go over the one that leaves", () => {
    const { answers } = createRepo({ ...given, jobs: "postgres", services: ["postgres", "redis"] }).receipt;
    expect(refusal(() => swapping("postgres", "mysql")(answers))).toContain("--jobs redis");
    expect(swapping("postgres", "mysql", "redis")(answers).answers).toMatchObject({
      services: ["mysql", "redis"],
      jobs: "redis",
    });
  });
});

describe("what can't be is refused with what to do first", () => {
  const { answers } = createRepo({ services: ["postgres"], processes: ["web", "worker", "clock"] }).receipt;
  const bareAnswers = createRepo(bare).receipt.answers;

  it.each([
    ["a clock without a worker", () => adding("clock")(bareAnswers), "Run add worker first"],
    [
      "a worker without a queue",
      () => adding("worker")(bareAnswers),
      "Run add rabbitmq or add nats or add postgres or add redis first",
    ],
    ["the worker of a clock", () => removing("worker")(answers), "remove clock first"],
    ["the only web", () => removing("web")(answers), "Leave the last web where it is."],
    ["a typo", () => adding("postgers")(answers), "Did you mean postgres?"],
    [
      "a name for a service",
      () => adding("redis cache")(answers),
      "Only a process has a name besides its type.",
    ],
    ["a task with a bad name", () => adding("task a/b")(answers), "Choose another name."],
    ["a variable with a bad name", () => adding("env stripe")(answers), "Use A-Z, 0-9 and _"],
    ["a variable of a template", () => adding("env DATABASE_URL")(answers), "Choose another name."],
    ["a second service of one variable", () => adding("mysql")(answers), "Run swap postgres mysql."],
    [
      "a swap for what carries no jobs",
      () => swapping("postgres", "mysql")(answers),
      "first, or remove worker first",
    ],
    [
      "a service whose variable is one of the person's own",
      () => adding("smtp")(adding("env SMTP_URL")(answers).answers),
      "Run remove env SMTP_URL first.",
    ],
    ["a swap of two kinds", () => swapping("postgres", "github")(answers), "Run remove for the one"],
    ["a swap of what isn't there", () => swapping("redis", "rabbitmq")(answers), "Run add rabbitmq."],
  ])("%s", (_, work, fix) => {
    expect(refusal(work)).toContain(fix);
  });
});

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error.fix;
    throw error;
  }
  return "nothing was refused";
}
