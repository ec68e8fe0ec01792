import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Parser } from "@lezer/common";
import { parser as go } from "@lezer/go";
import { parser as javascript } from "@lezer/javascript";

import { parser as python } from "@lezer/python";
import { build } from "esbuild";
import { execa } from "execa";
import { parseTree } from "jsonc-parser";
import { afterAll, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";

type Execa = (file: string, words: readonly string[], options: object) => Promise<object>;

const folder = mkdtempSync(join(tmpdir(), "bundled-parts-"));
const bundled = bundle();

afterAll(() => rmSync(folder, { recursive: true }));

type Parts = {
  readonly execa: Execa;
  readonly go: Parser;
  readonly javascript: Parser;
  readonly python: Parser;
  readonly parse: typeof parse;
  readonly parseAllDocuments: typeof parseAllDocuments;
  readonly parseTree: typeof parseTree;
};

/** Libraries as the program has them, without the parts that are never used. */
async function bundle(): Promise<Parts> {
  const { withoutUnused } = await import(join(process.cwd(), "scripts/without-unused.mjs"));
  const outfile = join(folder, "parts.cjs");
  await build({
    stdin: {
      contents: `
        export { parser as go } from "@lezer/go";
        export { parser as javascript } from "@lezer/javascript";
        export { parser as python } from "@lezer/python";
        export { execa } from "execa";
        export { parseTree } from "jsonc-parser";
        export { parse, parseAllDocuments } from "yaml";
      `,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: "node",
    mainFields: ["module", "main"],
    alias: {
      "@lezer/highlight": join(process.cwd(), "scripts/unused/lezer-highlight.mjs"),
      yaml: join(process.cwd(), "node_modules/yaml/browser/dist/index.js"),
    },
    outfile,
    plugins: [withoutUnused()],
  });
  return createRequire(outfile)(outfile);
}

const options = {
  cwd: folder,
  reject: false,
  stdin: "ignore",
  env: { ...process.env, A: "b" },
  extendEnv: false,
};

it.concurrent.each<[string, string, object]>([
  [
    "both outputs",
    'console.log("\u00e9", process.env.A); setTimeout(() => console.error("2"), 200)',
    { all: true },
  ],
  [
    "a character in two pieces",
    "process.stdout.write(Buffer.from([0xe2, 0x82])); setTimeout(() => process.stdout.write(Buffer.from([0xac, 0xff])), 100)",
    {},
  ],
  ["much", 'process.stdout.write("x".repeat(3e6) + "\\n\\n")', {}],
  ["an exit code", "process.exit(3)", {}],
  ["a signal", 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9000)', {}],
  ["a timeout", "setTimeout(() => {}, 9000)", { timeout: 300 }],
  ["no such directory", "", { cwd: join(folder, "none") }],
  ["an input that is closed", 'process.stdin.on("end", () => console.log("end")).resume()', {}],
])("gives what execa gives: %s", async (_, program, more) => {
  const run = async (execa: Execa) => outcome(await execa("node", ["-e", program], { ...options, ...more }));
  expect(await run((await bundled).execa)).toEqual(await run(execa as unknown as Execa));
});

it("gives what execa gives: no such program", async () => {
  const run = async (execa: Execa) =>
    outcome(await execa("no-such-program", ["a"], { ...options, all: true }));
  const mine = await run((await bundled).execa);
  expect(mine).toMatchObject({ failed: true, code: "ENOENT" });
  expect(mine).toEqual(await run(execa as unknown as Execa));
});

function outcome(result: object) {
  const { failed, timedOut, exitCode, signal, code, stdout, stderr, all } = result as {
    [key: string]: unknown;
  };
  return { failed, timedOut, exitCode, signal, code, stdout, stderr, all };
}

const texts = [
  "a: &x {b: 1, c: [yes, 0o7, 0x1f, 1e3, .inf, ~]}\nd:\n  <<: *x\n  b: 2\n",
  "%YAML 1.1\n---\na: yes\nb: 1_000\nc: 2001-12-14\n<<: {d: 012}\n---\n- x\n...\n",
  "b: !!set {x, y}\nc: !!omap [p: 1]\nd: !own e\n",
  "a: |\n  b\n\n  c\nd: >-\n  e\n  f\n# last\ng: 'it''s'\nh: \"\\u00e9\"\n",
  "a: 1\na: 2\n\tb: *none\n",
  "- {a: [1, 2}\n- ?\n",
  "? {a: 1}\n: 2\n",
];

it.each(texts)("reads YAML as yaml does: %j", async (text) => {
  const read = (parse: typeof parseAllDocuments) =>
    [...parse(text, { merge: true, logLevel: "silent" })].map((document) => ({
      errors: document.errors.map(({ code, message, pos }) => ({ code, message, pos })),
      value: document.errors.length > 0 ? null : document.toJS({ mapAsMap: true }),
      range: document.range,
    }));
  expect(read((await bundled).parseAllDocuments)).toEqual(read(parseAllDocuments));
});

it("shows each key and value of a YAML text to a reviver", async () => {
  const seen = (one: typeof parse) => {
    const found: unknown[] = [];
    const keep = (key: unknown, value: unknown) => {
      found.push([key, value]);
      return value;
    };
    return { value: one("a: [1, {b: c}]\n__proto__:\n  d: e\n", keep), found };
  };
  expect(seen((await bundled).parse)).toEqual(seen(parse));
});

it("tells keys apart that are collections", async () => {
  const [document] = (await bundled).parseAllDocuments("? [a, b]\n: 1\n? [a, c]\n: 2\n", {
    logLevel: "silent",
  });
  expect(document?.toJS()).toEqual({ '["a","b"]': 1, '["a","c"]': 2 });
});

it.each(['{"a": [1, true, null], // b\n}', '[1,, "\\u00e9"', ""])(
  "reads JSON as jsonc-parser does: %j",
  async (text) => {
    expect((await bundled).parseTree(text)).toEqual(parseTree(text));
  },
);

const own = readFileSync(import.meta.filename, "utf8");
const sources = [
  ["javascript", javascript, own],
  ["javascript", javascript, `${own.slice(0, 3000)} ) } = \\u0000 ${own.slice(3100)}`],
  [
    "python",
    python,
    "import os as o\nclass A(B):\n  def f(self, *a, b=1):\n    return f'{o.x!r}'\nif x:\n\tpass\n  y = (\n",
  ],
  [
    "go",
    go,
    'package a\nimport ("b"; c "d")\nfunc (t *T[K]) f(x ...int) { go g(<-x, map[string]int{"a": 1}) \n if ( }\n',
  ],
] as const;

it.each(sources)("reads %s as Lezer does", async (name, parser, text) => {
  const walk = (one: Parser) => {
    const seen: unknown[] = [];
    one.parse(text).iterate({
      enter: ({ name, from, to, node }) => {
        const { firstChild, lastChild, nextSibling, prevSibling, parent } = node;
        const around = [firstChild, lastChild, nextSibling, prevSibling, parent].map((other) => other?.from);
        seen.push([name, from, to, ...around, node.getChild("String")?.from]);
      },
    });
    return seen;
  };
  expect(walk((await bundled)[name])).toEqual(walk(parser));
});
