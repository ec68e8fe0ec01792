import { describe, expect, test } from "vitest";
import { explain } from "../../src/check/explain.ts";
import { staticChecks } from "../../src/check/factors/catalogue.ts";
import { inspect } from "../../src/check/inspect.ts";
import { chapterOf } from "../../src/check/manifests.ts";
import { dynamicChecks } from "../../src/check/probe/catalogue.ts";
import { repoOf } from "../../src/check/repo.ts";
import { buildReport, type Half } from "../../src/check/report/build-report.ts";
import { sarifReport } from "../../src/check/report/sarif-report.ts";
import { textReport } from "../../src/check/report/text-report.ts";
import { applySuppressions, readSuppressions } from "../../src/check/suppressions.ts";
import type { CheckDefinition, Finding } from "../../src/check/types.ts";

const checks = new Map<string, CheckDefinition>(
  [...staticChecks, ...dynamicChecks].map((check) => [check.slug, check]),
);
const nothing: Half = { findings: [], notRun: [], passed: [], inferred: [] };
const plain = (text: string) => text;
const style = { bold: plain, dim: plain, red: plain, yellow: plain, cyan: plain, green: plain };
const files = { Procfile: "web: node web.js >> app.log\n", "web.js": "app.listen(3000);" };

async function reportOf(manifest: "classic" | "next", run: Half | null = null) {
  const read = await inspect(repoOf(files));
  const findings = [...read.findings, ...(run?.findings ?? [])];
  return buildReport({ read, run, findings, suppressed: [], unread: ["Ruby"], manifest, checks });
}

describe("the report", () => {
  test("groups by factor, the worst first, and tells how far each is proven", async () => {
    const run = { ...nothing, passed: ["logs/json"], notRun: [{ slug: "admin/tasks", reason: "no tasks" }] };
    const report = await reportOf("classic", run);
    const logs = report.factors.find(({ title }) => title === "Logs");
    expect(logs).toMatchObject({ number: "XI", proof: "run", findings: 1 });
    expect(report.factors.find(({ title }) => title === "Port binding")).toMatchObject({ proof: "read" });
    const order = report.findings.map(({ factor }) => chapterOf("classic", factor).number);
    expect(order.indexOf("VII")).toBeLessThan(order.indexOf("XI"));
    const text = textReport(report, {
      style,
      booted: true,
      chapterOf: ({ factor }) => chapterOf("classic", factor).number,
    });
    expect(text).toContain("proven by running    XI Logs\n");
    expect(text).toContain("✖ violation  port-binding/literal-port");
    expect(text).toContain("    web.js:1\n");
    expect(text).toContain("no tasks: admin/tasks");
    expect(text).toContain("Source in Ruby was not read");
    expect(text).toMatch(/\d violations, \d risks?, \d advice; \d+ passed, \d+ not run\./);
  });

  test("has a factor that nothing was tried of as not proven", () => {
    const report = buildReport({
      read: nothing,
      run: null,
      findings: [],
      suppressed: [],
      unread: [],
      manifest: "classic",
      checks,
    });
    expect(report.factors.every(({ proof }) => proof === "none")).toBe(true);
  });

  test("has admin processes in VI and Identity as XII by the next manifest", async () => {
    const { factors } = await reportOf("next");
    expect(factors.map(({ title }) => title)).not.toContain("Admin processes");
    expect(factors.at(-1)).toMatchObject({ number: "XII", title: "Identity", proof: "none" });
  });

  test("is SARIF that has a rule for each result", async () => {
    const report = await reportOf("classic");
    const [first] = report.findings as readonly [Finding];
    const sarif = JSON.parse(
      sarifReport(
        { ...report, suppressed: [{ finding: first, reason: "so" }] },
        { checks, version: "1.0.0" },
      ),
    );
    const [{ tool, results }] = sarif.runs;
    expect(sarif.version).toBe("2.1.0");
    expect(results).toHaveLength(report.findings.length + 1);
    for (const { ruleId, ruleIndex, locations } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(locations[0].physicalLocation.region.startLine).toBeGreaterThan(0);
    }
    expect(results.at(-1).suppressions).toEqual([{ kind: "external", justification: "so" }]);
  });
});

describe("suppressions", () => {
  const slugs = new Set(checks.keys());
  const stated = (...suppressions: readonly object[]) =>
    readSuppressions(repoOf({ ".twelve-factor-check.json": JSON.stringify({ suppressions }) }), slugs);

  test("take a finding out, by its slug and file, and are counted", async () => {
    const { findings } = await inspect(repoOf(files));
    const given = stated(
      { slug: "logs/redirect", reason: "an audit trail" },
      { slug: "port-binding/literal-port", file: "other.js", reason: "old" },
    );
    const { kept, suppressed, unused } = applySuppressions(findings, given);
    expect(suppressed.map(({ finding, reason }) => [finding.slug, reason])).toEqual([
      ["logs/redirect", "an audit trail"],
    ]);
    expect(kept).toHaveLength(findings.length - 1);
    expect(unused.map(({ slug }) => slug)).toEqual(["port-binding/literal-port"]);
  });

  test("need a reason and a check that there is", () => {
    expect(() => stated({ slug: "logs/redirect", reason: " " })).toThrow("no reason");
    expect(() => stated({ slug: "logs/nope", reason: "x" })).toThrow("no check logs/nope");
    expect(() => readSuppressions(repoOf({ ".twelve-factor-check.json": "[" }), slugs)).toThrow(
      "isn't a JSON object",
    );
  });

  test("may stand in the receipt", () => {
    const receipt = {
      ".twelve-factor.json": '{ "suppressions": [{ "slug": "logs/files", "reason": "x" }] }',
    };
    expect(readSuppressions(repoOf(receipt), slugs)).toHaveLength(1);
  });
});

describe("explain", () => {
  test("every check has all of its words", () => {
    for (const check of checks.values()) {
      for (const part of ["title", "asks", "why", "fix", "fooledBy"] as const) {
        expect(check[part].length, `${check.slug} ${part}`).toBeGreaterThan(10);
      }
      expect(check.asks.endsWith("?"), check.slug).toBe(true);
    }
  });

  test("tells what is asked, why, how to fix it and what fools it", () => {
    const text = explain(checks.get("logs/files") as CheckDefinition);
    for (const word of ["logs/files · XI. Logs", "Asks", "Why", "Fix", "Fooled by", "stdout"])
      expect(text).toContain(word);
  });
});
