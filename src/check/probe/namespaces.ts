import { spawn } from "node:child_process";

/** A way to run a command apart from the host: what goes before the command, or why it cannot be done. */
export type Isolation = { readonly prefix: readonly string[] } | { readonly missing: string };

export type Isolations = {
  /** A network with a loopback device and nothing else. */
  readonly network: Isolation;
  /** The command is process 1. */
  readonly pid: Isolation;
  /** The directory that was asked about cannot be written to, and is where the command runs. */
  readonly readOnly: Isolation;
  /** User 65534 without groups. */
  readonly unprivileged: Isolation;
};

export const isAvailable = (isolation: Isolation): isolation is { readonly prefix: readonly string[] } =>
  "prefix" in isolation;

const isRoot = process.getuid?.() === 0;
const user = isRoot ? [] : ["--user", "--map-root-user"];
const network = ["unshare", ...user, "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
const pid = ["unshare", ...user, "--pid", "--fork", "--mount-proc", "--kill-child", "--"];
const unprivileged = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];

/** Tries each of them on this host; what is refused here is a check that cannot run, never one that passed. */
export async function detectIsolations(directory: string): Promise<Isolations> {
  const [net, process1, sealed, nobody] = await Promise.all([
    tried(network, "a private network namespace (unshare --net and ip)"),
    tried(pid, "a private process namespace (unshare --pid)"),
    tried(readOnlyPrefix(directory), "a private mount namespace (unshare --mount)"),
    isRoot ? tried(unprivileged, "setpriv") : Promise.resolve({ missing: "root, to become another user" }),
  ]);
  return { network: net, pid: process1, readOnly: sealed, unprivileged: nobody };
}

export function readOnlyPrefix(directory: string): string[] {
  const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && shift && exec "$@"';
  return ["unshare", ...user, "--mount", "--", "sh", "-c", script, "sh", directory];
}

async function tried(prefix: readonly string[], what: string): Promise<Isolation> {
  return (await succeeds([...prefix, "true"])) ? { prefix } : { missing: `this host does not allow ${what}` };
}

function succeeds([file = "", ...rest]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, rest, { stdio: "ignore", timeout: 5_000 });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
