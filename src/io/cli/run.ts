import { type Invocation, parseArgv } from "./argv.ts";
import { create } from "./create.ts";
import { list } from "./list.ts";
import { recoverDirectory } from "./recover.ts";
import { renderFromReceipt } from "./render.ts";
import { schema } from "./schema.ts";

export { default as plopfile } from "../../../generators/plopfile.ts";
export { reportError } from "./report-error.ts";

// All verbs are in one file of the bundle; what is large in them is imported where it is used.
const runs: { readonly [verb: string]: (invocation: Invocation) => Promise<number> } = {
  create,
  check: async (invocation) => (await import("./check.ts")).check(invocation),
  list,
  schema,
  render: renderFromReceipt,
  recover: recoverDirectory,
};

/** Runs the verb that the arguments name. Gives the exit code; throws what the entry point reports. */
export async function run(argv: readonly string[]): Promise<number> {
  const invocation = parseArgv(argv);
  return (runs[invocation.verb] as typeof create)(invocation);
}
