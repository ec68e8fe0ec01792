import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => vi.unstubAllGlobals());

test("a release of the registry checks what it emitted, by its own number; no other build names itself", async () => {
  const [unpublished, published] = [await emittedBy(false), await emittedBy(true)];
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const line = `npx --yes create-twelve-factor@${version} check\n`;
  for (const path of [".github/workflows/ci.yml", "bin/ci"]) {
    expect(published.get(path)).toContain(line);
    expect(unpublished.get(path)).not.toContain("twelve-factor");
  }
  const changed = [...published].filter(([path, content]) => unpublished.get(path) !== content);
  expect(changed.map(([path]) => path).sort()).toEqual([".github/workflows/ci.yml", "bin/ci"]);
});

test("the workflow that publishes builds for the registry", () => {
  const workflow = readFileSync(".github/workflows/release.yml", "utf8");
  expect(workflow).toMatch(/run: npm run build -- --published\n/);
  expect(readFileSync("scripts/build.mjs", "utf8")).toContain('"--published"');
});

async function emittedBy(isPublished: boolean): Promise<ReadonlyMap<string, unknown>> {
  vi.resetModules();
  vi.stubGlobal("__PUBLISHED__", isPublished);
  const { completeAnswers } = await import("../../src/core/answers.ts");
  const { plan } = await import("../../src/core/plan.ts");
  const { render } = await import("../../src/core/render.ts");
  const { compileCatalogue } = await import("../../src/io/compile-catalogue.ts");
  const catalogue = compileCatalogue("templates");
  const answers = completeAnswers(catalogue, { name: "my-app" });
  const tree = render(plan(catalogue, answers), "{}\n");
  return new Map([...tree].map(([path, { content }]) => [path, content]));
}
