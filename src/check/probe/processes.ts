import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { sleep } from "./wait.ts";

export type ProcessInfo = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Tells a process from a later one of the same pid. */
  readonly start: string;
  readonly command: string;
};

/** How the processes of a run are known again. */
export type Mark = {
  /** `TF_CHECK_…=value`, part of the environment of each of them. */
  readonly environment: string;
  /** Where they work; it finds those that overwrote their environment. */
  readonly directory?: string;
};

export const processTableIsReadable = process.platform === "linux";

/** All living processes that carry the mark, whoever their parent is now. */
export function findMarked(mark: Mark): ProcessInfo[] {
  return processTableIsReadable ? findInProc(mark) : findWithPs(mark);
}

/** What was read of a pid belongs to an earlier process. */
export function forgetProcess(pid: number): void {
  known.delete(pid);
}

/** Null when it is gone, or only a zombie. */
export function readProcess(pid: number): ProcessInfo | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return null;
  }
}

export function childrenOf(pid: number): ProcessInfo[] {
  return allProcesses().filter((candidate) => candidate.parent === pid);
}

export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Kills all that carry the mark, also what they fork meanwhile. True when nothing is left. */
export function killMarked(mark: Mark): boolean {
  for (let round = 0; round < 40; round++) {
    const alive = findMarked(mark);
    if (alive.length === 0) return true;
    for (const { pid } of alive) signalProcess(pid, "SIGKILL");
    pauseSync(round < 5 ? 5 : 50);
  }
  return findMarked(mark).length === 0;
}

/** The same, while the rest of the run goes on. */
export async function endMarked(mark: Mark): Promise<void> {
  for (let round = 0; round < 40; round++) {
    const alive = findMarked(mark);
    if (alive.length === 0) return;
    for (const { pid } of alive) signalProcess(pid, "SIGKILL");
    await sleep(round < 5 ? 5 : 50);
  }
}

function allProcesses(): ProcessInfo[] {
  return pidsInProc().flatMap((pid) => readProcess(pid) ?? []);
}

function findInProc({ environment, directory }: Mark): ProcessInfo[] {
  return pidsInProc()
    .filter((pid) => pid !== process.pid)
    .filter(
      (pid) => marksOf(pid).includes(environment) || (directory !== undefined && worksIn(pid, directory)),
    )
    .flatMap((pid) => readProcess(pid) ?? []);
}

function pidsInProc(): number[] {
  if (!processTableIsReadable) return [];
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/**
 * A busy host has hundreds of processes, which are looked through many times a second. A mark is inherited and never
 * gained, so what has none is not read again before the time that is noted here.
 */
const known = new Map<number, number>();
const trustMs = 1_000;
const kernelThreads = 2;

function marksOf(pid: number): readonly string[] {
  const now = performance.now();
  if ((known.get(pid) ?? 0) > now) return [];
  const environment = readEnvironment(pid);
  const marks = environment.split("\0").filter((entry) => entry.startsWith("TF_CHECK_"));
  if (known.size > 20_000) known.clear();
  // It reads as empty while a program is being replaced, and always for a thread of the kernel.
  const isTold = environment !== "" || readProcess(pid)?.parent === kernelThreads;
  if (marks.length === 0 && isTold) known.set(pid, now + trustMs);
  else known.delete(pid);
  return marks;
}

function readEnvironment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

function worksIn(pid: number, directory: string): boolean {
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${directory}/`);
  } catch {
    return false;
  }
}

function parseStat(stat: string): ProcessInfo | null {
  const open = stat.indexOf("(");
  const close = stat.lastIndexOf(")");
  const fields = stat.slice(close + 2).split(" ");
  const [state, parent, group, session] = fields;
  if (state === "Z" || state === "X") return null;
  return {
    pid: Number(stat.slice(0, open)),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    start: fields[19] ?? "",
    command: stat.slice(open + 1, close),
  };
}

function findWithPs({ environment }: Mark): ProcessInfo[] {
  const { stdout } = spawnSync("ps", ["-axEww", "-o", "pid=,ppid=,pgid=,sess=,state=,command="], {
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.*)$/.exec(line);
    const [, pid, parent, group, session, state, command] = match ?? [];
    if (!pid || !command?.includes(environment) || state?.startsWith("Z")) return [];
    if (Number(pid) === process.pid) return [];
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: Number.parseInt(session ?? "0", 16),
        start: "",
        command: command.split(" ")[0] ?? "",
      },
    ];
  });
}

function pauseSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
