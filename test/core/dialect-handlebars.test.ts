// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub's and a shell's braces are meant
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/core/dialect/evaluate.ts";
import { parseTemplate } from "../../src/core/dialect/parse.ts";
import { targetOf } from "../../src/core/escape/format-of.ts";
import type { Context } from "../../src/core/types.ts";
import { renderWithHandlebars } from "./dialect-reference.ts";

const context: Context = {
  project: {
    name: "notes",
    description: 'Keeps "notes", \\ & <b>',
    empty: "",
    zero: 0,
    port: 8080,
    yes: true,
    no: false,
    none: null,
    roles: { store: "postgres", cache: null },
    env: [
      { name: "DATABASE_URL", example: "postgres://x", tags: ["a", "b"] },
      { name: "LOG_LEVEL", example: null, tags: [] },
    ],
    tags: ["one", "two", "three"],
    nothing: [],
    limits: { memory: 512, cpus: 2 },
  },
  facts: { image: "postgres:17", command: ["node", "--enable", "dist/web.js"] },
};

function ours(source: string, path: string): string {
  return evaluate(parseTemplate(source, { path }), { context, target: targetOf(path) });
}

const corpus: { readonly [what: string]: string } = {
  "a standalone if": "a:\n  {{#if project.yes}}\n  b: 1\n  {{/if}}\nc: 2\n",
  "an else": "{{#if project.none}}\na: 1\n{{else}}\nb: 2\n{{/if}}\n",
  "an else if":
    "{{#if project.none}}\na\n{{else if project.zero}}\nb\n{{else if project.yes}}\nc\n{{else}}\nd\n{{/if}}\n",
  "an unless with else": "{{#unless project.no}}\nx\n{{else}}\ny\n{{/unless}}",
  "every kind of false":
    "{{#if project.empty}}1{{/if}}{{#if project.zero}}2{{/if}}{{#if project.no}}3{{/if}}{{#if project.none}}4{{/if}}" +
    "{{#if project.nothing}}5{{/if}}{{#if project.missing}}6{{/if}}",
  "every kind of true":
    "{{#if project.name}}1{{/if}}{{#if project.port}}2{{/if}}{{#if project.tags}}3{{/if}}",
  "a loop with names":
    "{{#each project.env as |variable index|}}\n- {{variable.name}} # {{index}}\n{{/each}}\n",
  "a loop without names":
    "{{#each project.env}}\n- {{name}}{{#if this.example}} {{example}}{{/if}}\n{{/each}}\n",
  "a loop over texts": "[{{#each project.tags}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}]",
  "a loop over a map":
    "{{#each project.limits as |limit name|}}\n{{name}}: {{limit}} # {{@index}} {{@key}}\n{{/each}}\n",
  "a loop over nothing": "{{#each project.nothing as |x|}}\n{{x}}\n{{else}}\nnone\n{{/each}}\n",
  "loops in loops, and the root from inside":
    "{{#each project.env as |variable|}}\n{{#each variable.tags as |tag|}}\n- {{tag}} {{variable.name}} {{project.name}}\n{{else}}\n- []\n{{/each}}\n{{/each}}\n",
  "first and last":
    "{{#each project.tags as |tag|}}{{#if @first}}<{{/if}}{{tag}}{{#if @last}}>{{/if}}{{/each}}",
  "whitespace control": "a   {{~#if project.yes~}}  b  {{~else~}}  c  {{~/if~}}   d {{~project.port~}}  e",
  comments: "a\n{{! one }}\nb {{!-- two }} --}} c\n  {{!-- three --}}  \nd\n",
  "an escaped placeholder": "a \\{{project.name}} b \\\\{{project.name}}\n",
  "GitHub's expressions":
    "a: ${{ secrets.X }}\n  {{#if project.yes}}\nb: ${{ fromJSON('{\"a}}\":1}') }} {{project.port}}\n  {{/if}}\n",
  "a shell's braces": "a: ${{{envName project.name}}:-x} ${{{ident project.name}}}\n",
  "carriage returns": "a\r\n{{#if project.yes}}\r\nb\r\n{{/if}}\r\nc\r\n",
  helpers:
    'a: {{join project.name "-" project.port}}\nb: {{url "https://" project.description "/x"}}\nc: {{code facts.image}}\n' +
    'd: {{json facts.command}}\ne: {{words facts.command}}\n# {{comment project.name}} {{comment (join project.name " " 1)}}\n' +
    "{{ident project.name}}: {{shWord project.name}}\n",
  "a block at the end of the file": "a\n{{#if project.yes}}\nb\n{{/if}}",
  "a block that is the whole file": "{{#if project.yes}}b{{/if}}",
  "a default of a named block": "a\n  {{#> more}}\n  b: {{project.name}}\n  {{/more}}\nc\n",
  "nothing at all": "",
};

