import { boot, isHttp, type Lab } from "../lab.ts";
import type { Exit } from "../launch.ts";
import { type Listener, listenersOf } from "../listeners.ts";
import type { Line } from "../output.ts";
import type { ProcessInfo } from "../processes.ts";
import { lastLines } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { sleep } from "../wait.ts";
import { type DrainFacts, survivorsOf } from "./drain.ts";

export type CompanionFacts = { readonly each: readonly Companion[] };

/** A process type other than `web` and `release`, run alone. */
export type Companion = {
  readonly type: string;
  readonly stayed: boolean;
  readonly listeners: readonly Listener[];
  readonly strays: readonly ProcessInfo[];
  readonly dials: ReadonlyMap<string, number>;
  readonly exit: Exit | null;
  readonly exitMs: number | null;
  readonly survivors: DrainFacts["survivors"];
  readonly lines: readonly Line[];
  readonly evidence: string;
};

export async function observeCompanions(lab: Lab): Promise<CompanionFacts | NotTried> {
  const types = lab.types.filter(({ name }) => !isHttp(name) && name !== "release");
  if (types.length === 0) return notTried("there is no process type besides web and release");
  return { each: await Promise.all(types.map(({ name }) => observeOne(lab, name))) };
}

async function observeOne(lab: Lab, type: string): Promise<Companion> {
  const booted = await boot(lab, { type, wait: false });
  const { launched } = booted;
  const early = await launched.exitWithin(lab.watchMs);
  lab.session.signal.throwIfAborted();
  const family = launched.family();
  const listeners = listenersOf(family.map(({ pid }) => pid));
  const dials = new Map([...booted.proxies].map(([variable, proxy]) => [variable, proxy.dials()]));
  const terminated = performance.now();
  launched.signal("SIGTERM");
  const exit = await launched.exitWithin(lab.graceMs + 1_000);
  const survivors = early ? [] : await survivorsOf(booted);
  await sleep(20);
  const evidence = lastLines(launched);
  await booted.stop();
  return {
    type,
    stayed: early === null,
    listeners,
    strays: straysIn(family, launched.pid),
    dials,
    exit,
    exitMs: exit ? Math.round(exit.at - terminated) : null,
    survivors,
    lines: launched.output.lines(),
    evidence,
  };
}

/** Those that left the session of the root process, as daemons do. */
export function straysIn(family: readonly ProcessInfo[], root: number): ProcessInfo[] {
  return family.filter(({ pid, session }) => pid !== root && session !== root);
}
