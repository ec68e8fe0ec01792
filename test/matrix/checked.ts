import { inspect } from "../../src/check/inspect.ts";
import { repoOf } from "../../src/check/repo.ts";
import type { Finding } from "../../src/check/types.ts";
import type { Server } from "../support/servers.ts";
import { toolsFolder } from "../support/tools.ts";
import type { Checked, Request } from "./check-repo.ts";
import { nameOf } from "./combinations.ts";
import type { Emitted } from "./emit.ts";
import type { Report } from "./report.ts";
import { traitsOf } from "./stacks.ts";
import { quoted, step } from "./step.ts";
import { buildEnvironment } from "./toolchain.ts";
import type { Bench } from "./verify-combination.ts";

/** `check` without booting, of every combination. */
export async function readByCheck(report: Report, emitted: readonly Emitted[]): Promise<void> {
  await report.check(`${emitted.length} combinations`, "check: no violation, no risk", async () => {
    const bad: string[] = [];
    for (const { combination, tree } of emitted) {
      const files = Object.fromEntries([...tree].map(([path, { content }]) => [path, `${content}`]));
      const { findings } = await inspect(repoOf(files));
      bad.push(...faultsIn(findings).map((fault) => `${nameOf(combination)}: ${fault}`));
    }
    if (bad.length > 0) throw new Error(`${bad.length} findings, such as\n${bad.slice(0, 5).join("\n")}`);
  });
}

type Booting = {
  readonly bench: Bench;
  readonly emitted: Emitted;
  readonly subject: string;
  /** With the production tree in it, as bin/ci and the pruning left it. */
  readonly folder: string;
  readonly scratch: string;
  /** Whether `check` is to build it once more, with the command that it infers. */
  readonly builds: boolean;
};

/** `check --boot` of one combination: no violation, no risk, and nothing left out that it could be asked. */
export async function bootByCheck(booting: Booting): Promise<void> {
  const { bench, emitted, subject, folder, scratch, builds } = booting;
  const { report, session, servers, node } = bench;
  await report.check(subject, "check --boot: no violation, no risk", async () => {
    const request: Request = {
      directory: folder,
      build: builds
        ? null
        : quoted([
            "cp",
            "-a",
            ...traitsOf(emitted.combination.stack).built.map((name) => `${folder}/${name}`),
            ".",
          ]),
      services: Object.fromEntries(
        await Promise.all(
          Object.keys(emitted.variables).map(async (service) => [service, await databases(servers[service])]),
        ),
      ),
    };
    const program = [process.execPath, "test/support/run.mjs", "test/matrix/check-repo.ts"];
    const output = await step(session, {
      line: quoted([...program, JSON.stringify(request)]),
      cwd: process.cwd(),
      environment: { ...buildEnvironment(scratch, node), TWELVE_FACTOR_TOOLS: toolsFolder },
      timeoutMs: 600_000,
    });
    const { findings, notRun, passed } = JSON.parse(output.slice(output.lastIndexOf('\n{"') + 1)) as Checked;
    const faults = faultsIn(findings);
    if (faults.length > 0) throw new Error(`it found:\n${faults.join("\n")}`);
    const unasked = notAskedOf(emitted);
    for (const { slug, reason } of notRun) {
      if (unasked.some((known) => slug.startsWith(known))) continue;
      if (!/\bthis host\b/.test(reason)) throw new Error(`${slug} was not tried: ${reason}`);
      report.skip(subject, `check --boot: ${slug}`, reason);
    }
    if (passed.length < 100) throw new Error(`only ${passed.length} checks passed`);
  });
}

function faultsIn(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ severity }) => severity !== "advice")
    .map(({ slug, severity, message, evidence, file, line }) =>
      [`${severity} ${slug}: ${message}`, `${file}:${line}`, evidence].join("\n  "),
    );
}

/** A user of its own, who has the same password everywhere: it's the secret that is looked for. */
async function databases(server: Server | undefined): Promise<Request["services"][string]> {
  if (server === undefined) throw new Error("There is no such server.");
  const a = await server.space();
  if (["rabbitmq", "nats", "smtp"].includes(server.name)) return { a: a.url, b: a.url, empty: a.url };
  const [b, empty] = [await server.space(a.password), await server.space(a.password)];
  return { a: a.url, b: b.url, empty: empty.url };
}

/** What a combination has nothing for: a check, or all that begin so. */
function notAskedOf({ combination, roles, variables }: Emitted): readonly string[] {
  const { services, processes, example, jobs } = combination;
  const stores = example && roles.store != null;
  const workers = processes.length > 1;
  return [
    "processes/cookie-hop",
    "config/rotated-credentials",
    "concurrency/web-concurrency",
    // What the matrix does by itself, in its parts `development` and `images`.
    "dev-prod-parity/set-up",
    "dev-prod-parity/image",
    ...(variables.postgres === undefined && variables.mysql === undefined
      ? ["build-release-run/migrate-on-boot"]
      : []),
    ...(stores ? [] : ["processes/shared-data", "processes/restart-persistence"]),
    ...(stores && jobs !== null ? [] : ["concurrency/shared-work", "disposability/worker-"]),
    ...(workers ? [] : ["concurrency/process-types", "disposability/companion-sigterm"]),
    ...(services.length > 0
      ? []
      : [
          "config/canary-secrets",
          "config/secrets-in-files",
          "backing-services/",
          "disposability/second-signal",
        ]),
  ];
}
