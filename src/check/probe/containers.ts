import { execFile, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "./session.ts";

/** A container engine of this host. What it runs for us carries a label, and is removed at the end of the run. */
export type Engine = {
  readonly program: string;
  /** Its output, or null when it fails. */
  readonly run: (args: readonly string[], options?: EngineOptions) => Promise<string | null>;
  /** `run` arguments that mark a container as ours. */
  readonly mark: readonly string[];
};

export type EngineOptions = { readonly cwd?: string; readonly timeoutMs?: number };

const programs = ["docker", "podman"];
const label = (id: string): string => `twelve-factor-check=${id}`;
const record = "engine";

/** The first that answers; null where none does. */
export async function findEngine({ id, directory }: Session): Promise<Engine | null> {
  for (const program of programs) {
    const run: Engine["run"] = (args, { cwd = directory, timeoutMs = 30_000 } = {}) =>
      new Promise((resolve) => {
        const limits = { cwd, timeout: timeoutMs, maxBuffer: 16 << 20 };
        execFile(program, [...args], limits, (error, stdout) => resolve(error ? null : stdout.trim()));
      });
    if ((await run(["info"], { timeoutMs: 5_000 })) === null) continue;
    writeFileSync(join(directory, record), program);
    return { program, run, mark: ["--label", label(id)] };
  }
  return null;
}

/** Of the run with this directory; also after it was killed. */
export function removeContainers(directory: string, id: string): void {
  let program: string;
  try {
    program = readFileSync(join(directory, record), "utf8");
  } catch {
    return;
  }
  if (!programs.includes(program)) return;
  for (const [list, remove] of [
    [
      ["ps", "-aq"],
      ["rm", "-f", "-v"],
    ],
    [
      ["image", "ls", "-q"],
      ["image", "rm", "-f"],
    ],
  ] as const) {
    const found = spawnSync(program, [...list, "--filter", `label=${label(id)}`], {
      encoding: "utf8",
      timeout: 10_000,
    });
    const ids = (found.stdout ?? "").split("\n").filter((line) => line !== "");
    if (ids.length > 0) spawnSync(program, [...remove, ...ids], { timeout: 30_000 });
  }
}
