import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/core/dialect/evaluate.ts";
import { parseTemplate } from "../../src/core/dialect/parse.ts";
import { targetOf } from "../../src/core/escape/format-of.ts";
import { Failure } from "../../src/core/failure.ts";
import type { Context, Program } from "../../src/core/types.ts";

function render(
  source: string,
  context: Context,
  path = "x.yaml",
  blocks: { [name: string]: Program } = {},
): string {
  return evaluate(parseTemplate(source, { path }), { context, target: targetOf(path), blocks });
}

describe("data", () => {
  it("is seen by its own keys only", () => {
    for (const key of ["constructor", "toString", "hasOwnProperty", "valueOf"]) {
      expect(() => render(`a: {{project.${key}}}`, { project: {} })).toThrow("has no value");
      expect(render(`{{#if project.${key}}}yes{{else}}no{{/if}}`, { project: {} })).toBe("no");
    }
    expect(() => render("a: {{project.list.length}}", { project: { list: ["a"] } })).toThrow("has no value");
    expect(() => render("a: {{project.name.length}}", { project: { name: "a" } })).toThrow("has no value");
  });

  it("may have no prototype, and be frozen", () => {
    const bare = (entries: object) => Object.freeze(Object.assign(Object.create(null), entries));
    const context = bare({ project: bare({ name: "x", env: Object.freeze([bare({ name: "A" })]) }) });
    expect(
      render("a: {{project.name}}\n{{#each project.env as |e|}}\n- {{e.name}}\n{{/each}}\n", context),
    ).toBe('a: "x"\n- "A"\n');
  });

  it("never meets a helper of its name", () => {
    const names = [
      "log",
      "join",
      "if",
      "each",
      "lookup",
      "code",
      "words",
      "helperMissing",
      "blockHelperMissing",
    ];
    const project = Object.fromEntries(names.map((name) => [name, `is ${name}`]));
    for (const name of names) expect(render(`a: {{project.${name}}}`, { project })).toBe(`a: "is ${name}"`);
    expect(render("a: {{log}}", { log: "is data" })).toBe('a: "is data"');
  });

  it("is text, whatever template syntax it holds", () => {
    const context = { project: { name: "{{project.secret}}{{#if x}}", secret: "s" } };
    expect(render("a: {{project.name}}", context)).toBe('a: "{{project.secret}}{{#if x}}"');
  });

  it("that is missing is our bug, and what cannot be written is the user's to put right", () => {
    expect(() => render("a: {{project.x}}", { project: {} })).toThrow("x.yaml: project.x has no value");
    expect(() => render("a: {{project.x}}", { project: {} })).not.toThrow(Failure);
    expect(() => render("{{#each project.x as |y|}}{{/each}}", { project: {} })).toThrow(
      "no project.x to loop over",
    );
    expect(() => render('a: {{join "a" project.x}}', { project: { x: null } })).toThrow(
      "no text that can be joined",
    );
    expect(() => render("A={{project.x}}", { project: { x: "a b" } }, ".env")).toThrow(Failure);
    expect(() => render("A={{project.x}}", { project: { x: "a b" } }, ".env")).toThrow(
      'project.x: "a b" cannot be written into .env',
    );
  });
});

describe("named blocks", () => {
  const source = "{{#each a.b as |x|}}\n- {{x}}\n  {{#> more}}\n  # none\n  {{/more}}\n{{/each}}\n";

  it("are filled by name, and read the root there", () => {
    const more = parseTemplate("  - {{a.c}}\n", { path: "x.yaml" });
    expect(render(source, { a: { b: [1, 2], c: "in" } }, "x.yaml", { more })).toBe(
      '- 1\n  - "in"\n- 2\n  - "in"\n',
    );
  });

  it("have a default, also under the names of Object's own", () => {
    expect(render(source, { a: { b: [1] } })).toBe("- 1\n  # none\n");
    expect(render("{{#> constructor}}\nd\n{{/constructor}}\n", {})).toBe("d\n");
  });
});

describe("a value that is a list of pieces", () => {
  it("is one literal", () => {
    const context = { a: { user: 'x"@/', port: 5432, yes: true } };
    expect(render('a: {{join a.user "-" a.port a.yes 1}}', context)).toBe('a: "x\\"@/-5432true1"');
    expect(render('a: {{url "http://" a.user "@h:" a.port "/" (join a.user "x")}}', context)).toBe(
      'a: "http://x%22%40%2F@h:5432/x\\"@/x"',
    );
  });
});

it("the text around a value is the same for every value", () => {
  const program = parseTemplate("a: {{p.x}} # c\n{{#each p.l as |x|}}\n- {{x}}\n{{/each}}\n", {
    path: "x.yaml",
  });
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (x) => {
      const lines = evaluate(program, { context: { p: { x, l: [x, x] } }, target: targetOf("x.yaml") }).split(
        "\n",
      );
      expect(lines).toHaveLength(4);
      expect(lines[0]).toMatch(/^a: ".*" # c$/);
    }),
  );
});
