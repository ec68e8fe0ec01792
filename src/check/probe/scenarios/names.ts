import { boot, confirmed, isUsable, type Lab } from "../lab.ts";
import { describeStart } from "../tail.ts";

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
export async function observeNames(lab: Lab): Promise<NamesFacts> {
  return confirmed(
    () => bootNamed(lab),
    ({ ready }) => !ready,
  );
}

async function bootNamed(lab: Lab): Promise<NamesFacts> {
  const named = variables.filter((name) => !(name in lab.values));
  const environment = Object.fromEntries(named.map((name) => [name, "tfcheck"]));
  const booted = await boot(lab, { type: "web", environment });
  const facts = { ready: isUsable(lab, booted), evidence: describeStart(lab, booted) };
  await booted.stop();
  return facts;
}
