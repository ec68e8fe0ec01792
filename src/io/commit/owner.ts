import { readFileSync, readlinkSync } from "node:fs";
import { errorCode } from "./files.ts";

/** A process that cannot be mistaken for a later one with the same id. */
export type Owner = {
  readonly pid: number;
  /** When the process began, in the kernel's own terms; empty where the system does not tell. */
  readonly start: string;
  /** The host and its process namespace: outside of it a pid says nothing. */
  readonly machine: string;
  readonly host: string;
  readonly nonce: string;
};

export function thisProcess(): Owner {
  const { pid } = process;
  const start = startOf(pid) ?? "";
  const machine = thisMachine();
  const nonce = `${pid}-${start}-${machine}-${Math.random().toString(36).slice(2, 10)}`;
  return { pid, start, machine, host: hostName(), nonce };
}

/** Whether the owner still runs; `elsewhere` when this machine cannot know. */
export function ownerState(owner: Pick<Owner, "pid" | "start" | "machine">): "alive" | "dead" | "elsewhere" {
  if (owner.machine !== thisMachine()) return "elsewhere";
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (errorCode(error) === "ESRCH") return "dead";
  }
  const start = startOf(owner.pid);
  return start === null || (start !== undefined && owner.start !== "" && start !== owner.start)
    ? "dead"
    : "alive";
}

/** The inverse of what `thisProcess` puts into a nonce, which is part of file names. */
export function ownerInName(name: string): Pick<Owner, "pid" | "start" | "machine"> | undefined {
  const match = /(\d+)-([\w.]*)-([0-9a-f]{8})-\w+$/.exec(name);
  return match?.[1] === undefined || match[2] === undefined || match[3] === undefined
    ? undefined
    : { pid: Number(match[1]), start: match[2], machine: match[3] };
}

/** `null` for a process that has ended and only waits for its parent; undefined where it cannot be known. */
function startOf(pid: number): string | null | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    return `${boot}.${fields[19]}`;
  } catch {
    return undefined;
  }
}

function thisMachine(): string {
  let namespace = "";
  try {
    namespace = readlinkSync("/proc/self/ns/pid");
  } catch {
    // Only Linux has process namespaces.
  }
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${hostName()} ${namespace}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** As `os.hostname` has it; Linux tells it without that module, which costs more than all of this file. */
function hostName(): string {
  try {
    if (process.platform === "linux") return readFileSync("/proc/sys/kernel/hostname", "utf8").trimEnd();
  } catch {
    // Where /proc is hidden, Node knows.
  }
  return process.getBuiltinModule("node:os").hostname();
}
