import { boot, confirmed, isUsable, type Lab } from "../lab.ts";
import type { Exit } from "../launch.ts";
import { isAvailable } from "../namespaces.ts";
import { childrenOf, signalProcess } from "../processes.ts";
import { describeStart } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";

export type Pid1Facts = {
  readonly ready: boolean;
  readonly readyMs: number | null;
  readonly evidence: string;
  readonly exit: Exit | null;
  readonly exitMs: number | null;
};

/** As in a container, where the kernel drops a signal that process 1 has no handler for. */
export async function observePid1(lab: Lab): Promise<Pid1Facts | NotTried> {
  const isolation = lab.isolations.pid;
  if (!isAvailable(isolation)) return notTried(isolation.missing);
  return confirmed(
    () => bootAsPid1(lab, isolation.prefix),
    ({ ready }) => !ready,
  );
}

async function bootAsPid1(lab: Lab, prefix: readonly string[]): Promise<Pid1Facts> {
  const booted = await boot(lab, { type: "web", prefix });
  const evidence = describeStart(lab, booted);
  const init = childrenOf(booted.launched.pid)[0];
  const terminated = performance.now();
  if (init) signalProcess(init.pid, "SIGTERM");
  const exit = await booted.launched.exitWithin(lab.graceMs);
  await booted.stop();
  return {
    ready: isUsable(lab, booted),
    readyMs: booted.readyMs,
    evidence,
    exit,
    exitMs: exit ? Math.round(exit.at - terminated) : null,
  };
}
