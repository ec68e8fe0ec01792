import { conditionTokens, rolesOf, templatesOf } from "./catalogue.ts";
import { type Shape, shapeOf } from "./dialect/shape.ts";
import type { Catalogue, Json, PackQuestion, Template } from "./types.ts";

/** The shape of what a template may read: `project`, its own `facts`, and on a platform `addons` and `manual`. */
export function shapeOfContext(catalogue: Catalogue, template: Template): Shape {
  const stacks = template.kind === "stack" ? [template] : templatesOf(catalogue, "stack");
  const record: { [key: string]: Shape } = {
    project: projectShape(catalogue, stacks),
    facts: shapeOf(template.definition.facts),
  };
  if (template.kind === "platform") {
    const own = Object.values<Facts>(template.definition.addons);
    const offered = templatesOf(catalogue, "service").map(
      (service): Facts => service.definition.platforms[template.id] ?? {},
    );
    record.addons = {
      list: { record: { service: "code", variable: "code", ...union([...own, ...offered]) } },
    };
    record.manual = { list: variableShape };
  }
  return { record };
}

const words: Shape = { list: "code" };

const variableShape: Shape = {
  record: {
    name: "string",
    snake: "string",
    type: "code",
    schemaType: "code",
    codeType: "code",
    values: words,
    required: "boolean",
    sensitive: "boolean",
    own: "boolean",
    default: { nullable: "string" },
    value: { nullable: "string" },
    example: { nullable: "string" },
    description: "string",
    processes: { list: "string" },
  },
};

const command: { [key: string]: Shape } = { command: words, dev: words };

const processShape: Shape = {
  record: {
    name: "string",
    identifier: "string",
    pascal: "string",
    snake: "string",
    type: "code",
    label: "code",
    description: "string",
    http: "boolean",
    queue: "string",
    main: "boolean",
    ...command,
    variables: { list: variableShape },
  },
};

const ownTaskShape: Shape = {
  record: {
    name: "string",
    identifier: "string",
    snake: "string",
    plain: "boolean",
    description: "string",
  },
};

/** The shape with the item that a file is emitted for, where it is emitted for each of several. */
export function withItem(catalogue: Catalogue, shape: Shape, item: string | null): Shape {
  if (item === null || typeof shape === "string" || !("record" in shape)) return shape;
  const types = templatesOf(catalogue, "process").map(({ id }) => id);
  if (item === "task") return { record: { ...shape.record, task: ownTaskShape } };
  return types.includes(item) ? { record: { ...shape.record, [item]: processShape } } : shape;
}

function projectShape(catalogue: Catalogue, stacks: readonly Template[]): Shape {
  const flags = [...conditionTokens(catalogue)].map((token): [string, Shape] => [token, "boolean"]);
  return {
    record: {
      name: "string",
      title: "string",
      description: "string",
      license: "string",
      author: "string",
      example: "boolean",
      answers: { record: Object.fromEntries((catalogue.questions ?? []).map(answerShape)) },
      stack: {
        record: {
          id: "code",
          label: "code",
          facts: { record: shared(stacks.map((stack) => stack.definition.facts)) },
        },
      },
      packageManager: {
        record: {
          id: "code",
          ...shared(stacks.flatMap((stack) => Object.values(stack.definition.packageManagers))),
        },
      },
      toolchain: { list: { record: { tool: "code", version: "code" } } },
      volumes: words,
      roles: {
        record: Object.fromEntries(
          rolesOf(catalogue).map((role): [string, Shape] => [role, { nullable: "code" }]),
        ),
      },
      services: {
        list: {
          record: {
            id: "code",
            pascal: "code",
            setting: "code",
            label: "code",
            description: "string",
            image: "code",
            port: "number",
            variable: "code",
            localUrl: "code",
            networkUrl: "code",
            roles: words,
            environment: { list: { record: { name: "code", value: "string" } } },
            command: words,
            neededCommand: words,
            healthcheck: words,
            page: "number",
            volume: "code",
            debian: words,
            env: { list: variableShape },
          },
        },
      },
      processes: { list: processShape },
      release: { record: { ...command, variables: { list: variableShape } } },
      tasks: { list: { record: { name: "string", description: "string", bin: words, ...command } } },
      ownTasks: { list: ownTaskShape },
      env: { list: variableShape },
      platforms: words,
      ci: { nullable: "code" },
      checker: { nullable: "code" },
      has: { record: Object.fromEntries(flags) },
    },
  };
}

/** Text of an answer, escaped wherever it goes; missing where the question wasn't asked. */
function answerShape({ name, type, when }: PackQuestion): [string, Shape] {
  const shape = type === "boolean" ? "boolean" : "string";
  return [name, Object.keys(when).length === 0 ? shape : { nullable: shape }];
}

type Facts = { readonly [key: string]: Json };

/** The keys that all have, so that a template that isn't a stack's own can rely on every stack. */
function shared(all: readonly Facts[]): { [key: string]: Shape } {
  const [first = {}, ...rest] = all;
  const keys = Object.keys(first).filter((key) => rest.every((facts) => key in facts));
  return Object.fromEntries(keys.map((key): [string, Shape] => [key, shapeOf(first[key] as Json)]));
}

function union(all: readonly Facts[]): { [key: string]: Shape } {
  return Object.fromEntries(
    all.flatMap((facts) =>
      Object.entries(facts).map(([key, value]): [string, Shape] => [key, shapeOf(value)]),
    ),
  );
}
