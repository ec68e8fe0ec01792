import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { DeclaredVariable } from "../parsers/env-schema.ts";
import { parseEnvExample } from "../parsers/env-schema.ts";
import type { Finding, Inference, NotRun } from "../types.ts";
import { dynamicChecks } from "./catalogue.ts";
import { findEngine } from "./containers.ts";
import { inferBuild, programDirectories } from "./infer-build.ts";
import { inferProcesses, type ProcessType } from "./infer-processes.ts";
import { type Lab, pathOf } from "./lab.ts";
import { maskWith } from "./mask.ts";
import { detectIsolations } from "./namespaces.ts";
import type { Observations } from "./observations.ts";
import { attachResources } from "./resources.ts";
import { runBuild } from "./scenarios/build.ts";
import { runScenarios } from "./schedule.ts";
import type { ServiceAdapter } from "./services/adapter.ts";
import { mysql } from "./services/mysql.ts";
import { nats } from "./services/nats.ts";
import { postgres } from "./services/postgres.ts";
import { rabbitmq } from "./services/rabbitmq.ts";
import { redis } from "./services/redis.ts";
import { smtp } from "./services/smtp.ts";
import { openSession, type Session } from "./session.ts";
import { copyOf, prepareSource } from "./source.ts";
import { layTripwires } from "./tripwires.ts";
import { declaredVariables } from "./variables.ts";
import { type DynamicCheck, isNotTried, type Verdict } from "./verdict.ts";

export type ProbeOptions = {
  readonly directory: string;
  /** Slugs, or factors; all when absent. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly procfile?: string | null;
  readonly build?: string | null;
  readonly envFile?: string | null;
  /** Variables with the URLs of services to use. */
  readonly services?: { readonly [variable: string]: string };
  /** How long a start may take. */
  readonly timeoutSeconds?: number;
  /** How long an exit after SIGTERM may take. */
  readonly graceSeconds?: number;
  /** How long a worker is watched. */
  readonly watchSeconds?: number;
  /** How long a queue may take to deliver the job of a killed worker again. */
  readonly redeliverySeconds?: number;
  readonly signal?: AbortSignal;
  readonly adapters?: readonly ServiceAdapter[];
  readonly onProgress?: (stage: string) => void;
};

export type ProbeResult = {
  readonly findings: readonly Finding[];
  readonly notRun: readonly NotRun[];
  readonly passed: readonly string[];
  readonly inferred: readonly Inference[];
};

const buildBudgetMs = 15 * 60_000;
const ownAdapters: readonly ServiceAdapter[] = [postgres, mysql, redis, rabbitmq, nats, smtp];

/** Builds the app of the directory, runs all of its processes, and judges how they behave. The directory is only read. */
export async function probe(options: ProbeOptions): Promise<ProbeResult> {
  const checks = chosenChecks(options);
  if (process.platform === "win32") {
    const reason = "booting needs the processes and signals of Linux or macOS";
    return { findings: [], notRun: checks.map(({ slug }) => ({ slug, reason })), passed: [], inferred: [] };
  }
  const session = openSession(options.signal);
  try {
    const { observations, lab, inferred } = await observe(session, options, checks);
    return { ...judgeAll(checks, observations, lab), inferred };
  } finally {
    session.close();
  }
}

type Observed = {
  readonly observations: Observations;
  readonly lab: Lab;
  readonly inferred: readonly Inference[];
};

async function observe(
  session: Session,
  options: ProbeOptions,
  checks: readonly DynamicCheck[],
): Promise<Observed> {
  const progress = options.onProgress ?? (() => {});
  const source = await prepareSource(resolve(options.directory), session.directory);
  const { tree } = source;
  const engine = await findEngine(session);
  const processes = inferProcesses(tree, options.procfile ?? null);
  if (processes.types.length === 0) throw nothingToStart(options.directory);
  const build = inferBuild(tree, options.build ?? null);
  const variables = declaredVariables(tree);
  const canaries = makeCanaries(variables);
  const secret = `tfcanary${randomBytes(12).toString("hex")}`;
  progress(build.command ? `building: ${build.command}` : "nothing to build");
  const [built, resources, isolations] = await Promise.all([
    runBuild({
      session,
      tree,
      command: build.command,
      config: variables.map(({ name }) => name),
      timeoutMs: buildBudgetMs,
    }),
    attachResources({
      session,
      variables,
      stated: options.services ?? {},
      adapters: [...(options.adapters ?? []), ...ownAdapters],
      tree,
      engine,
      secret,
    }),
    detectIsolations(tree),
  ]);
  const stated = options.envFile ? valuesOf(options.envFile) : {};
  const tripwires = layTripwires(session.directory);
  const secrets = new Map([...[...canaries].map(([name, value]): [string, string] => [value, name])]);
  for (const { variable, service } of resources) {
    const password = passwordOf(service?.url("a") ?? "");
    if (password) secrets.set(password, variable);
  }
  const lab: Lab = {
    session,
    tree,
    types: processes.types,
    variables,
    resources,
    values: {
      ...exampleValues(
        variables,
        canaries,
        resources.map(({ variable }) => variable),
      ),
      ...stated,
    },
    canaries: new Map([...secrets].filter(([value]) => value.startsWith("tfcanary"))),
    mask: maskWith(new Map([...secrets, ...secretsIn(stated, variables)])),
    isolations,
    tripwires,
    path: pathOf([...programDirectories(tree), tripwires.directory]),
    engine,
    pristine: () => copyOf(source.committed, session.directory),
    installs: build.command !== null,
    startBudgetMs: (options.timeoutSeconds ?? 60) * 1000,
    graceMs: (options.graceSeconds ?? 10) * 1000,
    watchMs: (options.watchSeconds ?? 10) * 1000,
    redeliveryMs: (options.redeliverySeconds ?? 60) * 1000,
    found: { health: null, readyMs: null },
  };
  const inferred = [
    ...source.inferred,
    { what: "build command", value: build.command ?? "none", from: build.from },
    ...processes.types.map(({ name, command }) => ({
      what: `process ${name}`,
      value: command,
      from: processes.from,
    })),
    ...resources.map(({ variable, kind, missing }) => ({
      what: `service ${variable}`,
      value: missing ? "a sink" : kind,
      from: missing ?? "started on this host, or stated",
    })),
  ];
  const wanted = new Set(checks.map(({ scenario }) => scenario));
  const observations = await runScenarios(lab, {
    built,
    wanted,
    progress,
    asked: options.only?.includes("dev-prod-parity/set-up") ?? false,
  });
  return { observations, lab, inferred };
}

