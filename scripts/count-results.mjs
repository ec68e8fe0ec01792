import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Adds up the results of a run of CI, and prints the one line that says how it went. */
const [folder] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  const result = JSON.parse(readFileSync(join(folder, name), "utf8"));
  const counts = name.startsWith("vitest-")
    ? {
        passed: result.numPassedTests,
        failed: result.numFailedTests + result.numFailedTestSuites * Number(result.numTotalTests === 0),
        skipped: result.numPendingTests + result.numTodoTests,
      }
    : result;
  for (const key of Object.keys(total)) total[key] += counts[key] ?? 0;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
