import { Failure } from "../../core/failure.ts";
import { printable } from "../../core/printable.ts";
import { Cancelled } from "../prompt/cancelled.ts";
import { printData } from "./output.ts";
import { styleFor } from "./style.ts";

/** Says what happened, why, what to do, and how things stand. Gives the exit code. */
export function reportError(error: unknown, argv: readonly string[]): number {
  const style = styleFor(process.stderr);
  if (error instanceof Cancelled) {
    process.stderr.write(`${style.yellow("Cancelled.")} ${error.state}\n`);
    return 130;
  }
  if (!(error instanceof Failure)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${style.red("This is a bug of create-twelve-factor.")}\n${plain(detail)}\n`);
    process.stderr.write(
      "Please report it with these lines: `npm bugs create-twelve-factor` opens the place.\n",
    );
    return 2;
  }
  const { code, message, fix, state } = error;
  process.stderr.write(
    `${style.red("✖")} ${plain(message)}\n  ${plain(fix)}\n  ${style.dim(plain(state))}\n`,
  );
  if (argv.includes("--json")) {
    printData({ error: { code, message, fix, state } }, 2);
  }
  return 2;
}

/** Line ends are ours; any other control character could only come from what we were given. */
function plain(text: string): string {
  return printable(text, "\n");
}
