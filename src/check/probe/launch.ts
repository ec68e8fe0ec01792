import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { captureOutput, type Output } from "./output.ts";
import {
  endMarked,
  findMarked,
  forgetProcess,
  type Mark,
  type ProcessInfo,
  signalProcess,
} from "./processes.ts";
import { markVariable, type Session } from "./session.ts";
import { within } from "./wait.ts";

export type Command = {
  /** Given to `bash -c`, as the platforms do; `sh` would keep a parent that swallows signals. */
  readonly line: string;
  readonly cwd: string;
  /** All that the process sees; nothing is inherited. */
  readonly environment: { readonly [name: string]: string };
  /** Put before `bash`, as `unshare -n`. */
  readonly prefix?: readonly string[];
  readonly input?: string;
};

export type Exit = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly at: number;
};

export type Launched = {
  readonly pid: number;
  readonly startedAt: number;
  readonly output: Output;
  readonly exit: () => Exit | null;
  /** Null when it has not ended after `ms`. */
  readonly exitWithin: (ms: number) => Promise<Exit | null>;
  /** The same, and all of its output was read. */
  readonly finishedWithin: (ms: number) => Promise<Exit | null>;
  /** To the root process alone. */
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly signalGroup: (signal: NodeJS.Signals) => void;
  /** All that it started and that lives, itself included. */
  readonly family: () => ProcessInfo[];
  /** Kills all of them. */
  readonly stop: () => Promise<void>;
};

export const launchVariable = "TF_CHECK_LAUNCH";
let launches = 0;
const fifosAtATime = 64;
let fifos = 0;
const pools = new WeakMap<Session, string[]>();

/** Starts a command in a process group of its own with real pipes for its output. */
export function launch(session: Session, command: Command): Launched {
  session.signal.throwIfAborted();
  const number = `${++launches}`;
  const mark: Mark = { environment: `${launchVariable}=${session.id}.${number}` };
  const [stdout, stderr] = openPipes(session);
  const [file = "bash", ...prefixArguments] = [...(command.prefix ?? []), "bash", "-c", command.line];
  const startedAt = performance.now();
  const child = spawn(file, prefixArguments, {
    cwd: command.cwd,
    env: {
      ...command.environment,
      [markVariable]: session.id,
      [launchVariable]: `${session.id}.${number}`,
    },
    detached: true,
    stdio: [command.input === undefined ? "ignore" : "pipe", stdout.write, stderr.write],
  });
  closeSync(stdout.write);
  closeSync(stderr.write);
  const output = captureOutput(stdout.read, stderr.read);
  let exit: Exit | null = null;
  let stopped = false;
  const exited = new Promise<Exit>((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null) => {
      exit ??= { code, signal, at: performance.now() };
      resolve(exit);
    };
    child.once("exit", settle);
    child.once("error", () => settle(127, null));
  });
  child.stdin?.on("error", () => {});
  child.stdin?.end(command.input);
  const pid = child.pid ?? 0;
  if (pid) {
    forgetProcess(pid);
    session.record(pid);
  }
  const signal = (name: NodeJS.Signals) => {
    if (pid && !exit) signalProcess(pid, name);
  };
  return {
    pid,
    startedAt,
    output,
    exit: () => exit,
    exitWithin: (ms) => (exit ? Promise.resolve(exit) : within(ms, exited)),
    finishedWithin: async (ms) => {
      const ended = await (exit ?? within(ms, exited));
      // What it left running may hold the pipes.
      if (ended) await within(1_500, output.ended);
      return ended;
    },
    signal,
    signalGroup: (name) => {
      if (pid) signalProcess(-pid, name);
    },
    family: () => findMarked(mark),
    stop: async () => {
      if (stopped) return;
      stopped = true;
      if (pid) signalProcess(-pid, "SIGKILL");
      await endMarked(mark);
      if (pid) await within(2_000, exited);
      output.close();
    },
  };
}

type Pipe = { readonly read: number; readonly write: number };

/** FIFOs, since a child's `stdio: "pipe"` is a socket, and `/dev/stdout` cannot be opened on a socket. */
function openPipes(session: Session): [Pipe, Pipe] {
  const pool = pools.get(session) ?? [];
  pools.set(session, pool);
  if (pool.length < 2) pool.push(...makeFifos(session.directory));
  const [stdout, stderr] = pool.splice(0, 2).map(openFifo);
  if (!stdout || !stderr) throw new Error("there are no pipes");
  return [stdout, stderr];
}

/** Many at a time: we wait for `mkfifo`, and every resource of the app waits with us. */
function makeFifos(directory: string): string[] {
  const first = fifos;
  fifos += fifosAtATime;
  const paths = Array.from({ length: fifosAtATime }, (_, index) => join(directory, `${first + index}.pipe`));
  const made = spawnSync("mkfifo", ["-m", "666", ...paths]);
  if (made.status !== 0) throw new Error(`mkfifo failed: ${made.stderr}`);
  return paths;
}

function openFifo(path: string): Pipe {
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  return { read, write };
}
