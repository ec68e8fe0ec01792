import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { identity, runCli, scratch } from "./run-cli.ts";

/** A directory in which the command runs for a person who has a home, a cache and a configuration of their own. */
export function personalPlace(more: (cwd: string) => NodeJS.ProcessEnv = () => ({})) {
  const cwd = scratch();
  const env: NodeJS.ProcessEnv = {
    ...identity,
    HOME: cwd,
    XDG_CACHE_HOME: join(cwd, "cache"),
    XDG_CONFIG_HOME: join(cwd, "config"),
    ...more(cwd),
  };
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  const read = (path: string) => readFileSync(join(cwd, path), "utf8");
  const run = (at: string, ...args: string[]) => runCli(args, { cwd: join(cwd, at), env });
  const git = (at: string, ...args: string[]) =>
    execFileSync("git", args, {
      cwd: join(cwd, at),
      env: { ...process.env, ...env },
      encoding: "utf8",
      stdio: "pipe",
    });
  const commit = (at: string) => {
    git(at, "add", "--all");
    git(at, "commit", "--quiet", "--message", "Change");
  };
  return { cwd, env, put, read, run, git, commit };
}
