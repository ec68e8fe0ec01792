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
  /** Its system calls are noted, with those of its children. */
  readonly tracing: Isolation;
};

export const isAvailable = (isolation: Isolation): isolation is { readonly prefix: readonly string[] } =>
  "prefix" in isolation;

const isRoot = process.getuid?.() === 0;
const user = isRoot ? [] : ["--user", "--map-root-user"];
const network = ["unshare", ...user, "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
const pid = ["unshare", ...user, "--pid", "--fork", "--mount-proc", "--kill-child", "--"];
const strace = ["strace", "-f", "-qq", "-s", "400"];
/** Where user namespaces are only allowed to bwrap, which a profile of the host may name. */
const wrapped = {
  network: ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--"],
  pid: "bwrap --dev-bind / / --unshare-pid --as-pid-1 --proc /proc --die-with-parent --".split(" "),
  readOnly: (tree: string) => [
    "bwrap",
    "--dev-bind",
    "/",
    "/",
    "--ro-bind",
    tree,
    tree,
    "--chdir",
    tree,
    "--",
  ],
};
const unprivileged = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];

/** Tries each of them on this host; what is refused here is a check that cannot run, never one that passed. */
export async function detectIsolations(directory: string): Promise<Isolations> {
  const [net, process1, sealed, nobody, tracing] = await Promise.all([
    tried("a private network namespace (unshare --net and ip, or bwrap)", network, wrapped.network),
    tried("a private process namespace (unshare --pid, or bwrap)", pid, wrapped.pid),
    tried(
      "a private mount namespace (unshare --mount, or bwrap)",
      readOnlyPrefix(directory),
      wrapped.readOnly(directory),
    ),
    isRoot ? tried("setpriv", unprivileged) : Promise.resolve({ missing: "root, to become another user" }),
    tried("strace", strace),
  ]);
  return { network: net, pid: process1, readOnly: sealed, unprivileged: nobody, tracing };
}

export function readOnlyPrefix(directory: string): string[] {
  const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && shift && exec "$@"';
  return ["unshare", ...user, "--mount", "--", "sh", "-c", script, "sh", directory];
}

/** The first of the ways that this host allows. */
async function tried(what: string, ...prefixes: readonly (readonly string[])[]): Promise<Isolation> {
  for (const prefix of prefixes) {
    const command = prefix === strace ? [...prefix, "-o", "/dev/null", "--", "true"] : [...prefix, "true"];
    if (await succeeds(command)) return { prefix };
  }
  return { missing: `this host does not allow ${what}` };
}

function succeeds([file = "", ...rest]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, rest, { stdio: "ignore", timeout: 5_000 });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