function chosenChecks({ only, skip = [] }: ProbeOptions): DynamicCheck[] {
  const matches = ({ slug, factor }: DynamicCheck, names: readonly string[]) =>
    names.includes(slug) || names.includes(factor);
  return dynamicChecks.filter((check) => (!only || matches(check, only)) && !matches(check, skip));
}

function judgeAll(
  checks: readonly DynamicCheck[],
  observations: Observations,
  lab: Lab,
): Omit<ProbeResult, "inferred"> {
  const verdicts = checks.map((check) => ({ check, verdict: check.judge(observations, lab) }));
  return {
    findings: verdicts.flatMap(({ check, verdict }) => findingsOf(check, verdict, lab)),
    notRun: verdicts.flatMap(({ check, verdict }) =>
      isNotTried(verdict) ? [{ slug: check.slug, reason: lab.mask(verdict.notTried) }] : [],
    ),
    passed: verdicts.flatMap(({ check, verdict }) =>
      !isNotTried(verdict) && verdict.length === 0 ? [check.slug] : [],
    ),
  };
}

function findingsOf({ slug, factor, fix }: DynamicCheck, verdict: Verdict, lab: Lab): Finding[] {
  if (isNotTried(verdict)) return [];
  return verdict.map(({ severity, message, evidence, confidence, type }) => {
    const blamed: ProcessType | undefined = lab.types.find(({ name }) => name === type);
    return {
      slug,
      factor,
      severity,
      message: lab.mask(message),
      file: blamed?.file ?? null,
      line: blamed?.line ?? null,
      evidence: lab.mask(evidence),
      fix,
      confidence,
    };
  });
}

function nothingToStart(directory: string): Failure {
  return new Failure({
    code: "NOTHING_TO_START",
    message: `Nothing in ${directory} says how the app is started: no Procfile, no start script, no Dockerfile with a CMD.`,
    fix: "Write a Procfile with a line `web: <command>`, or name one with --procfile.",
    state: "Nothing was run.",
  });
}

/** A value for each secret that is a plain string, which nobody could have guessed. */
function makeCanaries(variables: readonly DeclaredVariable[]): Map<string, string> {
  const free = variables.filter(
    ({ sensitive, type, required }) =>
      sensitive && required !== false && (type === null || type === "string"),
  );
  return new Map(free.map(({ name }) => [name, `tfcanary${randomBytes(20).toString("hex")}`]));
}

function exampleValues(
  variables: readonly DeclaredVariable[],
  canaries: ReadonlyMap<string, string>,
  resources: readonly string[],
): { [name: string]: string } {
  const values: { [name: string]: string } = {};
  for (const { name, type, values: allowed, required, default: fallback, example } of variables) {
    if (name === "PORT" || resources.includes(name)) continue;
    const canary = canaries.get(name);
    if (canary) values[name] = canary;
    else if (required !== false && fallback === null)
      values[name] = example ?? allowed[0] ?? plainValue(type);
    else if (required === null && example !== null) values[name] = example;
  }
  return values;
}

function plainValue(type: string | null): string {
  switch (type) {
    case "integer":
    case "number":
    case "port":
      return "1";
    case "boolean":
      return "false";
    case "url":
      return "http://127.0.0.1:9/";
    default:
      return "tfcheck";
  }
}

function valuesOf(file: string): { [name: string]: string } {
  if (!existsSync(file)) {
    throw new Failure({
      code: "NO_SUCH_FILE",
      message: `There is no file ${file}, which --env-file names.`,
      fix: "Name an existing file of NAME=value lines.",
      state: "Nothing was run.",
    });
  }
  const declared = parseEnvExample(readFileSync(join(file), "utf8"), file);
  return Object.fromEntries(declared.map(({ name, example }) => [name, example ?? ""]));
}

function secretsIn(
  stated: { readonly [name: string]: string },
  variables: readonly DeclaredVariable[],
): [string, string][] {
  return Object.entries(stated).flatMap(([name, value]): [string, string][] => {
    const password = passwordOf(value);
    const isPublic = variables.some((variable) => variable.name === name && !variable.sensitive);
    return [
      ...(password ? [[password, name] as [string, string]] : []),
      ...(isPublic ? [] : [[value, name] as [string, string]]),
    ];
  });
}

const passwordOf = (url: string): string | null =>
  /^[a-z][a-z0-9+.-]*:\/\/[^/?#@:]*:([^/?#@]+)@/i.exec(url)?.[1] ?? null;
