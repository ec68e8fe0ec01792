import type { Json } from "../../core/types.ts";
import { createDirectory } from "../commit/create-directory.ts";
import type { Committed } from "../git.ts";
import type { Installed } from "../install.ts";
import type { Invocation } from "./argv.ts";
import { type Interruption, yieldToSignals } from "./interruption.ts";
import type { Prepared } from "./prepare.ts";

/** What followed the write; null for what wasn't to be done. */
export type Outcome = { readonly install: Installed | null; readonly git: Committed | null };

/** Writes the files at once, then installs, then makes the first commit. A signal leaves all of the files or none. */
export async function write(
  prepared: Prepared,
  switches: Invocation["switches"],
  interruption: Interruption,
): Promise<Outcome> {
  const { target, tree } = prepared;
  await yieldToSignals();
  await writeFiles(prepared);
  interruption.state = `All files are written in ${target.directory}; what comes after was left out.`;
  await yieldToSignals();
  const installing = switches.install === false ? null : installCommand(prepared);
  const installed = installing && (await (await import("../install.ts")).install(target.root, installing));
  if (switches.git === false || target.workTree !== null || target.workspace !== null)
    return { install: installed, git: null };
  const { firstCommit } = await import("../git.ts");
  const message = `Create ${prepared.answers.name}`;
  return { install: installed, git: firstCommit({ root: target.root, tree, message }) };
}

/** All of the files, or none. */
export async function writeFiles({ target, tree, reconciliation }: Prepared): Promise<void> {
  const { root } = target;
  if (!target.empty) {
    const { commitChanges } = await import("./late.ts");
    commitChanges({ root, changes: reconciliation.changes });
  } else if (!createDirectory({ root, tree })) {
    const { fillDirectory } = await import("./late.ts");
    fillDirectory({ root, tree });
  }
}

/** The frozen install of the package manager, as the stack's facts have it. */
export function installCommand({ plan }: Prepared): readonly string[] | null {
  const project = plan.context.project as { readonly packageManager?: { readonly [fact: string]: Json } };
  const words = project.packageManager?.install;
  if (typeof words === "string") return words.split(" ");
  return Array.isArray(words) && words.length > 0 ? words.map(String) : null;
}
