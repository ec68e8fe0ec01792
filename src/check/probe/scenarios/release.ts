import { readlinkSync } from "node:fs";
import { boot, type Lab, makeDirectory, openProxies, resourceUrl } from "../lab.ts";
import { type Exit, type Launched, launch } from "../launch.ts";
import type { Database } from "../services/adapter.ts";
import { lastLines } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { sleep } from "../wait.ts";

export type TaskRun = {
  readonly exit: Exit | null;
  readonly evidence: string;
  readonly executable: string | null;
};

export type ReleaseFacts = {
  /** Schema of a database that nothing migrated, before and after a start of the web process. */
  readonly bootSchema:
    | { readonly variable: string; readonly before: string; readonly after: string }
    | NotTried;
  /** Null where there is no release process. */
  readonly runs: {
    readonly first: TaskRun;
    readonly concurrent: readonly TaskRun[];
    readonly again: TaskRun;
    readonly second: TaskRun;
  } | null;
};

const taskBudgetMs = 60_000;
/** A migration that runs in the background is done, or at least begun, by then. */
const settleMs = 700;

/** Starts the web process on an empty database, then releases: twice at once, again, and to a second database. */
export async function observeRelease(lab: Lab): Promise<ReleaseFacts> {
  const bootSchema = await watchSchemaAtBoot(lab);
  if (!lab.types.some(({ name }) => name === "release")) return { bootSchema, runs: null };
  const concurrent = await Promise.all([runTask(lab, "release"), runTask(lab, "release")]);
  const [again, second] = await Promise.all([runTask(lab, "release"), runTask(lab, "release", "b")]);
  return { bootSchema, runs: { first: concurrent[0], concurrent, again, second } };
}

/** Runs a process type that ends, or a line of its own, in the environment of the app. */
export async function runTask(
  lab: Lab,
  task: string | { readonly line: string; readonly input?: string },
  database: Database = "a",
): Promise<TaskRun> {
  const proxies = await openProxies(lab, database);
  try {
    if (typeof task === "string") {
      const { launched, stop } = await boot(lab, { type: task, database, proxies, wait: false });
      return await finish(launched, stop);
    }
    const urls = lab.resources.map((resource) => [
      resource.variable,
      resourceUrl(resource, database, proxies.get(resource.variable)?.port ?? 0),
    ]);
    const directory = makeDirectory(lab);
    const launched = launch(lab.session, {
      ...task,
      cwd: lab.tree,
      environment: {
        PATH: lab.path,
        HOME: `${directory}/home`,
        TMPDIR: `${directory}/tmp`,
        LANG: "C.UTF-8",
        ...lab.values,
        ...Object.fromEntries(urls),
      },
    });
    return await finish(launched, launched.stop);
  } finally {
    for (const proxy of proxies.values()) await proxy.close();
  }
}

async function finish(launched: Launched, stop: () => Promise<void>): Promise<TaskRun> {
  let executable: string | null = null;
  const deadline = performance.now() + taskBudgetMs;
  while (!launched.exit() && performance.now() < deadline) {
    executable = executableOf(launched.pid) ?? executable;
    await sleep(20);
  }
  const exit = launched.exit() ? await launched.finishedWithin(0) : null;
  const evidence = `${exit ? `it ended with ${exit.signal ?? `code ${exit.code}`}` : "it did not end in 60 s"}; ${lastLines(launched)}`;
  await stop();
  return { exit, evidence, executable };
}

/** Null where the kernel does not tell. */
export function executableOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return null;
  }
}

async function watchSchemaAtBoot(lab: Lab): Promise<ReleaseFacts["bootSchema"]> {
  if (!lab.types.some(({ name }) => name === "web")) return notTried("there is no web process");
  const resource = lab.resources.find(({ service }) => service?.fingerprint);
  const fingerprint = resource?.service?.fingerprint;
  if (!resource || !fingerprint) return notTried("no database whose schema could be read was attached");
  const before = await fingerprint("empty");
  const booted = await boot(lab, { type: "web", database: "empty", budgetMs: 5_000, wait: "answer" });
  await sleep(settleMs, lab.session.signal);
  const after = await fingerprint("empty");
  await booted.stop();
  return { variable: resource.variable, before, after };
}
