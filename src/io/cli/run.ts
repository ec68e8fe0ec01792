import type loadGenerators from "../../../generators/plopfile.ts";
import { type Invocation, parseArgv } from "./argv.ts";
import { create } from "./create.ts";

// What `create --yes` runs is in one file of the bundle; all else is imported where it is used.
const runs: { readonly [verb: string]: (invocation: Invocation) => Promise<number> } = {
  create,
  check: async (invocation) => (await import("./check.ts")).check(invocation),
  add: async (invocation) => (await repoVerbs()).changeRepo(invocation),
  remove: async (invocation) => (await repoVerbs()).changeRepo(invocation),
  swap: async (invocation) => (await repoVerbs()).changeRepo(invocation),
  update: async (invocation) => (await repoVerbs()).updateRepo(invocation),
  diff: async (invocation) => (await repoVerbs()).diffRepo(invocation),
  undo: async (invocation) => (await repoVerbs()).undoLast(invocation),
  list: async (invocation) => (await import("./list.ts")).list(invocation),
  schema: async () => (await import("./schema.ts")).schema(),
  render: async (invocation) => (await import("./render.ts")).renderFromReceipt(invocation),
  recover: async (invocation) => (await import("./recover.ts")).recoverDirectory(invocation),
};

const repoVerbs = () => import("./repo/repo-verbs.ts");

/** Runs the verb that the arguments name. Gives the exit code; throws what the entry point reports. */
export async function run(argv: readonly string[]): Promise<number> {
  const invocation = parseArgv(argv);
  return (runs[invocation.verb] as typeof create)(invocation);
}

export async function reportError(error: unknown, argv: readonly string[]): Promise<number> {
  return (await import("./report-error.ts")).reportError(error, argv);
}

/** The generators for plop; what plop loads is its way here. */
export async function plopfile(plop: Parameters<typeof loadGenerators>[0]): Promise<void> {
  (await import("../../../generators/plopfile.ts")).default(plop);
}
