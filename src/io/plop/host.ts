import type { NodePlopAPI } from "node-plop";
import { Cancelled } from "../prompt/cancelled.ts";
import { fenceActions } from "./fence-actions.ts";
import { bundledInquirer, Unanswered } from "./inquirer.ts";
import { type Load, loadBy } from "./load-module.ts";

/** What a plop is to run, in a copy of the repo. */
export type HostRequest = {
  /** The URL of the repo's own node-plop; null for the one that is bundled. */
  readonly nodePlop: string | null;
  /** The plopfile, in the copy or of a pack, and the directory that all changes have to be below. */
  readonly plopfile: string;
  readonly root: string;
  /** The name of a generator, and the answers. */
  readonly words: readonly string[];
  readonly interactive: boolean;
  /** Whether actions that are code of the plopfile's own may run. */
  readonly consent: boolean;
  /** The file for the result. */
  readonly result: string;
};

export type HostResult =
  | { readonly kind: "done"; readonly name: string; readonly failures: readonly string[] }
  | { readonly kind: "unknown"; readonly names: readonly string[] }
  | { readonly kind: "unanswered"; readonly name: string; readonly question: string }
  | { readonly kind: "consent"; readonly name: string; readonly actions: readonly string[] }
  | { readonly kind: "cancelled" };

export type Action = string | ((...args: readonly unknown[]) => unknown) | ActionConfig;
type ActionConfig = { readonly type: string; readonly pattern?: string | RegExp | null };
type Plop = NodePlopAPI & { readonly inquirer: typeof bundledInquirer };

/** Runs a generator, in a process of its own, which a plopfile may change or end as it likes. */
export async function runGenerator(request: HostRequest, load: Load): Promise<void> {
  let result: HostResult;
  try {
    result = await run(request, load);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    result = { kind: "cancelled" };
  }
  process.getBuiltinModule("node:fs").writeFileSync(request.result, JSON.stringify(result));
}

async function run(request: HostRequest, load: Load): Promise<HostResult> {
  const { interactive, words } = request;
  const fence = fenceActions(request.root);
  const plop = await openPlop(request, load);
  const names = plop.getGeneratorList().map((each) => each.name);
  const [asked, bypass] = nameIn(words, names);
  let name = asked ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined && interactive) {
    const question = { type: "list", name: "name", message: "Which generator", choices: names };
    name = String((await plop.inquirer.prompt([question])).name);
  }
  if (name === undefined || !names.includes(name)) return { kind: "unknown", names };
  const generator = plop.getGenerator(name);
  const failed = (failures: readonly string[]) => ({ kind: "done", name: name as string, failures }) as const;
  let answers = {};
  try {
    if (generator.prompts) answers = await generator.runPrompts([...bypass]);
  } catch (error) {
    if (error instanceof Unanswered) return { kind: "unanswered", name, question: error.message };
    if (error instanceof Cancelled) throw error;
    return failed([error instanceof Error ? error.message : String(error)]);
  }
  const listed = typeof generator.actions === "function" ? generator.actions(answers) : generator.actions;
  const actions = (listed ?? []) as readonly Action[];

  const custom = actions.flatMap((action) => {
    if (typeof action === "function") return ["function"];
    return typeof action === "string" || isBuiltIn(action) ? [] : [action.type];
  });
  if (custom.length > 0 && !request.consent) {
    const message = `This generator runs code of its own (${custom.join(", ")}), which may reach beyond this repo. Run it`;
    const question = { type: "confirm", name: "consent", message, default: false };
    const isFine = interactive && (await plop.inquirer.prompt([question])).consent === true;
    if (!isFine) return { kind: "consent", name, actions: custom };
  }
  let next = 0;
  const watchNext = () => {
    const action = actions[next++];
    fence.watch(typeof action === "object" && isBuiltIn(action) ? action : null);
  };
  watchNext();
  const hooks = { onSuccess: watchNext, onFailure: watchNext, onComment: watchNext };
  const { failures } = await generator.runActions(answers, hooks);
  return failed(
    failures.flatMap(({ type, path, error }) =>
      error.startsWith("Aborted due to") ? [] : [`${[type, path].filter(Boolean).join(" ")}: ${error}`],
    ),
  );
}

async function openPlop({ nodePlop, plopfile, root, interactive }: HostRequest, load: Load): Promise<Plop> {
  loadBy(load);
  bundledInquirer.interactive = interactive;
  const { default: open } = (await (nodePlop === null ? import("node-plop") : load(nodePlop))) as {
    readonly default: (
      plopfile: string,
      config: { readonly destBasePath: string; readonly force: boolean },
    ) => Promise<Plop>;
  };
  // A plopfile of a pack lies elsewhere.
  const plop = await open(plopfile, { destBasePath: root, force: false });
  // Without a terminal, what is asked in spite of the answers has to be told, and nothing waits for a key.
  const { inquirer } = plop;
  if (!interactive)
    inquirer.prompt = Object.assign(bundledInquirer.prompt, { prompts: inquirer.prompt.prompts });
  return plop;
}

/** As plop does it: a name may be of several words, and what follows it are answers. */
function nameIn(words: readonly string[], names: readonly string[]): [string | undefined, readonly string[]] {
  for (let length = words.length; length > 0; length--) {
    const name = words.slice(0, length).join(" ");
    if (names.includes(name)) return [name, words.slice(length)];
  }
  return [words[0], []];
}

function isBuiltIn({ type }: ActionConfig): boolean {
  return ["add", "addMany", "modify", "append"].includes(type);
}
