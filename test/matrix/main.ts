/**
 * Verifies the emitted repos for real. It needs what `scripts/verify-tools.ts` installs, and a build.
 *
 *   node test/support/run.mjs test/matrix/main.ts [--only PATTERN] [--combo PATTERN [--all]] [--list] [--json FILE]
 *
 * --combo picks combinations by name, with --all of all that there are, --only checks by `combination | check`; --part takes a list of them.
 */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { detectIsolations } from "../../src/check/probe/namespaces.ts";
import { openSession } from "../../src/check/probe/session.ts";
import { inParallel } from "../../src/check/probe/wait.ts";
import { readBuiltCatalogue } from "../../src/io/catalogue.ts";
import {
  type Server,
  startMariadb,
  startNats,
  startPostgres,
  startRabbitmq,
  startSmtp,
  startValkey,
} from "../support/servers.ts";
import { readByCheck } from "./checked.ts";
import { allCombinations, type Combination, factorsOf, isRepresentative, nameOf } from "./combinations.ts";
import { verifyDevelopment } from "./development.ts";
import { choicesOf, type Emitted, emit } from "./emit.ts";
import { verifyImages } from "./image.ts";
import { lintEmitted } from "./linters.ts";
import { pairwise } from "./pairwise.ts";
import { openReport } from "./report.ts";
import { verifySources } from "./sources.ts";
import { type Bench, type Extent, verifyCombination } from "./verify-combination.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    combo: { type: "string" },
    all: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    json: { type: "string" },
    part: { type: "string", default: "sources,linters,reading,development,emitted,images" },
    lanes: { type: "string", default: "2" },
  },
});

const session = openSession();
// A build that goes on meanwhile must not change what is verified.
const build = join(session.directory, "build");
cpSync("dist", build, { recursive: true });
const catalogue = readBuiltCatalogue(build);
const offered = choicesOf(catalogue).map((choices) => ({
  ...choices,
  combinations: allCombinations(choices),
}));
const everyCombination = offered.flatMap(({ combinations }) => combinations);
/** With each stack: no service at all, the default answers, and all that goes together. */
const favourites = offered.flatMap(({ combinations, ...choices }) => {
  const most = Math.max(...combinations.map(({ services }) => services.length));
  return combinations.filter(
    ({ services, jobs, processes, example, platforms, ci, packageManager }) =>
      example &&
      platforms.length > 0 &&
      ci !== null &&
      packageManager === choices.packageManagers[0] &&
      (services.length === 0 ||
        (processes.length === 2 && services.join() === "postgres") ||
        (processes.length === 4 &&
          services.length === most &&
          services.includes("postgres") &&
          jobs === "rabbitmq")),
  );
});
const pairs = offered.flatMap(({ combinations, ...choices }) => {
  const factors = (combination: Combination): readonly string[] => factorsOf(combination, choices);
  const ofStack = favourites.filter(({ stack }) => stack === choices.stack);
  return pairwise(combinations, factors, ofStack);
});
const matches = (text: string, pattern: string | undefined): boolean =>
  pattern === undefined || new RegExp(pattern, "i").test(text);
const chosen = (options.all ? everyCombination : pairs).filter((combination) =>
  matches(nameOf(combination), options.combo),
);
const read = offered.flatMap(({ combinations, ...choices }) =>
  combinations.filter((combination) => isRepresentative(combination, choices)),
);
const rendered = [...new Set([...read, ...pairs])];
const parts = options.part.split(",");

const starters: Readonly<Record<string, () => Promise<Server>>> = {
  postgres: startPostgres,
  mysql: startMariadb,
  redis: startValkey,
  rabbitmq: () => startRabbitmq({ spaces: 48 }),
  nats: () => startNats({ spaces: 48 }),
  smtp: startSmtp,
};

if (options.list) {
  for (const combination of chosen) console.log(nameOf(combination));
  console.log(
    `${chosen.length} of ${everyCombination.length} combinations; ${rendered.length} are rendered and read`,
  );
} else {
  await verifyAll();
}
session.close();

