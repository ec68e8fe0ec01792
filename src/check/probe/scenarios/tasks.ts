import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { type Lab, statusOf } from "../lab.ts";
import { foreignRuntime } from "../runtime.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { until } from "../wait.ts";
import { runTask, type TaskRun } from "./release.ts";
import type { TrioFacts } from "./trio.ts";

export type TasksFacts = {
  readonly runs: readonly (TaskRun & { readonly name: string })[];
  /** Whether the web process was as healthy as before after a release beside it. */
  readonly webAfterRelease: boolean | NotTried;
  /** Why a task may fail here that would not where the repo runs. */
  readonly foreign: string | null;
};

const healthBudgetMs = 6_000;

/** A release to the database that `other` serves from, and the admin tasks of the repo, in the tree and with the config of the app, while the app is up. */
export async function observeTasks(lab: Lab, trio: TrioFacts): Promise<TasksFacts | NotTried> {
  const other = trio.pair?.other ?? trio.first;
  const hasRelease = lab.types.some(({ name }) => name === "release");
  const path = lab.found.health?.ready ?? "/";
  const isHealthy = async () => ((await statusOf(other, path)) ?? 500) < 500;
  const before = hasRelease && (await until(isHealthy, { timeoutMs: healthBudgetMs }));
  const beside = hasRelease ? await runTask(lab, "release", "b") : null;
  const after = before && (await until(isHealthy, { timeoutMs: healthBudgetMs }));
  const runs: (TaskRun & { readonly name: string })[] = beside ? [{ name: "release", ...beside }] : [];
  for (const name of ["bin/seed", "bin/console"]) {
    if (!isRunnable(join(lab.tree, name))) continue;
    const input = name === "bin/console" ? { input: "exit\n" } : {};
    runs.push({ name, ...(await runTask(lab, { line: name, ...input })) });
  }
  const hasFailed = runs.some(({ name, exit }) => name !== "release" && exit?.code !== 0);
  const foreign = hasFailed ? foreignRuntime(lab.tree, lab.path) : null;
  if (!beside) return { runs, foreign, webAfterRelease: notTried("there is no release process") };
  return {
    runs,
    foreign,
    webAfterRelease: before ? after !== null : notTried("the web process was not healthy before"),
  };
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}
