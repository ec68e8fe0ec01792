import { accessSync, chmodSync, chownSync, constants, mkdirSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Launched, launch } from "../launch.ts";
import type { Session } from "../session.ts";

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

/** The directory that has all of the programs: on the PATH, or where distributions put them. */
export function directoryOf(programs: readonly string[], elsewhere: readonly string[] = []): string | null {
  const candidates = [...(process.env.PATH ?? "").split(delimiter), ...elsewhere.flatMap(expand)];
  return (
    candidates.find((directory) => programs.every((name) => isExecutable(join(directory, name)))) ?? null
  );
}

/** A directory for the data of one server, which runs as another user when we are root. */
export function dataDirectory(session: Session, name: string): string {
  const directory = join(session.directory, name);
  mkdirSync(directory, { mode: 0o700, recursive: true });
  chmodSync(directory, 0o700);
  if (isRoot) chownSync(directory, nobody, nobody);
  return directory;
}

export type ServerCommand = {
  readonly line: string;
  readonly cwd: string;
  readonly environment?: { readonly [name: string]: string };
};

export function launchServer(session: Session, { line, cwd, environment = {} }: ServerCommand): Launched {
  const prefix = isRoot ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--"] : [];
  const path = `${process.env.PATH ?? ""}${delimiter}/usr/sbin`;
  return launch(session, {
    line: `exec ${line}`,
    cwd,
    prefix,
    environment: { PATH: path, HOME: cwd, TMPDIR: cwd, LANG: "C.UTF-8", ...environment },
  });
}

export const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A pattern with one starred directory, its newest version first. */
function expand(pattern: string): string[] {
  const [before = "", after] = pattern.split("/*/");
  if (after === undefined) return [pattern];
  try {
    return readdirSync(before)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(before, version, after));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
