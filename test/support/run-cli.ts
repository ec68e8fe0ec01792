import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";

export type Ran = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Options = {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What stdin says before it ends; without it stdin is closed from the start. */
  readonly input?: string;
  readonly onSpawn?: (pid: number) => void;
};

/** Runs the packed command without a terminal. What takes longer than 20 s is killed, and so has no exit code. */
export function runCli(args: readonly string[], options: Options): Promise<Ran> {
  return runProgram(inject("packed").bin, args, options);
}

export function runProgram(program: string, args: readonly string[], options: Options): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...cleanEnvironment(), ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: 20_000,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input);
    if (child.pid !== undefined) options.onSpawn?.(child.pid);
  });
}

/** A directory that is gone when the test is. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const identity = {
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.com",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.com",
};

/** As in a shell of someone whose git has no configuration, and not as under the package manager that runs the tests. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|GIT_|VITEST|NODE_OPTIONS|NODE_ENV|CI$|INIT_CWD|FORCE_COLOR|NO_COLOR)/i.test(name),
  );
  return { ...Object.fromEntries(kept), GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
}

/** Writes a module that makes a process of ours fail where it starts a process or opens a socket. */
export function withoutProcessesAndSockets(folder: string): NodeJS.ProcessEnv {
  const file = join(folder, "forbid.cjs");
  writeFileSync(
    file,
    `const forbid = (name) => () => { process._rawDebug("forbidden: " + name); process.reallyExit(99); };
const child = require("node:child_process");
for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"]) child[name] = forbid(name);
require("node:net").Socket.prototype.connect = forbid("connect");
require("node:dgram").createSocket = forbid("dgram");
require("node:dns").lookup = forbid("lookup");
`,
  );
  return { NODE_OPTIONS: `--require ${file}` };
}
