import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };

const project = (
  name: string,
  include: string[],
  testTimeout: number,
  globalSetup: string[] = [],
  more: object = {},
) => ({
  define: { __VERSION__: JSON.stringify(manifest.version) },
  test: {
    name,
    include,
    testTimeout,
    hookTimeout: testTimeout,
    environment: "node" as const,
    globalSetup,
    ...more,
  },
});

export default defineConfig({
  test: {
    projects: [
      project("unit", ["test/{core,io,pack,check,generators,architecture,matrix}/**/*.test.ts"], 60_000),
      // Most of a probe is waiting, so several of them share the processors.
      project("mutants", ["test/mutants/**/*.test.ts"], 300_000, [], {
        maxConcurrency: 5,
        fileParallelism: false,
        // A host that was busy for a moment is asked again; a fault that no check sees is missed both times.
        retry: 1,
      }),
      project("cli", ["test/cli/**/*.test.ts"], 300_000, ["test/support/pack.ts"]),
      project("managers", ["test/managers/**/*.test.ts"], 120_000, [
        "test/support/pack.ts",
        "test/support/managers.ts",
      ]),
      project("terminal", ["test/terminal/**/*.test.ts"], 120_000, ["test/support/pack.ts"]),
    ],
  },
});
