import { spawnSync } from "node:child_process";
import { basename, dirname } from "node:path";
import { boot, confirmed, isUsable, type Lab, noStartEither, startsPlainly, statusOf } from "../lab.ts";
import { isAvailable } from "../namespaces.ts";
import { describeStart } from "../tail.ts";
import { isNotTried, type NotTried, notTried } from "../verdict.ts";
import { sleep } from "../wait.ts";
import type { TrioFacts } from "./trio.ts";

export type SealedFacts = { readonly readOnly: Sealed | NotTried; readonly nonRoot: Sealed | NotTried };

export type Sealed = {
  readonly ready: boolean;
  readonly evidence: string;
  readonly brokenPaths: readonly string[];
};

const nobody = 65_534;

/** With a read-only tree, and as a user without rights; both at once first, since most apps bear both. */
export async function observeSealed(lab: Lab, trio: TrioFacts): Promise<SealedFacts> {
  const seen = await tryBoth(lab, trio);
  const failed = [seen.readOnly, seen.nonRoot].some((each) => !isNotTried(each) && !each.ready);
  if (!failed || (await startsPlainly(lab))) return seen;
  return { readOnly: notTried(noStartEither), nonRoot: notTried(noStartEither) };
}

async function tryBoth(lab: Lab, trio: TrioFacts): Promise<SealedFacts> {
  const { readOnly, unprivileged } = lab.isolations;
  if (!isAvailable(unprivileged)) {
    const sealed = isAvailable(readOnly)
      ? await runSealed(lab, trio, readOnly.prefix)
      : notTried(readOnly.missing);
    const isRoot = process.getuid?.() === 0;
    return {
      readOnly: sealed,
      nonRoot: isRoot ? notTried(unprivileged.missing) : { ready: true, evidence: "", brokenPaths: [] },
    };
  }
  const reach = unreachable(lab, trio, unprivileged.prefix);
  if (!isAvailable(readOnly)) {
    const missing = notTried(readOnly.missing);
    return { readOnly: missing, nonRoot: reach ?? (await runSealed(lab, trio, unprivileged.prefix, nobody)) };
  }
  if (reach) return { readOnly: await runSealed(lab, trio, readOnly.prefix), nonRoot: reach };
  const both = await runSealed(lab, trio, [...readOnly.prefix, ...unprivileged.prefix], nobody);
  if (both.ready && both.brokenPaths.length === 0) return { readOnly: both, nonRoot: both };
  const sealed = await runSealed(lab, trio, readOnly.prefix);
  const blame = sealed.ready && sealed.brokenPaths.length === 0;
  return {
    readOnly: sealed,
    nonRoot: blame
      ? both
      : notTried("the app does not run on a read-only tree, so the user made no difference"),
  };
}

/** A runtime under somebody's home directory says nothing about the app. */
function unreachable(lab: Lab, trio: TrioFacts, prefix: readonly string[]): NotTried | null {
  if (!trio.executable) return null;
  const [file = "", ...rest] = [...prefix, "test", "-x", trio.executable];
  const isReachable = spawnSync(file, rest).status === 0;
  const found = spawnSync(file, [...prefix.slice(1), "sh", "-c", `command -v ${basename(trio.executable)}`], {
    env: { PATH: lab.path },
  });
  if (isReachable && found.status === 0) return null;
  return notTried(`another user cannot reach the runtime in ${dirname(trio.executable)}`);
}

function runSealed(lab: Lab, trio: TrioFacts, prefix: readonly string[], owner?: number): Promise<Sealed> {
  return confirmed(
    () => bootSealed(lab, trio, prefix, owner),
    ({ ready, brokenPaths }) => !ready || brokenPaths.length > 0,
  );
}

async function bootSealed(
  lab: Lab,
  trio: TrioFacts,
  prefix: readonly string[],
  owner?: number,
): Promise<Sealed> {
  const booted = await boot(lab, { type: "web", prefix, ...(owner === undefined ? {} : { owner }) });
  const ready = isUsable(lab, booted);
  const brokenPaths: string[] = [];
  if (ready) {
    for (const [path, before] of trio.smoke) {
      const status = await statusOf(booted, path);
      if ((status ?? 500) >= 500 && (before ?? 500) < 500)
        brokenPaths.push(`${path}: ${before} became ${status ?? "no answer"}`);
    }
    await sleep(50);
  }
  const complaint = booted.launched.output
    .lines()
    .find(({ text }) => /EROFS|EACCES|EPERM|read-only file system|permission denied/i.test(text));
  const evidence = complaint?.text ?? describeStart(lab, booted);
  await booted.stop();
  return {
    ready,
    evidence,
    brokenPaths: complaint && brokenPaths.length === 0 ? [complaint.text] : brokenPaths,
  };
}