describe("the dialect renders as Handlebars does", () => {
  for (const [what, source] of Object.entries(corpus)) {
    it(what, () => {
      const path = what === "helpers" ? "x.yaml" : "x.xml";
      expect(ours(source, path)).toBe(renderWithHandlebars(source, path, context));
    });
  }

  it("whatever is nested in whatever", () => {
    let rendered = 0;
    fc.assert(
      fc.property(template(3, rootPaths, rootLists), fc.constantFrom("x.xml", "x.md"), (source, path) => {
        const output = ours(source, path);
        if (/\d/.test(output)) rendered += 1;
        expect(output).toBe(renderWithHandlebars(source, path, context));
      }),
      { numRuns: 500 },
    );
    expect(rendered).toBeGreaterThan(100);
  });
});

const rootPaths = ["project.name", "project.description", "project.port", "project.yes", "facts.image"];
const conditions = [
  "project.yes",
  "project.none",
  "project.zero",
  "project.tags",
  "project.roles.store",
  "project.empty",
];
type Loop = { readonly over: string; readonly fields: readonly string[]; readonly lists: readonly string[] };
const rootLists: readonly Loop[] = [
  { over: "project.env", fields: ["name"], lists: ["tags"] },
  { over: "project.tags", fields: [], lists: [] },
  { over: "project.nothing", fields: [], lists: [] },
  { over: "project.limits", fields: [], lists: [] },
];

function template(depth: number, paths: readonly string[], lists: readonly Loop[]): fc.Arbitrary<string> {
  const space = fc.constantFrom("", " ", "\n", "\n  ", "  \n", "\t", "\r\n", "\n\n", " a ", "1\n");
  const text = fc.constantFrom(
    "x",
    "y: ",
    "\n",
    "  ",
    "{ ",
    " }",
    "$ ",
    "${{ a }}\n",
    "\\{{z}}\n",
    "{{! c }}\n",
    "\n  {{!-- c --}}\n",
    "é\n",
  );
  const value = fc.constantFrom(...paths).map((path) => ` {{${path}}} `);
  const joined = fc.constantFrom(...paths).map((path) => ` {{join "a" ${path} (url "b/" ${path})}} `);
  const leaf = fc.oneof(text, value, value, joined);
  if (depth === 0) return leaf;
  const body = (inner: readonly string[], loops: readonly Loop[]) =>
    fc.array(template(depth - 1, inner, loops), { maxLength: 4 }).map((parts) => parts.join(""));
  const tag = fc.tuple(fc.constantFrom("", "", "~"), fc.constantFrom("", "", "~"), space, space);
  const wrap = ([left, right, before, after]: [string, string, string, string], content: string) =>
    `${before}{{${left}${content}${right}}}${after}`;
  const choice = fc
    .tuple(
      tag,
      tag,
      tag,
      fc.constantFrom("if", "unless"),
      fc.constantFrom(...conditions),
      body(paths, lists),
      fc.option(body(paths, lists)),
    )
    .map(
      ([open, middle, close, kind, on, then, otherwise]) =>
        wrap(open, `#${kind} ${on}`) +
        then +
        (otherwise === null ? "" : wrap(middle, "else") + otherwise) +
        wrap(close, `/${kind}`),
    );
  const loop = fc.constantFrom(...lists).chain(({ over, fields, lists: inner }) => {
    const name = `item${depth}`;
    const named = [...paths, "@index", "@first", `key${depth}`, ...fields.map((field) => `${name}.${field}`)];
    const nested = inner.map((list) => ({ over: `${name}.${list}`, fields: [], lists: [] }));
    return fc
      .tuple(tag, tag, tag, body(named, [...lists, ...nested]), fc.option(body(paths, lists)))
      .map(
        ([open, middle, close, each, empty]) =>
          wrap(open, `#each ${over} as |${name} key${depth}|`) +
          each +
          (empty === null ? "" : wrap(middle, "else") + empty) +
          wrap(close, "/each"),
      );
  });
  const block = fc
    .tuple(tag, tag, body(paths, lists))
    .map(([open, close, inner]) => wrap(open, "#> more") + inner + wrap(close, "/more"));
  return fc.oneof(leaf, choice, lists.length > 0 ? loop : choice, block, space);
}