async function verifyAll(): Promise<void> {
  const started = performance.now();
  const report = openReport(
    (subject, check) => matches(`${subject} | ${check}`, options.only),
    (line) => console.log(line),
  );
  const servers: Record<string, Server> = {};
  const end = async (): Promise<void> => {
    session.close();
    await stopServers(servers);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      console.log(`Ended by ${signal}.`);
      void end().finally(() => process.exit(130));
    });
  }
  try {
    const emitted: Emitted[] = [];
    await report.prepare(`${rendered.length} combinations`, "render", async () => {
      for (const combination of rendered) emitted.push(emit(catalogue, combination));
    });
    if (parts.includes("linters")) await lintEmitted(session, report, emitted, catalogue);
    if (parts.includes("reading")) await readByCheck(report, emitted);
    if (parts.includes("sources")) await verifySources({ session, report }, emitted.filter(isNode));
    const isolations = await detectIsolations(session.directory);
    const bench: Bench = { session, report, isolations, servers, node: 26, build };
    const work = distinct(chosen.map((combination) => emit(catalogue, combination)));
    const full = offered.map(({ stack }) => favourites.filter((one) => one.stack === stack).at(-1));
    for (const combination of full) {
      if (!parts.includes("development") || !matches(combination ? nameOf(combination) : "", options.combo))
        continue;
      const one = combination && emit(catalogue, combination);
      if (one === undefined) continue;
      // What another stack left in a database, a queue or a cache is not this one's.
      const own: Record<string, Server> = {};
      try {
        await startServers(own, Object.keys(one.variables));
        await verifyDevelopment({ ...bench, servers: own }, one);
      } finally {
        await stopServers(own);
      }
    }
    await startServers(servers, Object.keys(starters));
    if (parts.includes("emitted")) await verifyEmitted(bench, work);
    if (parts.includes("images")) {
      const composed = everyCombination.find(
        ({ services, processes, example, packageManager }) =>
          services.join() === "redis" &&
          processes.length === 2 &&
          example &&
          packageManager === offered[0]?.packageManagers[0],
      );
      if (composed === undefined) throw new Error("No combination has Redis alone.");
      await verifyImages(
        bench,
        oneOfEach(
          work.filter(({ combination }) => combination.services.length > 0),
          ({ combination }) => combination.packageManager,
        ),
        emit(catalogue, composed),
      );
    }
  } finally {
    await end();
  }
  if (options.json !== undefined) report.write(options.json);
  console.log(`\n${Math.round((performance.now() - started) / 1000)} s`);
  console.log(report.summary());
  // What a check left open, a socket say, must not keep a finished run going.
  process.exit(report.results().some(({ outcome }) => outcome === "failed") ? 1 : 0);
}

/** Adds each server as soon as it is there, so that it can be stopped whatever the others do. */
async function startServers(servers: Record<string, Server>, ids: readonly string[]): Promise<void> {
  const starting = ids.map(async (id) => {
    const server = await starters[id]?.();
    if (server === undefined) throw new Error(`There is no server for ${id}.`);
    servers[id] = server;
  });
  await Promise.all(starting);
}

async function stopServers(servers: Readonly<Record<string, Server>>): Promise<void> {
  await Promise.all(Object.values(servers).map((server) => server.stop()));
}

/** Each tree on Node 26, two of them on 24 too; what takes long once for each code that it is about. */
async function verifyEmitted(bench: Bench, work: readonly Emitted[]): Promise<void> {
  const killed = new Set(
    oneOfEach(work.filter(hasExampleJobs), ({ combination: { stack, jobs } }) => `${stack} ${jobs}`),
  );
  const rolled = new Set(oneOfEach(work, ({ combination, roles }) => `${combination.stack} ${roles.store}`));
  const built = new Set(oneOfEach(work, ({ combination }) => combination.packageManager));
  const briefly: Extent = { kill: false, rolling: false, builds: false };
  const runs = [
    ...work.map((one) => ({
      one,
      extent: { kill: killed.has(one), rolling: rolled.has(one), builds: built.has(one) },
      node: 26 as const,
    })),
    ...work
      .filter(isNode)
      .slice(0, 2)
      .map((one) => ({ one, extent: briefly, node: 24 as const })),
  ];
  await inParallel(
    Number(options.lanes),
    runs.map(
      ({ one, extent, node }) =>
        () =>
          verifyCombination({ ...bench, node }, one, extent),
    ),
  );
}

/** What is about Node alone. */
function isNode({ combination }: Emitted): boolean {
  return combination.stack.startsWith("node-");
}

function hasExampleJobs({ combination }: Emitted): boolean {
  return combination.example && combination.jobs !== null;
}

/** One of each tree: the receipt aside, what is byte-equal is verified once. */
function distinct(emitted: readonly Emitted[]): readonly Emitted[] {
  return oneOfEach(emitted, ({ fingerprint }) => fingerprint);
}

function oneOfEach<Item>(items: readonly Item[], keyOf: (item: Item) => unknown): readonly Item[] {
  return items.filter((item, index) => items.findIndex((other) => keyOf(other) === keyOf(item)) === index);
}
