import { printable } from "../../core/printable.ts";
import { recover } from "../commit/recover.ts";
import type { Invocation } from "./argv.ts";
import { print, printData } from "./output.ts";
import { findTarget } from "./target.ts";

const told = {
  nothing: "There was nothing to recover.",
  discarded: "The run that was cut off had not begun to write; what it had prepared is removed.",
  cleaned: "The run that was cut off had written everything; what it left behind is removed.",
  finished: "The run that was cut off is finished.",
  undone: "The run that was cut off is undone.",
} as const;

/** Finishes, or undoes, a write that was cut off in a directory. */
export async function recoverDirectory({ positionals, switches }: Invocation): Promise<number> {
  const { root, exists } = findTarget(positionals[0] ?? ".");
  const report = exists
    ? recover({ root, abort: switches.abort === true })
    : ({ outcome: "nothing", paths: [] } as const);
  const files = report.paths.map((path) => `  ${printable(path)}\n`).join("");
  if (switches.json) printData(report, 2);
  else print(`${told[report.outcome]}\n${files}`);
  return 0;
}
