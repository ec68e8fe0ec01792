import { withProgress } from "./progress.ts";

export type Installed =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly output: string };

/** Runs the stack's frozen install in the directory. What it prints is shown only where it fails. */
export async function install(root: string, command: readonly string[]): Promise<Installed> {
  const { execa } = await import("execa");
  const [program = "", ...args] = command;
  const ran = await withProgress(command.join(" "), () =>
    execa(program, args, {
      cwd: root,
      all: true,
      reject: false,
      stdin: "ignore",
      env: withoutScriptContext(),
      extendEnv: false,
    }),
  );
  if (!ran.failed) return { ok: true };
  const reason =
    ran.code === "ENOENT"
      ? `${program} isn't installed`
      : `${command.join(" ")} ended with ${ran.exitCode ?? ran.signal}`;
  return { ok: false, reason, output: (ran.all ?? "").split("\n").slice(-20).join("\n") };
}

/** The package manager that runs us describes our package in its variables; the one that we run has another. */
function withoutScriptContext(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => !/^(npm_(package|lifecycle|command|execpath)|INIT_CWD$)/.test(name)),
  );
}
