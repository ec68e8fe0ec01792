import { defineConfig } from "vitest/config";

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, environment: "node" as const },
});

export default defineConfig({
  test: {
    projects: [
      project("unit", ["test/{core,io,check,generators,architecture}/**/*.test.ts"], 60_000),
      project("cli", ["test/cli/**/*.test.ts"], 300_000),
    ],
  },
});
