import { describe, expect, it } from "vitest";
import { manifestSchema, readManifest } from "../../src/core/pack/manifest.ts";

const head = "name: acme\nversion: 1.0.0\n";
const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefghi"]
  .map((key, at) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[at]}`).join(", ")}]\n`)
  .join("")}`;

const refused: readonly (readonly [what: string, text: string, said: RegExp])[] = [
  ["no name", "version: 1.0.0\n", /pack\.yaml:1: there is no "name"/],
  [
    "a typo",
    `${head}desciption: x\n`,
    /pack\.yaml:3: there is no "desciption" here[\s\S]*Did you mean "description"\?/,
  ],
  ["a name that leads elsewhere", "name: ../acme\nversion: 1.0.0\n", /:1: "name" is "\.\.\/acme"/],
  ["a name with a line end", 'version: 1.0.0\nname: "a\\nb"\n', /:2: "name" is "a\\nb"/],
  ["a version that is a number", "name: acme\nversion: 1.0\n", /:2: "version" isn't a text/],
  ["a version that is none", "name: acme\nversion: latest\n", /:2: "version" is "latest"/],
  ["something else than a list", `${head}extends: base\n`, /:3: "extends" isn't a list/],
  ["an absolute folder as what it extends", `${head}extends:\n  - a\n  - /b\n`, /:5: "extends\.1" is "\/b"/],
  ["a list", "- a\n", /:1: it isn't a map/],
  ["nothing", "", /:1: it isn't a map/],
  ["broken YAML", `${head}extends: [a\n`, /pack\.yaml:\d+: /],
  ["a key twice", `${head}name: other\n`, /:3: /],
  ["two documents", `${head}---\n${head}`, /pack\.yaml:\d+: /],
  ["a tag", "name: !!str acme\nversion: 1.0.0\n", /:1: it has the tag/],
  ["a tag of a language", `${head}description: !!js/function "x"\n`, /:3: /],
  ["an anchor", `name: &a acme\nversion: 1.0.0\n`, /:1: it has the anchor &a/],
  ["a bomb", bomb, /:1: it has the anchor/],
  ["a merge key with an alias", `${head}<<: *x\n`, /:3: /],
  ["__proto__", `${head}__proto__: { a: 1 }\n`, /:3: it has a key "__proto__"/],
  [
    "__proto__ in quotes, further in",
    `${head}extends: [{ "__proto__": 1 }]\n`,
    /:3: it has a key "__proto__"/,
  ],
  ["constructor", `${head}constructor: { prototype: {} }\n`, /:3: it has a key "constructor"/],
  ["endless nesting", `${head}extends: ${"[".repeat(100_000)}\n`, /pack\.yaml:\d+: /],
  ["endless lists", `${head}extends: ${"- ".repeat(100_000)}\n`, /:3: the line is too long/],
  [
    "lists within lists, line by line",
    `${head}extends:\n${Array.from({ length: 650 }, (_, at) => `${" ".repeat(at + 1)}-`).join("\n")}\n`,
    /pack\.yaml:\d+: /,
  ],
  ["a file without end", `${head}description: ${"x".repeat(300_000)}\n`, /:1: it is too large/],
  ["a long text", `${head}description: ${"x".repeat(201)}\n`, /:3: "description" is too long/],
];

describe("pack.yaml", () => {
  it("has a name and a version, and extends ours where it doesn't say otherwise", () => {
    expect(readManifest(head, "pack.yaml")).toEqual({
      name: "acme",
      version: "1.0.0",
      description: "",
      extends: ["create-twelve-factor"],
      questions: [],
      policy: { fixed: {}, hide: [], require: [], registries: {}, checks: {} },
    });
    expect(readManifest('name: "@acme/base"\nversion: 2.1.0-rc.1\nextends: []\n', "x")).toMatchObject({
      extends: [],
    });
  });

  it.each(refused)("is refused with the line for %s", (_, text, said) => {
    const start = performance.now();
    let message = "";
    try {
      readManifest(text, "acme/pack.yaml");
    } catch (error) {
      const { message: what, fix } = error as Error & { fix: string };
      message = `${what}\n${fix}`;
      expect(fix).toBeTruthy();
    }
    expect(message).toMatch(said);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("has a schema that says the same to an editor", () => {
    const { properties, required } = manifestSchema as unknown as { properties: object; required: string[] };
    expect(Object.keys(properties).sort()).toEqual(Object.keys(readManifest(head, "x")).sort());
    expect(required).toEqual(["name", "version"]);
  });
});
