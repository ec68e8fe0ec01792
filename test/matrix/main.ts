/**
 * Verifies the emitted repos for real. It needs what `scripts/verify-tools.ts` installs, and a build.
 *
 *   node test/support/run.mjs test/matrix/main.ts [--only PATTERN] [--combo PATTERN] [--list] [--json FILE]
 */
import { parseArgs } from "node:util";
import { detectIsolations } from "../../src/check/probe/namespaces.ts";
import { openSession } from "../../src/check/probe/session.ts";
import { inParallel } from "../../src/check/probe/wait.ts";
import { type Server, startPostgres, startRabbitmq, startValkey } from "../support/servers.ts";
import { allCombinations, type Combination, factorsOf, nameOf } from "./combinations.ts";
import { choicesOf, type Emitted, emit, readCatalogue } from "./emit.ts";
import { pairwise } from "./pairwise.ts";
import { openReport } from "./report.ts";
import type { NodeMajor } from "./toolchain.ts";
import { type Extent, verifyCombination } from "./verify-combination.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    combo: { type: "string" },
    list: { type: "boolean", default: false },
    json: { type: "string" },
    lanes: { type: "string", default: "2" },
  },
});

const catalogue = readCatalogue();
const choices = choicesOf(catalogue);
const everyCombination = allCombinations(choices);
/** The default answers, and all that there is. */
const favourites = everyCombination.filter(
  ({ services, jobs, processes, example, platforms, ci, packageManager }) =>
    example &&
    platforms.length > 0 &&
    ci !== null &&
    packageManager === choices.packageManagers[0] &&
    ((processes.length === 2 && services.join() === "postgres") ||
      (processes.length === 3 && services.length === choices.services.length && jobs === "rabbitmq")),
);
const factors = (combination: Combination): readonly string[] => factorsOf(combination, choices);
const matches = (text: string, pattern: string | undefined): boolean =>
  pattern === undefined || new RegExp(pattern, "i").test(text);
const chosen = pairwise(everyCombination, factors, favourites).filter((combination) =>
  matches(nameOf(combination), options.combo),
);

if (options.list) {
  for (const combination of chosen) console.log(nameOf(combination));
  console.log(`${chosen.length} of ${everyCombination.length} combinations`);
} else {
  await verifyAll();
}

async function verifyAll(): Promise<void> {
  const started = performance.now();
  const report = openReport(
    (subject, check) => matches(`${subject} | ${check}`, options.only),
    (line) => console.log(line),
  );
  const cancelled = new AbortController();
  const session = openSession(cancelled.signal);
  const servers: Record<string, Server> = {};
  const end = async (): Promise<void> => {
    session.close();
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      cancelled.abort();
      void end().finally(() => process.exit(130));
    });
  }
  try {
    const emitted: Emitted[] = [];
    await report.check("all combinations", "render", async () => {
      for (const combination of everyCombination) emitted.push(emit(catalogue, combination));
    });
    const isolations = await detectIsolations(session.directory);
    [servers.postgres, servers.redis, servers.rabbitmq] = await Promise.all([
      startPostgres(),
      startValkey(),
      startRabbitmq({ spaces: 48 }),
    ]);
    const killed = new Set<string | null>();
    const rolled = new Set<string>();
    const work = distinct(chosen.map((combination) => emit(catalogue, combination))).map((one) => {
      const { jobs, example } = one.combination;
      const extent: Extent = {
        kill: example && jobs !== null && !killed.has(jobs),
        rolling: !rolled.has(`${one.roles.store}`),
      };
      if (extent.kill) killed.add(jobs);
      if (extent.rolling) rolled.add(`${one.roles.store}`);
      return { emitted: one, extent, node: 26 as NodeMajor };
    });
    const again = work
      .slice(0, 2)
      .map((one) => ({ ...one, extent: { kill: false, rolling: false }, node: 24 as const }));
    await inParallel(
      Number(options.lanes),
      [...work, ...again].map((one) => async () => {
        const bench = { session, report, isolations, servers, node: one.node };
        await verifyCombination(bench, one.emitted, one.extent);
      }),
    );
  } finally {
    await end();
  }
  if (options.json !== undefined) report.write(options.json);
  const { length } = report.results().filter(({ outcome }) => outcome === "failed");
  console.log(`\n${Math.round((performance.now() - started) / 1000)} s`);
  console.log(report.summary());
  process.exitCode = length === 0 ? 0 : 1;
}

/** One of each tree: the receipt aside, what is byte-equal is verified once. */
function distinct(emitted: readonly Emitted[]): readonly Emitted[] {
  return [...new Map(emitted.map((one) => [one.fingerprint, one])).values()];
}
