import { parseEnv } from "node:util";
import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { parse as parseToml } from "smol-toml";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { escapeValue } from "../../src/core/escape/escape-value.ts";
import { targetOf } from "../../src/core/escape/format-of.ts";
import { jsonLiteral } from "../../src/core/escape/json-literal.ts";
import { Failure } from "../../src/core/failure.ts";
import type { Json } from "../../src/core/types.ts";
import { hostileText, outputOf } from "./hostile-text.ts";

const numRuns = 2000;

function literal(path: string, value: unknown): string {
  return escapeValue(targetOf(path), value);
}

/** What an editor shows is what is there: nothing that breaks lines or reorders text. */
const HIDDEN = /[\p{Cc}\u2028\u2029\u202e\u2066\ufeff]/u;

describe("data formats read back exactly the text", () => {
  it("JSON", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const it = literal("x.json", text);
        expect(it).not.toMatch(HIDDEN);
        expect(JSON.parse(`{"a": ${it}, "b": [${it}, 1]}`)).toEqual({ a: text, b: [text, 1] });
      }),
      { numRuns },
    );
  });

  for (const version of ["1.1", "1.2"] as const) {
    it(`YAML ${version}, in blocks and in flow`, () => {
      fc.assert(
        fc.property(hostileText, (text) => {
          const it = literal("x.yaml", text);
          expect(it).not.toMatch(HIDDEN);
          const written = `a: ${it} # c\nb:\n  - ${it}\n  - [${it}, 1]\n  - { k: ${it} }\n`;
          expect(parseYaml(written, { version })).toEqual({ a: text, b: [text, [text, 1], { k: text }] });
        }),
        { numRuns },
      );
    });
  }

  it("TOML, by two parsers", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const it = literal("x.toml", text);
        expect(it).not.toMatch(HIDDEN);
        const written = `a = ${it} # c\nb = [${it}, 1]\n`;
        expect(getStaticTOMLValue(parseTOML(written))).toEqual({ a: text, b: [text, 1] });
        const withKey = parseToml(`${written}[t]\n${it} = 2\n`);
        expect(withKey).toMatchObject({ a: text, b: [text, 1] });
        expect(Object.entries(withKey.t as object)).toEqual([[text, 2]]);
      }),
      { numRuns },
    );
  });

  it("XML, as text and as attribute", () => {
    const parser = new XMLParser({
      ignoreAttributes: false,
      trimValues: false,
      htmlEntities: true,
      parseTagValue: false,
    });
    fc.assert(
      fc.property(hostileText, (text) => {
        const it = attempt("x.xml", text);
        if (it === null) return;
        expect(parser.parse(`<r a="${it}"><b>x${it}</b></r>`)).toEqual({ r: { "@_a": text, b: `x${text}` } });
      }),
      { numRuns },
    );
  });

  it("dotenv: Node and a shell read what was not refused", () => {
    const plain = fc.string({ unit: fc.constantFrom(..."aZ09_.:/@%+,=-#$' \"\\\n"), maxLength: 6 });
    const taken: string[] = [];
    fc.assert(
      fc.property(fc.oneof(plain, hostileText), (text) => {
        const it = attempt(".env.example", text);
        if (it === null) return;
        taken.push(text);
        expect(parseEnv(`A=1\nB=${it}\nC=2\n`)).toEqual({ A: "1", B: text, C: "2" });
      }),
      { numRuns },
    );
    expect(taken.length).toBeGreaterThan(50);
    const script = taken.map((text) => `B=${text}\nprintf '%s\\0' "$B"\n`).join("");
    expect(outputOf("/bin/sh", [], script).split("\0").slice(0, -1)).toEqual(taken);
  });
});

describe("lists and maps", () => {
  const value = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 2 },
      hostileText,
      fc.boolean(),
      fc.integer(),
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(hostileText, tie("json"), { maxKeys: 3 }),
    ),
  })).json;
  const readers: readonly (readonly [string, (literal: string) => unknown])[] = [
    ["x.json", JSON.parse],
    ["Dockerfile", JSON.parse],
    ["x.yaml", (it) => parseYaml(`a: ${it}\n`).a],
    ["x.toml", (it) => parseToml(`a = ${it}\n`).a],
    ["x.ts", (it) => new Function(`return ${it}`)()],
  ];
  for (const [path, read] of readers) {
    it(`are one literal in ${path}`, () => {
      fc.assert(
        fc.property(
          fc.oneof(fc.array(value, { maxLength: 4 }), fc.dictionary(hostileText, value, { maxKeys: 4 })),
          (list) => {
            expect(JSON.stringify(read(jsonLiteral(list, targetOf(path))))).toBe(JSON.stringify(list));
          },
        ),
        { numRuns: 500 },
      );
    });
  }

  it("are spaced as formatters do it", () => {
    const list = ["node", { memory: 512, "a b": [] }];
    expect(jsonLiteral(list, targetOf("x.json"))).toBe('["node", { "memory": 512, "a b": [] }]');
    expect(jsonLiteral(list, targetOf("x.ts"))).toBe('["node", { memory: 512, "a b": [] }]');
    expect(jsonLiteral(list, targetOf("x.toml"))).toBe('["node", { memory = 512, "a b" = [] }]');
    expect(jsonLiteral([true, null, "x"], targetOf("x.py"))).toBe('[True, None, "x"]');
  });

  it("have no literal in a shell", () => {
    expect(() => jsonLiteral(["a"], targetOf("x.sh"))).toThrow("no literal in this format");
  });
});

describe("what is no text of a file", () => {
  const paths = [
    "x.json",
    "x.yaml",
    "x.toml",
    ".env",
    "x.sh",
    "Makefile",
    "Procfile",
    "Dockerfile",
    "x.sql",
    "x.ts",
  ];
  const more = ["X.java", "x.go", "x.py", "x.rs", "x.tf", "x.service", "x.md", "x.xml", ".npmrc", "LICENSE"];
  for (const path of [...paths, ...more]) {
    it(`is refused in ${path}`, () => {
      for (const text of ["\ud800", "a\udfff", "\udc00\ud800"])
        expect(() => literal(path, text)).toThrow(Failure);
      for (const bug of [undefined, [], {}, () => 1, Symbol("x")]) {
        expect(() => literal(path, bug)).toThrow(/is not a value that can be written/);
      }
      for (const number of [Number.NaN, Infinity, 1e21, 1e-7])
        expect(() => literal(path, number)).toThrow(Failure);
      expect(literal(path, 8080)).toBe("8080");
      expect(literal(path, -0)).toBe("0");
    });
  }

  it("may be nothing, where the format has it", () => {
    expect(["x.json", "x.yaml", "x.ts", "x.py", "x.sql"].map((path) => literal(path, null))).toEqual([
      "null",
      "null",
      "null",
      "None",
      "NULL",
    ]);
    for (const path of ["x.toml", "x.sh", ".env", "x.md", "Dockerfile", "x.rs"]) {
      expect(() => literal(path, null)).toThrow(Failure);
    }
  });

  it("is shown in messages without its control characters", () => {
    expect(() => literal("Procfile", "\u001b[31m\u202e x")).toThrow(
      '"\\u001b[31m\\u202e x" cannot be written into Procfile',
    );
  });

  it("cannot be anything in a format that is not known", () => {
    expect(() => literal("x.rb", "a")).toThrow("no known format");
  });
});

function attempt(path: string, text: string): string | null {
  try {
    return literal(path, text);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
