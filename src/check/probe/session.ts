import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeContainers } from "./containers.ts";
import { killMarked, type Mark, readProcess, signalProcess } from "./processes.ts";

/** One run of the probe: a directory of its own, and the mark that all of its processes carry. */
export type Session = {
  readonly id: string;
  readonly directory: string;
  readonly mark: Mark;
  /** Aborts when the run is cancelled, and when it is over. */
  readonly signal: AbortSignal;
  /** Notes a process, so that a later run can end it if this one is killed. */
  readonly record: (pid: number) => void;
  readonly close: () => void;
};

export const markVariable = "TF_CHECK_ID";
const prefix = "twelve-factor-check-";

/** Cleans up after runs that were killed, then starts a new one. */
export function openSession(cancel?: AbortSignal): Session {
  cancel?.throwIfAborted();
  const parent = realpathSync(tmpdir());
  sweepStale(parent);
  const id = randomUUID();
  const directory = mkdtempSync(join(parent, prefix));
  // Traversable, since the app is also run as another user.
  chmodSync(directory, 0o711);
  writeFileSync(join(directory, "owner.json"), JSON.stringify({ id, ...identityOf(process.pid) }));
  const controller = new AbortController();
  const follow = () => controller.abort(cancel?.reason);
  cancel?.addEventListener("abort", follow, { once: true });
  const mark = { environment: `${markVariable}=${id}`, directory };
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    cancel?.removeEventListener("abort", follow);
    controller.abort(new Error("the run is over"));
    process.removeListener("exit", close);
    killMarked(mark);
    killRecorded(directory);
    removeContainers(directory, id);
    removeTree(directory);
  };
  process.once("exit", close);
  return {
    id,
    directory,
    mark,
    signal: controller.signal,
    record: (pid) => {
      const { start } = identityOf(pid);
      appendFileSync(join(directory, "pids"), `${pid} ${start}\n`);
    },
    close,
  };
}

type Identity = { readonly pid: number; readonly start: string };

function identityOf(pid: number): Identity {
  return { pid, start: readProcess(pid)?.start ?? "" };
}

function sweepStale(parent: string): void {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const directory = join(parent, name);
    const owner = readOwner(directory);
    if (!owner || isAlive(owner)) continue;
    killMarked({ environment: `${markVariable}=${owner.id}`, directory });
    killRecorded(directory);
    removeContainers(directory, owner.id);
    removeTree(directory);
  }
}

function readOwner(directory: string): (Identity & { readonly id: string }) | null {
  try {
    const { id, pid, start } = JSON.parse(readFileSync(join(directory, "owner.json"), "utf8"));
    return typeof id === "string" && typeof pid === "number" ? { id, pid, start: String(start) } : null;
  } catch {
    return null;
  }
}

function isAlive({ pid, start }: Identity): boolean {
  const now = readProcess(pid);
  if (now) return now.start === start;
  return process.platform !== "linux" && signalProcess(pid, 0 as unknown as NodeJS.Signals);
}

function killRecorded(directory: string): void {
  let lines: string[] = [];
  try {
    lines = readFileSync(join(directory, "pids"), "utf8").split("\n");
  } catch {
    return;
  }
  for (const line of lines) {
    const [pid, start] = line.split(" ");
    if (pid && start && readProcess(Number(pid))?.start === start) signalProcess(Number(pid), "SIGKILL");
  }
}

/** Also trees that the app, or we, made read-only. */
function removeTree(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    spawnSync("chmod", ["-R", "u+rwX", directory]);
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
