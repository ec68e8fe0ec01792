import { deserialize, serialize } from "node:v8";
import { describe, expect, it, test } from "vitest";
import { inspect } from "../../src/check/inspect.ts";
import { repoOf } from "../../src/check/repo.ts";
import type { KeptFacts } from "../../src/check/survey/kept-facts.ts";
import { cases, type Files } from "./static-cases.ts";

type Entries = Map<string, readonly [text: string, facts: unknown]>;

/** What is kept goes through the form that it has in a file. */
function keeping(entries: Entries): KeptFacts & { readonly found: string[]; readonly kept: string[] } {
  const found: string[] = [];
  const kept: string[] = [];
  return {
    found,
    kept,
    find: (path, text) => {
      const known = entries.get(path);
      if (known?.[0] !== text) return undefined;
      found.push(path);
      return known[1];
    },
    keep: (path, text, facts) => {
      kept.push(path);
      entries.set(path, deserialize(serialize([text, facts])));
    },
  };
}

describe("a check that finds again what an earlier one read says the same", () => {
  const repos = cases.flatMap(({ slug, what, bad, good, ...options }) => [
    { name: `${slug}: ${what}`, files: bad, options },
    { name: `${slug}: not ${what}`, files: good, options },
  ]);

  test.each(repos)("$name", async ({ files, options }) => {
    const repo = repoOf(files, options);
    const entries: Entries = new Map();
    const plain = await inspect(repo);
    const first = keeping(entries);
    expect(await inspect(repo, { kept: first })).toEqual(plain);
    const second = keeping(entries);
    expect(await inspect(repo, { kept: second })).toEqual(plain);
    expect([...second.found].sort()).toEqual([...first.kept].sort());
    expect(second.kept).toEqual([]);
  });
});

it("reads a file anew whose text is another one", async () => {
  const entries: Entries = new Map();
  const files: Files = { "src/web.js": "app.listen(process.env.PORT);\n" };
  const slugs = async (files: Files) =>
    (await inspect(repoOf(files), { kept: keeping(entries) })).findings.map(({ slug }) => slug);
  expect(await slugs(files)).not.toContain("port-binding/literal-port");
  expect(await slugs({ "src/web.js": "app.listen(3000);\n" })).toContain("port-binding/literal-port");
  expect(await slugs(files)).not.toContain("port-binding/literal-port");
});
