import { boot, confirmed, isUsable, type Lab, noStartEither, startsPlainly } from "../lab.ts";
import { describeStart } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";

export type NamesFacts = { readonly ready: boolean; readonly evidence: string };

const variables = [
  "NODE_ENV",
  "APP_ENV",
  "RACK_ENV",
  "RAILS_ENV",
  "FLASK_ENV",
  "GO_ENV",
  "ENV",
  "SPRING_PROFILES_ACTIVE",
];

/** An environment that nobody has named before. */
export async function observeNames(lab: Lab): Promise<NamesFacts | NotTried> {
  const seen = await confirmed(
    () => bootNamed(lab),
    ({ ready }) => !ready,
  );
  return seen.ready || (await startsPlainly(lab)) ? seen : notTried(noStartEither);
}

async function bootNamed(lab: Lab): Promise<NamesFacts> {
  const named = variables.filter((name) => !(name in lab.values));
  const environment = Object.fromEntries(named.map((name) => [name, "tfcheck"]));
  const booted = await boot(lab, { type: "web", environment });
  const facts = { ready: isUsable(lab, booted), evidence: describeStart(lab, booted) };
  await booted.stop();
  return facts;
}
