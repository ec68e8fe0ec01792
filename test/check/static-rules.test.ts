import { describe, expect, test } from "vitest";
import { staticChecks } from "../../src/check/factors/catalogue.ts";
import { inspect } from "../../src/check/inspect.ts";
import { dynamicChecks } from "../../src/check/probe/catalogue.ts";
import { repoOf } from "../../src/check/repo.ts";
import { cases } from "./static-cases.ts";

describe("each check that reads finds its fault, and nothing where there is none", () => {
  test.each(cases)(
    "$slug: $what",
    async ({ slug, bad, good, at, untracked = [], versionControl = "committed", history = [] }) => {
      const found = await inspect(repoOf(bad, { untracked, versionControl, history }), { only: [slug] });
      const places = found.findings.map(({ file, line }) => `${file}:${line}`);
      expect(found.findings.length, JSON.stringify(found, null, 1)).toBeGreaterThan(0);
      if (at) expect(places).toContain(at);
      const clean = await inspect(repoOf(good), { only: [slug] });
      const serious = clean.findings.filter(
        ({ severity }) => severity !== "advice" || found.findings.some((each) => each.severity === "advice"),
      );
      expect(serious).toEqual([]);
    },
  );

  test("every check has its cases, and no two checks share a slug", () => {
    const slugs = staticChecks.map(({ slug }) => slug);
    expect(slugs.filter((slug) => !cases.some((each) => each.slug === slug))).toEqual([]);
    const all = [...slugs, ...dynamicChecks.map(({ slug }) => slug)];
    expect(all.filter((slug, index) => all.indexOf(slug) !== index)).toEqual([]);
    expect(staticChecks.filter(({ slug, factor }) => !slug.startsWith(`${factor}/`))).toEqual([]);
  });
});
