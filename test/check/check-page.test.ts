import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkPage } from "../../src/check/check-page.ts";
import { tables } from "../mutants/tables.ts";

test("docs/check.md is what the checks say: npm run docs renders it", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/check.md"), "utf8");
  expect(page === checkPage(tables)).toBe(true);
});
