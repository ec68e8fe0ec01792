import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import resolveModule from "../../src/io/plop/resolve-module.ts";

const { resolve } = createRequire(import.meta.url);
const reference = createRequire(resolve("node-plop"))("resolve") as typeof resolveModule;
const folder = mkdtempSync(join(tmpdir(), "resolve-module-"));
afterAll(() => rmSync(folder, { recursive: true }));

for (const [path, text] of Object.entries({
  "own.mjs": "",
  "own.js": "",
  "both/index.js": "",
  "both.js": "",
  "folder/index.js": "",
  "app/node_modules/near/package.json": '{"main": "./lib"}',
  "app/node_modules/near/lib/index.js": "",
  "node_modules/near/index.js": "",
  "node_modules/far/package.json": '{"main": "main.cjs"}',
  "node_modules/far/main.cjs": "",
  "node_modules/far/part.js": "",
  "node_modules/gone/package.json": '{"main": "missing.js"}',
  "node_modules/gone/index.js": "",
  "node_modules/broken/package.json": "{",
  "node_modules/broken/index.js": "",
  "node_modules/@own/dotted/package.json": '{"main": "."}',
  "node_modules/@own/dotted/index.js": "",
  "node_modules/esm/package.json": '{"exports": "./main.js"}',
  "node_modules/esm/main.js": "",
})) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const names = [
  ...[
    "./own.mjs",
    "./own",
    "../own",
    "./both",
    "./both/",
    "./folder",
    ".",
    "..",
    "./none",
    join(folder, "own"),
  ],
  ...["near", "near/lib", "far", "far/part", "far/part.js", "gone", "broken", "@own/dotted", "esm", "none"],
];

it.each(names.flatMap((name) => ["", "app"].map((base) => [name, base] as const)))(
  "finds what resolve finds: %s in /%s",
  (name, base) => {
    const found = ({ sync }: typeof resolveModule) => {
      try {
        return sync(name, { basedir: join(folder, base) });
      } catch {
        return null;
      }
    };
    expect(found(resolveModule)).toBe(found(reference));
  },
);
