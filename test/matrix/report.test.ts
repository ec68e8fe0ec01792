import { describe, expect, it } from "vitest";
import { NotRun, openReport } from "./report.ts";

describe("openReport", () => {
  it("counts what passed, failed and could not run, each with its line", async () => {
    const lines: string[] = [];
    const report = openReport(
      () => true,
      (line) => lines.push(line),
    );
    await report.check("app", "one", async () => {});
    await report.check("app", "two", async () => {
      throw new Error("it broke");
    });
    await report.check("app", "three", async () => {
      throw new NotRun("no engine here");
    });
    expect(lines).toEqual([
      "passed  app | one",
      "failed  app | two: it broke",
      "not run app | three: no engine here",
    ]);
    expect(report.summary()).toBe("1 passed, 1 failed, 1 skipped");
  });

  it("neither runs nor counts what isn't wanted", async () => {
    let ran = false;
    const report = openReport(
      (_subject, check) => check === "one",
      () => {},
    );
    await report.check("app", "two", async () => {
      ran = true;
    });
    report.skip("app", "three", "no reason");
    expect(ran).toBe(false);
    expect(report.summary()).toBe("0 passed, 0 failed, 0 skipped");
    await report.prepare("app", "four", async () => {
      ran = true;
    });
    expect(ran).toBe(true);
  });
});
