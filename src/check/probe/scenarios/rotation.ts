import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  boot,
  isUsable,
  type Lab,
  makeDirectory,
  openProxies,
  type Resource,
  resourceUrl,
  statusOf,
} from "../lab.ts";
import { describeStart } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { until } from "../wait.ts";
import type { TrioFacts } from "./trio.ts";

export type RotationFacts = { readonly variable: string; readonly followed: boolean };

const followBudgetMs = 10_000;

/** A variable that holds the path of a file with the address and the credentials of a service; the file changes. */
export async function observeRotation(lab: Lab, trio: TrioFacts): Promise<RotationFacts | NotTried> {
  const resource = lab.resources.find(
    (each) => each.service && lab.variables.some(({ name }) => name === fileVariable(each)),
  );
  if (!resource) return notTried("no variable NAME_FILE holds the path of a file with the URL in NAME");
  const [before, after] = [await openProxies(lab, "a"), await openProxies(lab, "a")];
  const directory = makeDirectory(lab);
  const file = join(directory, "location");
  const write = (proxies: typeof before) => {
    writeFileSync(file, resourceUrl(resource, "a", proxies.get(resource.variable)?.port ?? 0));
    chmodSync(file, 0o644);
  };
  write(before);
  const variable = fileVariable(resource);
  const booted = await boot(lab, {
    type: "web",
    directory,
    proxies: before,
    without: [resource.variable],
    environment: { [variable]: file },
  });
  try {
    if (!isUsable(lab, booted))
      return notTried(
        `with ${variable} in place of ${resource.variable} it was not ready: ${describeStart(lab, booted)}`,
      );
    write(after);
    before.get(resource.variable)?.reset();
    const path =
      trio.routes.find(({ variables }) => variables.includes(resource.variable))?.path ??
      lab.found.health?.ready;
    const followed = await until(
      async () => {
        await statusOf(booted, path ?? "/");
        return (after.get(resource.variable)?.dials() ?? 0) > 0;
      },
      { timeoutMs: followBudgetMs, everyMs: 200, signal: lab.session.signal },
    );
    return { variable, followed: followed !== null };
  } finally {
    await booted.stop();
    for (const proxy of [...before.values(), ...after.values()]) await proxy.close();
  }
}

const fileVariable = ({ variable }: Resource): string => `${variable}_FILE`;
