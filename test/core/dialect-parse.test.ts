// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub's and a shell's braces are meant
import { describe, expect, it } from "vitest";
import { parseTemplate } from "../../src/core/dialect/parse.ts";
import { Failure } from "../../src/core/failure.ts";

function failure(source: string, path = "x.yaml"): Failure {
  try {
    parseTemplate(source, { path, origin: "base/files/x.hbs" });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`was taken: ${source}`);
}

describe("a program", () => {
  it("is plain data, with text merged and empty text left out", () => {
    const source = 'a: {{project.name}}\n{{! note }}\n{{#if facts.x}}\nb: {{join "v" facts.x}}\n{{/if}}\n';
    const program = parseTemplate(source, { path: "x.yaml" });
    expect(JSON.parse(JSON.stringify(program))).toEqual([
      "a: ",
      ["value", ["project", "name"]],
      "\n",
      ["if", ["facts", "x"], ["b: ", ["value", { join: ["v", ["facts", "x"]] }], "\n"], []],
    ]);
  });

  it("reads names of a loop from the loop, and all others from the root", () => {
    const source =
      "{{#each a.b as |x|}}{{#each x.c as |y k|}}{{y}} {{k}} {{x.d}} {{a.e}} {{@index}}{{/each}}{{/each}}";
    expect(parseTemplate(source, { path: "x.md" })).toEqual([
      [
        "each",
        ["a", "b"],
        0,
        [
          [
            "each",
            [0, "c"],
            1,
            [
              ["value", [5]],
              " ",
              ["value", [6]],
              " ",
              ["value", [0, "d"]],
              " ",
              ["value", ["a", "e"]],
              " ",
              ["value", [7]],
            ],
            [],
          ],
        ],
        [],
      ],
    ]);
  });

  it("takes this for the item, and only this", () => {
    const source = "{{#each a.b as |x|}}{{this}}{{this.c}}{{./c}}{{this-c.d}}{{/each}}";
    const body = [[0], [0, "c"], [0, "c"], ["this-c", "d"]].map((path) => ["value", path]);
    expect(parseTemplate(source, { path: "x.md" })).toEqual([["each", ["a", "b"], 0, body, []]]);
  });

  it("has no ${{ … }} in it but as text", () => {
    const text = "if: ${{ a == 'it''s }}' && github.event.x }}\nb: ${{ toJSON({}) }}\n".replace("{}", "1");
    expect(parseTemplate(text, { path: ".github/workflows/x.yml" })).toEqual([text]);
  });

  it("writes a Dockerfile's settings as strings, and its other values as tokens", () => {
    const program = parseTemplate("FROM {{a.b}}\nLABEL x={{a.b}} \\\n  y={{a.b}}\nUSER {{a.b}}\n", {
      path: "Dockerfile",
    });
    const formats = program.flatMap((node) => (typeof node === "string" ? [] : [node[2]]));
    expect(formats).toEqual([undefined, "dockerfile-string", "dockerfile-string", undefined]);
  });
});

