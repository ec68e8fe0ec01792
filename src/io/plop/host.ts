import type { NodePlopAPI } from "node-plop";

/** What a plop of the repo is to run, in a copy of the repo. */
export type HostRequest = {
  /** The URL of the repo's own node-plop. */
  readonly nodePlop: string;
  /** The plopfile in the copy, and the directory that all changes have to be below. */
  readonly plopfile: string;
  readonly root: string;
  readonly name: string | undefined;
  readonly bypass: readonly string[];
  readonly interactive: boolean;
  /** Whether actions that are code of the plopfile's own may run. */
  readonly consent: boolean;
  /** The file for the result. */
  readonly result: string;
};

export type HostResult =
  | { readonly kind: "done"; readonly name: string; readonly failures: readonly string[] }
  | { readonly kind: "unknown"; readonly names: readonly string[] }
  | { readonly kind: "unanswered"; readonly name: string; readonly open: number }
  | { readonly kind: "consent"; readonly name: string; readonly actions: readonly string[] };

type Load = (url: string) => Promise<{
  default: (plopfile: string) => Promise<NodePlopAPI & { readonly inquirer: Inquirer }>;
}>;
type Inquirer = {
  readonly prompt: (questions: readonly object[]) => Promise<{ readonly [name: string]: unknown }>;
};
type Action = string | ((...args: readonly unknown[]) => unknown) | ActionConfig;
type ActionConfig = {
  readonly type: string;
  readonly path?: string;
  readonly destination?: string;
  readonly pattern?: string | RegExp;
  readonly skip?: unknown;
  readonly data?: unknown;
};

/** The program of a process of its own, which a plopfile may change or end as it likes. */
export function hostProgram(request: HostRequest): string {
  return `(${host})((url) => import(url), ${JSON.stringify(request)})`;
}

/** Takes nothing from outside of itself, since its text is what runs. */
async function host(load: Load, request: HostRequest): Promise<void> {
  const { readFileSync, writeFileSync } = process.getBuiltinModule("node:fs");
  const { resolve, sep } = process.getBuiltinModule("node:path");
  const say = (result: HostResult) => writeFileSync(request.result, JSON.stringify(result));
  const { default: nodePlop } = await load(request.nodePlop);
  const plop = await nodePlop(request.plopfile);
  const names = plop.getGeneratorList().map((each) => each.name);
  let name = request.name ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined && request.interactive) {
    const question = { type: "list", name: "name", message: "Which generator", choices: names };
    name = String((await plop.inquirer.prompt([question])).name);
  }
  if (name === undefined || !names.includes(name)) return say({ kind: "unknown", names });
  const generator = plop.getGenerator(name);
  const prompts: unknown = generator.prompts;
  const open = typeof prompts === "function" ? 1_000 : Array.isArray(prompts) ? prompts.length : 0;
  if (!request.interactive && open > request.bypass.length) return say({ kind: "unanswered", name, open });
  const answers = open === 0 ? {} : await generator.runPrompts([...request.bypass]);
  const listed = typeof generator.actions === "function" ? generator.actions(answers) : generator.actions;
  const actions = (listed ?? []) as readonly Action[];

  const builtIn = ["add", "addMany", "modify", "append"];
  const custom = actions.flatMap((action) =>
    typeof action === "function"
      ? ["function"]
      : typeof action === "object" && !builtIn.includes(action.type)
        ? [action.type]
        : [],
  );
  if (custom.length > 0 && !request.consent) {
    const message = `This generator runs code of its own (${custom.join(", ")}), which may reach beyond this repo. Run it`;
    const asked = { type: "confirm", name: "consent", message, default: false };
    const isFine = request.interactive && (await plop.inquirer.prompt([asked])).consent === true;
    if (!isFine) return say({ kind: "consent", name, actions: custom });
  }

  const failures: string[] = [];
  const destination = (action: ActionConfig): string => {
    const data = typeof action.data === "object" ? { ...answers, ...action.data } : answers;
    return resolve(plop.getDestBasePath(), plop.renderString(action.path ?? action.destination ?? "", data));
  };
  /** Looks at an action right before it runs. */
  const inspect = (action: Action | undefined) => {
    if (typeof action !== "object" || !builtIn.includes(action.type)) return;
    let path: string;
    try {
      path = destination(action);
    } catch {
      return;
    }
    if (path !== request.root && !path.startsWith(request.root + sep)) {
      failures.push(`${action.type} ${path}: this is not below the root`);
    }
    if (!action.pattern || action.skip !== undefined || !/^(modify|append)$/.test(action.type)) return;
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch {
      return;
    }
    if (
      text.search(
        typeof action.pattern === "string"
          ? action.pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")
          : action.pattern,
      ) < 0
    )
      failures.push(`${action.type} ${action.path}: nothing in it matches ${action.pattern}`);
  };
  let next = 0;
  const step = () => {
    next++;
    if (failures.length > 0) {
      say({ kind: "done", name: name as string, failures });
      process.exit(0);
    }
    inspect(actions[next]);
    if (failures.length > 0) {
      say({ kind: "done", name: name as string, failures });
      process.exit(0);
    }
  };
  inspect(actions[0]);
  if (failures.length > 0) return say({ kind: "done", name, failures });
  const ran = await generator.runActions(answers, { onSuccess: step, onFailure: () => {}, onComment: step });
  failures.push(...ran.failures.map(({ type, path, error }) => `${type} ${path}: ${error}`));
  say({ kind: "done", name, failures });
}
