import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { boot, confirmed, type Lab, noStartEither, resourceUrl, startsPlainly } from "../lab.ts";
import { freePort } from "../ports.ts";
import { openProxy } from "../proxy.ts";
import { describeStart } from "../tail.ts";
import { isNotTried, type NotTried, notTried } from "../verdict.ts";

export type PoisonFacts = {
  readonly readiness: string;
  readonly followedFile: boolean;
  /** Variables whose value was taken from the file. */
  readonly dialled: readonly string[];
  readonly evidence: string;
};

/** A `.env` in the tree that contradicts the environment. Nothing else may start meanwhile. */
export async function observePoison(lab: Lab): Promise<PoisonFacts | NotTried> {
  const seen = await confirmed(() => bootPoisoned(lab), isFault);
  if (isNotTried(seen) || !isFault(seen) || seen.followedFile || seen.dialled.length > 0) return seen;
  return (await startsPlainly(lab)) ? seen : notTried(noStartEither);
}

const isFault = (seen: PoisonFacts | NotTried): boolean => !isNotTried(seen) && seen.readiness !== "ready";

async function bootPoisoned(lab: Lab): Promise<PoisonFacts | NotTried> {
  const file = join(lab.tree, ".env");
  if (existsSync(file)) return notTried("there is a .env that the build made");
  const wrongPort = await freePort();
  const sinks = await Promise.all(
    lab.resources.map(async (resource) => ({ resource, sink: await openProxy(null) })),
  );
  const lines = sinks.map(
    ({ resource, sink }) => `${resource.variable}=${resourceUrl(resource, "a", sink.port)}`,
  );
  writeFileSync(file, `${[`PORT=${wrongPort}`, ...lines].join("\n")}\n`);
  try {
    const booted = await boot(lab, { type: "web", budgetMs: Math.min(lab.startBudgetMs, 15_000) });
    const dialled = sinks.flatMap(({ resource, sink }) => (sink.dials() > 0 ? [resource.variable] : []));
    const facts = {
      readiness: booted.readiness,
      followedFile: booted.readiness === "elsewhere" && booted.port === wrongPort,
      dialled,
      evidence: describeStart(lab, booted),
    };
    await booted.stop();
    return facts;
  } finally {
    rmSync(file, { force: true });
    for (const { sink } of sinks) await sink.close();
  }
}
