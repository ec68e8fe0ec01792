import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Isolations } from "../../src/check/probe/namespaces.ts";
import type { Session } from "../../src/check/probe/session.ts";
import type { Server } from "../support/servers.ts";
import { bootByCheck } from "./checked.ts";
import * as example from "./checks/example.ts";
import * as release from "./checks/release.ts";
import { restartsWithoutFailures } from "./checks/rolling.ts";
import * as worker from "./checks/worker.ts";
import { flagsOf, nameOf, ownOf } from "./combinations.ts";
import { type Deployment, deploy, type Running, startReady, stopAll } from "./deployment.ts";
import { appName, differences, type Emitted } from "./emit.ts";
import type { Report } from "./report.ts";
import { traitsOf } from "./stacks.ts";
import { lastLines, quoted, step } from "./step.ts";
import { buildEnvironment, type NodeMajor } from "./toolchain.ts";

const commandFile = basename(JSON.parse(readFileSync("package.json", "utf8")).bin["create-twelve-factor"]);

export type Bench = {
  readonly session: Session;
  readonly report: Report;
  readonly isolations: Isolations;
  readonly servers: Readonly<Record<string, Server>>;
  readonly node: NodeMajor;
  /** The folder of the built command. */
  readonly build: string;
};

export type Extent = {
  /** Kill workers with -9, which waits for the queue to notice. */
  readonly kill: boolean;
  /** Rolling restarts under load. */
  readonly rolling: boolean;
  /** Let `check` build it too, with the command that it infers. */
  readonly builds: boolean;
};

/** Writes one combination with the command itself, builds it, lets `check` probe it, and drives its example. */
export async function verifyCombination(bench: Bench, emitted: Emitted, extent: Extent): Promise<void> {
  const { session, report, node } = bench;
  const subject = `${nameOf(emitted.combination)}${node === 26 ? "" : ` node${node}`}`;
  const scratch = join(session.directory, slugOf(subject));
  const folder = join(scratch, appName);
  mkdirSync(scratch, { recursive: true });
  const environment = buildEnvironment(scratch, node);
  const traits = traitsOf(emitted.combination.stack);

  const written = await report.prepare(subject, "create writes what render renders", async () => {
    const answers = join(scratch, "answers.json");
    writeFileSync(answers, JSON.stringify(ownOf(emitted.combination)));
    const switches = ["--no-install", "--no-git", "--yes", "--answers", answers];
    const flags = [...flagsOf(emitted.combination), ...switches];
    await step(session, {
      line: quoted([process.execPath, join(bench.build, commandFile), folder, ...flags]),
      cwd: scratch,
      environment,
      timeoutMs: 20_000,
    });
    const found = differences(folder, emitted.tree);
    if (found.length > 0) throw new Error(`these differ: ${found.join(", ")}`);
  });
  if (!written) return;
  const git = (...args: readonly string[]): string =>
    execFileSync(
      "git",
      ["-C", folder, "-c", "user.name=Matrix", "-c", "user.email=matrix@localhost", ...args],
      {
        encoding: "utf8",
      },
    );
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "Start");

  let ran = "";
  const built = await report.prepare(
    subject,
    "bin/ci: frozen install, lint, types, build, release, tests",
    async () => {
      const developing = await deploy({ ...bench, emitted, folder, scratch: join(scratch, "ci") });
      try {
        ran = await step(session, {
          line: "bin/ci",
          cwd: folder,
          environment: { ...environment, CI: "true", PORT: "3000", ...developing.config },
          timeoutMs: 180_000,
        });
      } finally {
        await developing.close();
      }
      const changed = git("status", "--porcelain");
      if (changed !== "") throw new Error(`it changed\n${changed}`);
    },
  );
  if (!built) return;
  await report.check(subject, "bin/ci runs tests", async () => {
    if (!traits.ranTests.test(ran)) throw new Error(`it ran none:\n${lastLines(ran, 12)}`);
  });

  const pruned = await report.prepare(subject, "keeps nothing but runtime dependencies", async () => {
    const line = traits.prune[emitted.combination.packageManager] ?? "";
    await step(session, { line, cwd: folder, environment, timeoutMs: 60_000 });
    if (existsSync(join(folder, traits.tool))) throw new Error(`${traits.tool} is still there`);
  });
  if (!pruned) return;

  await bootByCheck({ bench, emitted, subject, folder, scratch, builds: extent.builds });
  const deployment = await deploy({ ...bench, emitted, folder, scratch });
  try {
    await verifyDeployment({ deployment, report, subject, extent });
  } finally {
    await deployment.close();
  }
}

type Verification = {
  readonly deployment: Deployment;
  readonly report: Report;
  readonly subject: string;
  readonly extent: Extent;
};

async function verifyDeployment({ deployment, report, subject, extent }: Verification): Promise<void> {
  const { emitted } = deployment;
  const check = (name: string, run: () => Promise<void>): Promise<boolean> =>
    report.check(subject, name, run);
  const released = await report.prepare(subject, "release, 20 at once", () =>
    alone(() => release.releasesAtOnce(deployment)),
  );
  if (!released) return;

  const runnings: Running[] = [];
  const booted = await report.prepare(
    subject,
    "boots every process with its own variables alone",
    async () => {
      for (const process of emitted.processes) runnings.push(await startReady(deployment, process));
    },
  );
  const web = runnings.find(({ port }) => port !== null);
  if (!booted || web === undefined) return;
  const port = web.port ?? 0;
  if (emitted.combination.example) {
    await check("a message is posted, processed, listed", () => example.carriesMessages(deployment, port));
    await check("a bad message is refused", () => example.refusesBadMessages(deployment, port));
  }
  await check("seed, 10 at once", () => alone(() => release.seedsAtOnce(deployment, port)));
  if (emitted.combination.example && emitted.combination.jobs !== null) {
    // The workers that follow are to be the only ones.
    await stopAll(runnings.filter(({ process }) => process.name === "worker"));
    await check("worker: SIGTERM in the middle of jobs", () => worker.returnsJobsOnSigterm(deployment, port));
    if (extent.kill) {
      await check("worker: kill -9 in the middle of jobs", () =>
        worker.redeliversAfterKill(deployment, port),
      );
    }
  }
  if (extent.rolling) {
    await check("3 rolling restarts under 3,000 requests", async () => {
      const first = await startReady(deployment, web.process);
      await alone(() => restartsWithoutFailures(deployment, first));
    });
  }
}

/** What starts many processes goes one after another, or the time limits of the app say more of this host than of the app. */
let queue: Promise<unknown> = Promise.resolve();
function alone(run: () => Promise<void>): Promise<void> {
  const turn = queue.then(run);
  queue = turn.catch(() => {});
  return turn;
}

function slugOf(subject: string): string {
  return createHash("sha256").update(subject).digest("hex").slice(0, 12);
}
