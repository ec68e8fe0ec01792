import { describe, expect, it } from "vitest";
import { checkProgram } from "../../src/core/dialect/check.ts";
import { parseTemplate } from "../../src/core/dialect/parse.ts";
import { type Shape, shapeOf } from "../../src/core/dialect/shape.ts";
import { targetOf } from "../../src/core/escape/format-of.ts";
import { Failure } from "../../src/core/failure.ts";

const shape: Shape = {
  record: {
    project: {
      record: {
        name: "string",
        port: "number",
        example: "boolean",
        ci: { nullable: "code" },
        owner: { nullable: { record: { mail: "string" } } },
        env: { list: { record: { name: "string", default: { nullable: "string" } } } },
        has: { map: "boolean" },
        labels: { map: "string" },
      },
    },
    facts: shapeOf({
      image: "postgres:17",
      port: 5432,
      argv: ["a"],
      ports: { a: 1, b: 2 },
      rows: [{ a: "x" }, { b: 1 }],
      none: null,
      empty: [],
    }),
  },
};

function problems(source: string, path = "x.yaml"): string | null {
  const program = parseTemplate(source, { path, origin: "x.hbs" });
  try {
    checkProgram(program, shape, { ...targetOf(path), origin: "x.hbs" });
    return null;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

const good: readonly string[] = [
  "a: {{project.name}}",
  "a: {{code facts.image}}",
  "a: {{code facts.port}}",
  "a: {{words facts.argv}}",
  "a: {{json facts.rows}}",
  "a: {{json facts.ports}}",
  "{{#if project.ci}}\na: {{code project.ci}}\n{{/if}}",
  "{{#unless project.ci}}\n{{else}}\na: {{code project.ci}}\n{{/unless}}",
  "{{#if project.owner}}\na: {{project.owner.mail}}\n{{/if}}",
  "{{#if project.has.redis}}\na\n{{/if}}",
  "{{#each project.env as |e|}}\n- {{e.name}}\n{{#if e.default}}\n- {{join e.default @index}}\n{{/if}}\n{{/each}}",
  "{{#each project.env}}\n- {{name}}\n{{/each}}",
  "{{#each project.labels as |value key|}}\n{{code key}}: {{value}}\n{{/each}}".replace(
    "{{code key}}",
    "{{ident key}}",
  ),
  "{{#each facts.ports as |port name|}}\n{{code name}}: {{code port}}\n{{/each}}",
  "{{#each facts.rows as |row|}}\n{{#if row.a}}\n- {{code row.a}}\n{{/if}}\n{{/each}}",
  "{{#each facts.empty as |x|}}\n- {{x}}\n{{/each}}",
  "{{#> more}}\na: {{project.name}}\n{{/more}}",
  "a: {{project.ci}}",
];

const bad: readonly (readonly [source: string, problem: string])[] = [
  ["a: {{project.nmae}}", 'project has no "nmae"; there are name'],
  ["a: {{projcet.name}}", "there is no projcet.name; there are project, facts"],
  ["{{#if project.typo}}\n{{/if}}", 'project has no "typo"'],
  ["{{#if project.example}}\na: {{project.typo}}\n{{/if}}", 'x.hbs:2: project has no "typo"'],
  [
    "{{#unless project.example}}\n{{else}}\na: {{project.typo}}\n{{/unless}}",
    'x.hbs:3: project has no "typo"',
  ],
  ["{{#each project.typo as |x|}}\n{{/each}}", 'project has no "typo"'],
  ["{{#each project.env as |e|}}\n- {{e.typo}}\n{{/each}}", 'item has no "typo"'],
  ["{{#each project.env}}\n- {{project.name}}\n{{/each}}", 'item has no "project"'],
  ["{{#each project.env as |e|}}\n{{#if e.typo}}\n{{/if}}\n{{/each}}", 'item has no "typo"'],
  ["{{#each project.name as |x|}}\n{{/each}}", "needs a list or a map"],
  ["{{#each project.env as |e|}}\n{{else}}\na: {{project.typo}}\n{{/each}}", 'project has no "typo"'],
  ["{{#> more}}\na: {{project.typo}}\n{{/more}}", 'project has no "typo"'],
  ['a: {{join "a" project.typo}}', 'project has no "typo"'],
  ['a: {{url "a" (join project.typo)}}', 'project has no "typo"'],
  ["# {{comment (join project.typo)}}", 'project has no "typo"'],
  ['a: {{join "a" project.ci}}', "project.ci may be missing"],
  ['a: {{join "a" project.env}}', "is a list"],
  [
    "a: {{code project.name}}",
    "needs a text of a template or a number or a boolean, not a text of the answers",
  ],
  ["{{#each project.labels as |l|}}\n{{code l}}\n{{/each}}", "not a text of the answers"],
  ["{{#each project.labels as |l key|}}\n{{code key}}\n{{/each}}", "not a text of the answers"],
  ["{{#each project.env as |e|}}\n{{code e.name}}\n{{/each}}", "not a text of the answers"],
  ["a: {{project.env}}", "is a list: use {{#each}}, {{words}} or {{json}}"],
  ["a: {{facts.ports}}", "is a map"],
  ["a: {{words facts.image}}", "words"],
  ["a: {{words facts.rows}}", "not a list"],
  ["a: {{json facts.image}}", "json"],
  ["a: {{ident project.port}}", "needs a text"],
  ["a: {{code project.ci}}", "project.ci may be missing"],
  ["{{#if project.example}}\na: {{code project.ci}}\n{{/if}}", "project.ci may be missing"],
  ["{{#if project.ci}}\n{{else}}\na: {{code project.ci}}\n{{/if}}", "project.ci may be missing"],
  ["a: {{project.owner.mail}}", "project.owner may be missing"],
  ["{{#if facts.ports}}\n{{/if}}", "always true"],
  ["a: {{project.has.redis.x}}", "project.has.redis may be missing"],
  ["a: {{project.name.length}}", 'project.name has no "length"'],
  ["a: {{project.constructor}}", 'project has no "constructor"'],
  ["a: {{facts.rows.length}}", 'facts.rows has no "length"'],
];

describe("a template reads only what its context has", () => {
  for (const source of good)
    it(`passes ${JSON.stringify(source)}`, () => expect(problems(source)).toBeNull());
  for (const [source, problem] of bad) {
    it(`refuses ${JSON.stringify(source)}`, () => expect(problems(source)).toContain(problem));
  }

  it("asks for nothing where the format cannot write it", () => {
    expect(problems("A={{project.ci}}", ".env")).toContain("may be missing");
  });

  it("says all problems at once, each with its line", () => {
    const lines = problems("a: {{project.a}}\nb: 1\nc: {{project.b}}\n")?.split("\n") ?? [];
    expect(lines.map((line) => line.slice(0, 28))).toEqual([
      'x.hbs:1: project has no "a";',
      'x.hbs:3: project has no "b";',
    ]);
  });
});

describe("the shape of facts", () => {
  it("takes text for code, and what only some items have for nullable", () => {
    expect(
      shapeOf([
        { a: "x", b: [] },
        { a: null, b: ["y"], c: 1 },
      ]),
    ).toEqual({
      list: { record: { a: { nullable: "code" }, b: { list: "code" }, c: { nullable: "number" } } },
    });
  });

  it("is one for all items", () => {
    expect(() => shapeOf(["a", 1])).toThrow("no one shape");
  });
});
