import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { boot, isUsable, type Lab, makeDirectory, statusOf } from "../lab.ts";
import { isAvailable } from "../namespaces.ts";
import { describeStart } from "../tail.ts";
import { watchedTools } from "../tripwires.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { smokePaths } from "./trio.ts";

/** What the system calls of a web process tell. */
export type TracedFacts = {
  /** Sockets of a system log that it dialled, whether they are there or not. */
  readonly syslog: readonly string[];
  /** Files outside of its tree, its HOME and its TMPDIR that it wrote to. */
  readonly written: readonly string[];
  /** Tools that it ran by their path, past the PATH. */
  readonly tools: readonly string[];
};

const calls = "execve,connect,open,openat,creat,rename,renameat,renameat2,mkdir,mkdirat";

export async function observeTraced(lab: Lab): Promise<TracedFacts | NotTried> {
  const { tracing } = lab.isolations;
  if (!isAvailable(tracing)) return notTried(tracing.missing);
  const directory = makeDirectory(lab);
  const log = join(directory, "calls");
  writeFileSync(log, "");
  chmodSync(log, 0o666);
  const booted = await boot(lab, {
    type: "web",
    directory,
    prefix: [...tracing.prefix, "-e", `trace=${calls}`, "-o", log, "--"],
  });
  if (isUsable(lab, booted)) for (const path of smokePaths(lab)) await statusOf(booted, path);
  await booted.stop();
  return isUsable(lab, booted)
    ? factsIn(readFileSync(log, "utf8"), lab)
    : notTried(`under strace it was not ready: ${describeStart(lab, booted)}`);
}

export function factsIn(
  log: string,
  lab: Pick<Lab, "tripwires"> & { readonly session: { readonly directory: string } },
): TracedFacts {
  const syslog = new Set<string>();
  const written = new Set<string>();
  const tools = new Set<string>();
  const isOwn = (path: string) =>
    !path.startsWith("/") || path.startsWith(`${lab.session.directory}/`) || /^\/(dev|proc|sys)\//.test(path);
  for (const { name, text } of callsIn(log)) {
    const paths = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path = ""]) => path);
    const [path = ""] = paths;
    const target = paths.at(-1) ?? "";
    if (name === "connect" && systemLog.test(path)) syslog.add(path);
    if (!/\) += \d/.test(text)) continue;
    if (name === "execve" && watchedTools.has(basename(path)) && dirname(path) !== lab.tripwires.directory)
      tools.add(path);
    if (isWrite(name, text) && !isOwn(target)) written.add(target);
  }
  return { syslog: [...syslog], written: [...written], tools: [...tools] };
}

/** Calls that were broken off by those of another thread are put together again. */
function callsIn(log: string): { readonly name: string; readonly text: string }[] {
  const begun = new Map<string, string>();
  return log.split("\n").flatMap((line) => {
    const [, pid = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const head = rest.replace(/ *<unfinished \.\.\.>$/, "");
    if (head !== rest) {
      begun.set(pid, head);
      return [];
    }
    const text = rest.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(pid) ?? "");
    const name = /^(\w+)\(/.exec(text)?.[1];
    return name ? [{ name, text }] : [];
  });
}

const systemLog = /^\/(dev\/log|run\/systemd\/journal\/(socket|dev-log|stdout))$/;

const isWrite = (name: string, rest: string): boolean =>
  /^open(at)?$/.test(name) ? /O_(WRONLY|RDWR|CREAT|TRUNC)/.test(rest) : /^(creat|rename|mkdir)/.test(name);
