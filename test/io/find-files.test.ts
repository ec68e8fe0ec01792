import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { globSync } from "../../src/io/plop/find-files.ts";

const { resolve } = createRequire(import.meta.url);
const { globSync: tinyglobby } = createRequire(resolve("node-plop"))("tinyglobby") as {
  globSync: typeof globSync;
};
const scratch = mkdtempSync(join(tmpdir(), "find-files-"));
const folder = join(scratch, "repo");
afterAll(() => rmSync(scratch, { recursive: true }));

const paths = [
  ...["a.hbs", "b.hbs", "a.ts.hbs", ".dot.hbs", "own/{{name}}.hbs", "own/a b.hbs", "own/.dot/a.hbs"],
  ...["own/deep/a.hbs", "own/deep/b.ts", "own/deep/er/a.hbs", "own/[x]/a.hbs", "own/(g)/a.hbs", "lib/a.hbs"],
  ...[
    "lib/+page.hbs",
    "lib/a-b_c.hbs",
    "lib/$id.hbs",
    "lib/é.hbs",
    "lib/^a.hbs",
    "cwd/a.hbs",
    "cwd/own/b.hbs",
  ],
];
for (const path of paths) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), "");
}
const outside = join(folder, "outside");
mkdirSync(outside);
writeFileSync(join(outside, "a.hbs"), "");
symlinkSync(outside, join(folder, "cwd/link"));

/** As plop calls it. */
const options = { braceExpansion: false, expandDirectories: true, absolute: true } as const;

const text = fc.constantFrom(
  ...["a", "b", "own", "deep", "lib", ".dot", "{{name}}", "hbs", ".ts", ".", "é", "+page", "$id", "^a"],
  ...["*", "*", "**", "?", "[ab]", "[!a]", "[^b]", "[a-c]", "[", "]", "\\[x\\]", "[[]x]", " ", "-", "_"],
);
const segment = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("*", "**", "own", "deep", "lib", "*.hbs", "a.hbs", ".", "own/../lib", "er"),
  },
  { weight: 2, arbitrary: fc.array(text, { minLength: 1, maxLength: 4 }).map((list) => list.join("")) },
);
const pattern = fc
  .tuple(
    fc.constantFrom("", "", "", "", "!", "./", "CWD/"),
    fc.array(segment, { minLength: 1, maxLength: 4 }),
    fc.constantFrom("", "", "/"),
  )
  .map(([before, segments, after]) => `${before}${segments.join("/")}${after}`);

function isRefused(pattern: string, all: Parameters<typeof globSync>[1]): boolean {
  try {
    globSync([pattern.replace(/^!/, "")], { ...all, ignore: [] });
    return false;
  } catch (error) {
    return String(error).includes("Only plop itself");
  }
}

describe("globSync", () => {
  it("finds what tinyglobby finds", () => {
    let found = 0;
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 3 }),
        fc.record({ cwd: fc.constantFrom(folder, join(folder, "cwd")), dot: fc.boolean() }),
        fc.option(fc.array(pattern, { maxLength: 2 }), { nil: undefined }),
        (some, more, ignore) => {
          const patterns = some.map((each) => each.replace("CWD", more.cwd));
          const all = { ...options, ...more, ...(ignore && { ignore }) };
          if ([...patterns, ...(ignore ?? [])].some((each) => isRefused(each, all))) return;
          // What tinyglobby takes for a directory is a file.
          if (patterns.some((each) => /\.(hbs|ts)\//.test(each))) return;
          const theirs = [...new Set(tinyglobby(patterns, all))].sort();
          found += theirs.length;
          expect(globSync(patterns, all).sort()).toEqual(theirs);
        },
      ),
      { numRuns: 1_000, seed: 5 },
    );
    expect(found).toBeGreaterThan(500);
  });

  it.each(["../*", "@(a|b).hbs", "/elsewhere/*"])("refuses %s", (pattern) => {
    expect(() => globSync([pattern], { ...options, cwd: folder })).toThrow("npm install --save-dev plop");
  });

  it("refuses options that it doesn't know", () => {
    const more = { ...options, cwd: folder, caseSensitiveMatch: false };
    expect(() => globSync(["*"], more)).toThrow("the option caseSensitiveMatch");
  });
});
