import { launch } from "../../src/check/probe/launch.ts";
import type { Session } from "../../src/check/probe/session.ts";

export type Step = {
  readonly line: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly prefix?: readonly string[];
  readonly input?: string;
  readonly timeoutMs: number;
};

export type Done = { readonly code: number | null; readonly text: string };

/** Runs a command to its end, within its time, and leaves no process of it. */
export async function attempt(session: Session, step: Step): Promise<Done> {
  const { timeoutMs, ...command } = step;
  const launched = launch(session, command);
  const exit = await launched.exitWithin(timeoutMs);
  const text = (): string =>
    launched.output
      .lines()
      .map((line) => line.text)
      .join("\n");
  // The pipes may still hold what was written last.
  await new Promise((resolve) => setTimeout(resolve, 30));
  await launched.stop();
  if (exit === null) return { code: null, text: `${text()}\n(ended after ${timeoutMs / 1000} s)` };
  return { code: exit.code, text: text() };
}

/** As `attempt`; throws with the last lines of the output when it fails. */
export async function step(session: Session, what: Step): Promise<string> {
  const { code, text } = await attempt(session, what);
  if (code !== 0) throw new Error(`\`${what.line}\` ended with ${code}:\n${lastLines(text, 25)}`);
  return text;
}

export function lastLines(text: string, count: number): string {
  return text.trim().split("\n").slice(-count).join("\n");
}

export function quoted(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
