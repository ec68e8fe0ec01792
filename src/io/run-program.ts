import { spawn } from "node:child_process";

export type Ran = {
  readonly failed: boolean;
  readonly timedOut: boolean;
  /** Undefined where a signal ended it, or where it didn't start. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Why it didn't start: ENOENT where it isn't installed. */
  readonly code: string | undefined;
  /** Without the last line end, as is `all`: both outputs as they came. */
  readonly stdout: string;
  readonly stderr: string;
  readonly all: string;
};

type Options = { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly timeout?: number };

/** Runs a program without an input to its end, and never throws. It ends with this process at the latest. */
export function runProgram(program: string, args: readonly string[], options: Options): Promise<Ran> {
  return new Promise((resolve) => {
    const { timeout } = options;
    const [file, words, verbatim] = commandOf(program, args);
    const child = spawn(file, words, {
      ...options,
      ...verbatim,
      timeout: 0,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = () => child.kill();
    process.on("exit", kill);
    let timedOut = false;
    const timers: NodeJS.Timeout[] = [];
    const endLate = () => {
      timedOut = kill();
      timers.push(setTimeout(() => child.kill("SIGKILL"), 5_000).unref());
    };
    if (timeout !== undefined) timers.push(setTimeout(endLate, timeout));
    const text = { stdout: "", stderr: "", all: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (part: string) => {
        text[name] += part;
        text.all += part;
      });
    }
    let code: string | undefined;
    child.on("error", (error: NodeJS.ErrnoException) => {
      code = error.code;
      if (child.pid === undefined) end(null, null);
    });
    child.on("close", (exitCode, signal) => end(exitCode, signal));
    function end(exitCode: number | null, signal: NodeJS.Signals | null) {
      process.off("exit", kill);
      for (const timer of timers) clearTimeout(timer);
      resolve({
        ...{ failed: exitCode !== 0 || timedOut, timedOut, code },
        exitCode: exitCode === null || code !== undefined ? undefined : exitCode,
        signal: signal ?? undefined,
        stdout: withoutLineEnd(text.stdout),
        stderr: withoutLineEnd(text.stderr),
        all: withoutLineEnd(text.all),
      });
    }
  });
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}

/** On Windows a package manager is a batch file, which only its shell runs, and which takes words as it quotes them. */
function commandOf(
  program: string,
  args: readonly string[],
): [file: string, words: string[], options: { readonly windowsVerbatimArguments?: true }] {
  if (process.platform !== "win32") return [program, [...args], {}];
  const shielded = (text: string) => text.replace(/[()\][%!^"`<>&|;, *?]/g, "^$&");
  const quoted = (word: string) => `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, "$1$1")}"`;
  const line = [shielded(program), ...args.map((word) => shielded(quoted(word)))].join(" ");
  return [
    process.env.comspec ?? "cmd.exe",
    ["/d", "/s", "/c", `"${line}"`],
    { windowsVerbatimArguments: true },
  ];
}
