import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Launched, launch } from "../launch.ts";
import type { Session } from "../session.ts";
import { markVariable } from "../session.ts";
import { snapshot } from "../snapshot.ts";
import { lastLines } from "../tail.ts";

export type BuildFacts = {
  readonly command: string | null;
  readonly succeeded: boolean;
  readonly evidence: string;
  /** Committed files that are not as they were before the build. */
  readonly rewritten: readonly string[];
};

type BuildRequest = {
  readonly session: Session;
  readonly tree: string;
  readonly command: string | null;
  /** Names of the app's own variables: a build knows no config. */
  readonly config: readonly string[];
  readonly timeoutMs: number;
};

/** Builds as the platform does: with the network, and with the user's own settings of the package manager. */
export async function runBuild({
  session,
  tree,
  command,
  config,
  timeoutMs,
}: BuildRequest): Promise<BuildFacts> {
  if (command === null)
    return { command, succeeded: true, evidence: "there is nothing to build", rewritten: [] };
  const before = digestAll(tree, filesOf(tree));
  const launched = launch(session, { line: command, cwd: tree, environment: buildEnvironment(config) });
  const exit = await launched.finishedWithin(timeoutMs);
  session.signal.throwIfAborted();
  const evidence = exit ? describe(launched, exit.code) : `it had not ended after ${timeoutMs / 1000} s`;
  await launched.stop();
  const after = digestAll(tree, [...before.keys()]);
  const rewritten = [...before].flatMap(([path, digest]) => (after.get(path) === digest ? [] : [path]));
  return { command, succeeded: exit?.code === 0, evidence, rewritten };
}

function describe(launched: Launched, code: number | null): string {
  return `${code === 0 ? "it ended with code 0" : `it ended with code ${code}`}; ${lastLines(launched, 6)}`;
}

function buildEnvironment(config: readonly string[]): { [name: string]: string } {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || config.includes(name) || name === markVariable || name === "NODE_ENV"
      ? []
      : [[name, value]],
  );
  return Object.fromEntries(inherited);
}

const filesOf = (tree: string): string[] => [...snapshot(tree).keys()];

function digestAll(tree: string, paths: readonly string[]): Map<string, string> {
  return new Map(paths.map((path) => [path, digest(join(tree, path))]));
}

function digest(path: string): string {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return "gone";
  }
}
