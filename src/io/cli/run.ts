import type loadGenerators from "../../../generators/plopfile.ts";
import type { runGenerator as runHost } from "../plop/host.ts";
import { type Invocation, parseArgv } from "./argv.ts";
import { create } from "./create.ts";

export { readPartsBy } from "../catalogue.ts";

// What `create --yes` runs is in one file of the bundle; all else is imported where it is used.
const runs: { readonly [verb: string]: (invocation: Invocation) => Promise<number> } = {
  create,
  check: async (invocation) => (await import("./check.ts")).check(invocation),
  add: async (invocation) => (await late()).changeRepo(invocation),
  remove: async (invocation) => (await late()).changeRepo(invocation),
  swap: async (invocation) => (await late()).changeRepo(invocation),
  update: async (invocation) => (await late()).updateRepo(invocation),
  adopt: async (invocation) => (await import("./repo/adopt-verb.ts")).adoptRepo(invocation),
  explain: async (invocation) => (await late()).explainPath(invocation),
  diff: async (invocation) => (await late()).diffRepo(invocation),
  generate: async (invocation) => (await late()).generate(invocation),
  undo: async (invocation) => (await late()).undoLast(invocation),
  pack: async (invocation) => (await import("./pack/pack-verb.ts")).pack(invocation),
  list: async (invocation) => (await late()).list(invocation),
  schema: async (invocation) => (await late()).schema(invocation),
  render: async (invocation) => (await late()).renderFromReceipt(invocation),
  recover: async (invocation) => (await late()).recoverDirectory(invocation),
};

const late = () => import("./late.ts");

/** Runs the verb that the arguments name. Gives the exit code; throws what the entry point reports. */
export async function run(argv: readonly string[]): Promise<number> {
  const invocation = await parse(argv);
  return (runs[invocation.verb] as typeof create)(invocation);
}

/** A flag that isn't ours may be that of a pack's question, which then has to be read first. */
async function parse(argv: readonly string[]): Promise<Invocation> {
  try {
    return parseArgv(argv);
  } catch (error) {
    if ((error as { code?: string }).code !== "usage/unknown-flag") throw error;
    const { packFlags } = await import("../pack/pack-flags.ts");
    const flags = packFlags(argv);
    if (flags === null) throw error;
    return parseArgv(argv, flags);
  }
}

export async function reportError(error: unknown, argv: readonly string[]): Promise<number> {
  return (await late()).reportError(error, argv);
}

/** What keeps the compiled code for the next run. */
export const keeping = () => import("../keep-program.ts");

/** Runs a generator of a plopfile, in the process that `generate` starts for it. */
export async function runGenerator(...given: Parameters<typeof runHost>): Promise<void> {
  await (await import("../plop/host.ts")).runGenerator(...given);
}

/** The generators for plop; what plop loads is its way here. */
export async function plopfile(plop: Parameters<typeof loadGenerators>[0]): Promise<void> {
  (await late()).plopfile(plop);
}