describe("what is not of the dialect is refused, with its line and a fix", () => {
  const refused: { readonly [what: string]: string } = {
    "a triple stash": "a\n{{{project.name}}}",
    "an ampersand": "a\n{{&project.name}}",
    "a partial": "a\n{{> header}}",
    "a dynamic partial": "a\n{{> (lookup . 'x')}}",
    "a dynamic named block": "a\n{{#> (lookup . 'x')}}{{/undefined}}",
    "a named block with arguments": "a\n{{#> more x=1}}{{/more}}",
    "a decorator": "a\n{{* inline}}",
    "a block decorator": 'a\n{{#*inline "x"}}{{/inline}}',
    "a raw block": "a\n{{{{if a}}}}{{x}}{{{{/if}}}}",
    "an unknown block": "a\n{{#with project}}{{/with}}",
    "a section": "a\n{{#project}}{{/project}}",
    "an inverted section": "a\n{{^if a}}b{{/if}}",
    "an unknown helper": "a\n{{lookup project 'name'}}",
    "Handlebars' log": 'a\n{{log "x"}}',
    "a helper alone": "a\n{{code}}",
    "a helper of two": "a\n{{code a.b c.d}}",
    "code of a text": 'a\n{{code "x"}}',
    "code of a joined text": 'a\n{{code (join "x" a.b)}}',
    "a nested throwing helper": "a\n{{join (ident a.b)}}",
    "an unknown nested helper": "a\n{{join (lookup a b)}}",
    "a named argument": "a\n{{join a.b sep='x'}}",
    "a literal": 'a\n{{"x"}}'.replace('"x"', "true"),
    "an outward path": "a\n{{#each a.b}}{{../c}}{{/each}}",
    "root data": "a\n{{@root.project.name}}",
    "an index outside of a loop": "a\n{{@index}}",
    "data of Object's own": "a\n{{#each a.b}}{{@constructor}}{{/each}}",
    "outer data": "a\n{{#each a.b}}{{@../index}}{{/each}}",
    "this outside of a loop": "a\n{{this}}",
    "a prototype": "a\n{{project.__proto__}}",
    "a strange key": "a\n{{project.[a b]}}",
    "an item named like a helper": "a\n{{#each a.b as |code|}}{{/each}}",
    "an item named project": "a\n{{#each a.b as |project|}}{{/each}}",
    "an if with names": "a\n{{#if a.b as |x|}}{{/if}}",
    "an if of two": "a\n{{#if a.b c.d}}{{/if}}",
    "an if of a helper": 'a\n{{#if (join "a")}}{{/if}}',
    "an if with an option": "a\n{{#if a.b includeZero=true}}{{/if}}",
    "GitHub's expression in a placeholder": 'a\n{{join "${{ x }}"}}',
  };
  for (const [what, source] of Object.entries(refused)) {
    it(what, () => {
      const { code, message, fix } = failure(source);
      expect(code).toMatch(/^template-/);
      expect(message).toMatch(/^base\/files\/x\.hbs:2: /);
      expect(fix).toMatch(/\.$/);
    });
  }

  it("bad syntax, also behind an expression of several lines", () => {
    expect(failure("a\n{{#if x.y}}\nb").message).toContain("base/files/x.hbs");
    expect(failure("a: ${{ b &&\n c &&\n d }}\n{{#with x}}{{/with}}").message).toMatch(/x\.hbs:4: /);
    expect(failure("a: ${{ b &&\n c }}\n{{#if x}}\n{{/each}}").message).toMatch(
      /x\.hbs:[34]: |doesn't match/,
    );
  });

  it("a placeholder in a format that is not known", () => {
    expect(failure("a {{project.name}}", "x.rb").message).toContain("no format");
    expect(parseTemplate("a {{#if x.y}}b{{/if}}", { path: "x.rb" })).toHaveLength(2);
  });
});

