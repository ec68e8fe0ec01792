import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { dynamicChecks } from "../../src/check/probe/catalogue.ts";
import { inferBuild } from "../../src/check/probe/infer-build.ts";
import { inferProcesses } from "../../src/check/probe/infer-processes.ts";
import { addressOf } from "../../src/check/probe/lab.ts";
import { maskWith } from "../../src/check/probe/mask.ts";
import { admits } from "../../src/check/probe/runtime.ts";
import { declaredVariables } from "../../src/check/probe/variables.ts";
import { factors } from "../../src/check/types.ts";

type Files = { readonly [path: string]: string };

function within<T>(files: Files, look: (tree: string) => T): T {
  const tree = mkdtempSync(join(tmpdir(), "infer-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    return look(tree);
  } finally {
    rmSync(tree, { recursive: true });
  }
}

describe("the build command", () => {
  const lock = "package-lock.json";
  test.each<[string, Files, string | null]>([
    ["nothing", { "web.sh": "" }, null],
    ["no dependencies", { "package.json": "{}" }, null],
    ["npm", { "package.json": '{"dependencies":{"a":"1"}}', [lock]: "{}" }, "npm ci && npm prune --omit=dev"],
    [
      "npm with a build",
      { "package.json": '{"devDependencies":{"a":"1"},"scripts":{"build":"tsc"}}', [lock]: "{}" },
      "npm ci && npm run build && npm prune --omit=dev",
    ],
    ["only a build", { "package.json": '{"scripts":{"build":"x"}}' }, "npm run build"],
    ["uv", { "pyproject.toml": "", "uv.lock": "" }, "uv sync --locked --no-dev --compile-bytecode"],
    ["empty requirements", { "requirements.txt": "# none\n" }, null],
    ["go", { "go.mod": "module a\n" }, "go build -o bin/ ./..."],
    [
      "render.yaml first",
      { "render.yaml": "services:\n  - buildCommand: make app\n", "go.mod": "" },
      "make app",
    ],
  ])("%s", (_, files, command) => {
    expect(within(files, (tree) => inferBuild(tree, null)).command).toBe(command);
  });

  test("a stated one wins, and an empty one is none", () => {
    expect(within({ "go.mod": "" }, (tree) => inferBuild(tree, "make"))).toEqual({
      command: "make",
      from: "--build",
    });
    expect(within({ "go.mod": "" }, (tree) => inferBuild(tree, ""))).toEqual({
      command: null,
      from: "--build",
    });
  });
});

describe("the process types", () => {
  test.each<[string, Files, string[]]>([
    [
      "Procfile",
      { Procfile: "web: a\nworker: b\n", "package.json": '{"scripts":{"start":"c"}}' },
      ["web|a", "worker|b"],
    ],
    ["start script", { "package.json": '{"scripts":{"start":"node ."}}' }, ["web|npm start"]],
    [
      "exec form",
      { Dockerfile: 'FROM a\nWORKDIR /app\nENTRYPOINT ["node"]\nCMD ["/app/a.js", "b c"]\n' },
      ["web|node ./a.js 'b c'"],
    ],
    ["shell form", { Dockerfile: "FROM a\nCMD node a.js && b\n" }, ["web|sh -c 'node a.js && b'"]],
    ["last stage", { Dockerfile: 'FROM a\nCMD one\nFROM b\nCMD ["two"]\n' }, ["web|two"]],
    [
      "Django",
      { "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")' },
      ["web|gunicorn shop.wsgi"],
    ],
    ["Flask", { "app.py": "", "requirements.txt": "Flask==3\n" }, ["web|gunicorn app:app"]],
    ["Go", { "go.mod": "module example.com/shop/v2\n" }, ["web|bin/shop"]],
    ["nothing", { "README.md": "" }, []],
  ])("%s", (_, files, expected) => {
    const { types } = within(files, (tree) => inferProcesses(tree, null));
    expect(types.map(({ name, command }) => `${name}|${command}`)).toEqual(expected);
  });
});

test("a variable is declared by the file that says most, and the others fill in", () => {
  const files = {
    ".env.schema": "# @type=url @required @sensitive\nDATABASE_URL=\n",
    ".env.example": "DATABASE_URL=postgres://localhost/a\nTHEME=dark\n",
    "app.json": '{"env": {"COOKIE_KEY": {"generator": "secret"}, "THEME": "light"}}',
  };
  expect(within(files, declaredVariables)).toMatchObject([
    { name: "DATABASE_URL", type: "url", required: true, example: "postgres://localhost/a" },
    { name: "THEME", required: false, example: "dark", default: "light" },
    { name: "COOKIE_KEY", required: true, sensitive: true },
  ]);
});

test.each([
  ["postgres://a:b@db.example:6000/c", { host: "db.example", port: 6000 }],
  ["postgres://db/c", { host: "db", port: 5432 }],
  ["redis://[::1]:7000", { host: "::1", port: 7000 }],
  ["amqp://", { host: "127.0.0.1", port: 5672 }],
])("the address in %s", (url, address) => expect(addressOf(url)).toEqual(address));

test("a mask hides secrets, also encoded, and control characters", () => {
  const mask = maskWith(new Map([["se/cret", "API_KEY"]]));
  expect(mask("a se/cret b se%2Fcret \u001b[31mred\u001b[0m\u0007\nnext")).toBe(
    "a <API_KEY> b <API_KEY> red\nnext",
  );
});

describe("the catalogue", () => {
  test("slugs are unique and begin with their factor", () => {
    const slugs = dynamicChecks.map(({ slug }) => slug);
    expect(new Set(slugs).size).toBe(slugs.length);
    for (const { slug, factor } of dynamicChecks) {
      expect(factors).toContain(factor);
      expect(slug.startsWith(`${factor}/`)).toBe(true);
    }
  });

  test.each(dynamicChecks)("$slug is explained", ({ title, asks, why, fix, fooledBy }) => {
    for (const text of [title, asks, why, fix, fooledBy]) expect(text.length).toBeGreaterThan(10);
    expect(asks.endsWith("?")).toBe(true);
    for (const text of [why, fix, fooledBy]) expect(text.endsWith(".") || text.endsWith("”")).toBe(true);
  });
});

describe("the runtime that a repo asks for", () => {
  test.each([
    ["^24 || ^26", 24, true],
    ["^24 || ^26", 20, false],
    [">=20.19.0", 26, true],
    [">=22", 20, false],
    ["24.x", 24, true],
    ["24.1.0", 22, false],
    [">=18 <21", 26, true],
    ["*", 20, true],
  ])("%s and Node %i", (range, major, expected) => expect(admits(range, major)).toBe(expected));
});