describe("a literal stands where the format takes a value", () => {
  const good: readonly (readonly [path: string, source: string])[] = [
    ["x.json", '{ "a": {{x.y}}, {{x.y}}: [{{x.y}}, {{x.y}}], // "\n"b": {{x.y}} }'],
    [
      "x.yaml",
      "a: {{x.y}} # it's\n- {{x.y}}\n{{x.y}}: [{{x.y}}, {{x.y}}]\nb: { c: {{x.y}} }\nit's: {{x.y}}\n",
    ],
    ["x.yaml", "a: |\n  text\nb: {{x.y}}\n- c: >-\n    text\n\n    more\n  d: {{x.y}}\n"],
    ["x.toml", "a = {{x.y}} # it's\nb = [{{x.y}}]\nc = '\\'\nd = {{x.y}}\n"],
    [
      "x.sh",
      "a={{x.y}} --b={{x.y}} # it's\necho it\\'s {{x.y}} ${#a} \"$b\"\ncat <<EOF\nit's\nEOF\necho {{x.y}}\n",
    ],
    ["Makefile", "all:\n\techo {{x.y}}\n"],
    ["x.ts", "// it's\nf({{x.y}}, '\"', `\n'`, {{x.y}}); /* ' */ g({{x.y}});"],
    ["x.py", "a = {{x.y}}  # it's\n'''\n\"\n'''\nb = [{{x.y}}]\n"],
    ["x.rs", "fn a<'a>() { b({{x.y}}) } // \"\n"],
    ["x.sql", "-- it's\ninsert into a values ({{x.y}}, 'it''s', {{x.y}});"],
    ["x.md", "# {{x.y}}\n\n| `a` | **{{x.y}}** |\n\n```sh\n`\n```\n\n[{{x.y}}](x)\n"],
    ["x.xml", '<a b="{{x.y}}"><!-- c -->{{x.y}}</a>'],
    [".env", "# {{x.y}}\nA={{x.y}}\n"],
    [".github/workflows/x.yml", "name: {{x.y}}\nrun: {{words x.z}}\n"],
  ];
  for (const [path, source] of good) {
    it(`in ${path}: ${JSON.stringify(source)}`, () => {
      expect(parseTemplate(source, { path }).length).toBeGreaterThan(1);
    });
  }

  const bad: readonly (readonly [path: string, source: string])[] = [
    ["x.json", '{ "a": "{{x.y}}" }'],
    ["x.json", '{ "a": "b {{x.y}}" }'],
    ["x.json", '{ "a": {{x.y}}"b" }'],
    ["x.json", "// {{x.y}}"],
    ["x.yaml", 'a: "{{x.y}}"'],
    ["x.yaml", "a: '{{x.y}}'"],
    ["x.yaml", "a: b{{x.y}}"],
    ["x.yaml", "a: b {{x.y}}"],
    ["x.yaml", "a: {{x.y}}b"],
    ["x.yaml", "a: {{x.y}} b"],
    ["x.yaml", "a: {{x.y}}{{x.y}}"],
    ["x.yaml", "a: 1 # {{x.y}}"],
    ["x.yaml", "a: |\n  echo {{x.y}}\n"],
    ["x.yaml", "- a: |\n    x\n\n    echo {{x.y}}\n"],
    ["x.yaml", "a: >-\n  {{#if x.z}}\n  b\n  {{/if}}\n  {{x.y}}\n"],
    ["x.yaml", "a:{{x.y}}"],
    ["x.toml", 'a = "{{x.y}}"'],
    ["x.toml", "a = '{{x.y}}'"],
    ["x.toml", 'a = """\n{{x.y}}\n"""'],
    ["x.toml", "# {{x.y}}"],
    ["x.sh", 'echo "{{x.y}}"'],
    ["x.sh", "echo '{{x.y}}'"],
    ["x.sh", 'echo "a\nb {{x.y}}"'],
    ["x.sh", "# {{x.y}}"],
    ["x.sh", "a; # {{x.y}}"],
    ["x.sh", "cat <<EOF\n{{x.y}}\nEOF\n"],
    ["x.sh", "cat <<'EOF' >x\na\n{{x.y}}\nEOF\n"],
    ["Makefile", "A := {{x.y}}\n"],
    ["Makefile", '\techo "{{x.y}}"\n'],
    ["x.ts", "const a = `b\n${ {{x.y}} }`;"],
    ["x.ts", 'const a = "{{x.y}}";'],
    ["x.ts", "// {{x.y}}"],
    ["x.ts", "/* a\n{{x.y}} */"],
    ["x.ts", "const a{{x.y}} = 1;"],
    ["x.py", "a = f{{x.y}}"],
    ["x.py", '"""\n{{x.y}}\n"""'],
    ["x.sql", "select '{{x.y}}'"],
    ["x.sql", "-- {{x.y}}"],
    ["x.md", "```sh\n{{x.y}}\n```\n"],
    ["x.md", "- ~~~\n  {{x.y}}\n  ~~~\n"],
    ["x.md", "`{{x.y}}`"],
    ["x.md", "<!-- {{x.y}} -->"],
    ["x.md", "`{{mdCode x.y}}`"],
    ["x.xml", "<!-- {{x.y}} -->"],
    ["x.xml", "<![CDATA[{{x.y}}]]>"],
    ["Dockerfile", 'LABEL a="{{x.y}}"'],
    [".github/workflows/x.yml", "- run: {{x.y}}"],
    [".github/workflows/x.yml", "if: {{x.y}}"],
    ["x.sh", "{{json x.z}}"],
    ["Procfile", "web: {{json x.z}}"],
    ["x.yaml", "a: b {{json x.z}}"],
    ["x.json", "{{mdCode x.y}}"],
  ];
  for (const [path, source] of bad) {
    it(`not in ${path}: ${JSON.stringify(source)}`, () =>
      expect(failure(source, path).code).toBe("template-place"));
  }

  it("and a comment in a comment", () => {
    const comments: readonly (readonly [string, string, string])[] = [
      ["x.yaml", "a: 1 # {{comment x.y}}", "a: {{comment x.y}}"],
      ["x.yaml", "a: |\n  # {{comment x.y}}", "a: |\n  {{comment x.y}}"],
      ["x.sh", "# {{comment x.y}}", "echo {{comment x.y}}"],
      ["x.ts", "/** {{comment x.y}} */", "a({{comment x.y}})"],
      ["x.ts", "// {{comment x.y}}", "// a\n{{comment x.y}}"],
      ["x.toml", "# {{comment x.y}}", 'a = "# {{comment x.y}}"'],
      ["x.md", "<!-- {{comment x.y}} -->", "{{comment x.y}}"],
      ["Dockerfile", "# {{comment x.y}}", "RUN {{comment x.y}}"],
      [".env", "# {{comment x.y}}", "A={{comment x.y}}"],
      ["Procfile", "# {{comment x.y}}", "web: {{comment x.y}}"],
    ];
    for (const [path, good, wrong] of comments) {
      expect(parseTemplate(good, { path }).length).toBeGreaterThan(1);
      expect(failure(wrong, path).code, wrong).toBe("template-place");
    }
  });
});
