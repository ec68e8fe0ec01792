import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { liveFiles } from "../../core/pack/live-files.ts";
import { printable } from "../../core/printable.ts";
import type { Catalogue } from "../../core/types.ts";
import { configFolder } from "../config-folder.ts";
import { Cancelled } from "../prompt/cancelled.ts";
import { writeOwn } from "../write-own.ts";

export type Consenting = { readonly given: readonly string[]; readonly mayAsk: boolean };

/**
 * Lets packs write files that run by themselves only where the person agreed to exactly these contents: now, in an earlier
 * run, or by naming their integrity. To take defaults isn't to agree.
 */
export async function verifyConsent(catalogue: Catalogue, { given, mayAsk }: Consenting): Promise<void> {
  const live = liveFiles(catalogue);
  if (live.size === 0) return;
  const known = readConsents();
  for (const { name, version, integrity } of catalogue.packs ?? []) {
    const files = live.get(name);
    if (files === undefined || Object.hasOwn(known, integrity)) continue;
    const list = files.map((path) => `  ${printable(path)}`).join("\n");
    const message = `The pack ${name} ${version} writes files that run by themselves:\n${list}`;
    if (!given.includes(integrity)) {
      if (!mayAsk) {
        throw new Failure({
          code: "pack/consent",
          message,
          fix: `Read them in the pack; if you agree, run this again with --consent ${integrity}`,
        });
      }
      if (!(await agrees(message))) throw new Cancelled();
    }
    known[integrity] = `${name} ${version}`;
    writeConsents(known);
  }
}

async function agrees(message: string): Promise<boolean> {
  const [{ ask }, { openScreen }] = await Promise.all([
    import("../prompt/ask.ts"),
    import("../prompt/screen.ts"),
  ]);
  const screen = openScreen(process.stderr);
  screen.print(`\n${message}\n`);
  const asked = { kind: "confirm", message: "Let it write them?", choices: [], initial: false } as const;
  return (await ask({ ...asked, validate: () => true }, screen)) === true;
}

/** By integrity, what was agreed to. */
function readConsents(): { [integrity: string]: string } {
  try {
    return JSON.parse(readFileSync(consentsPath() ?? "", "utf8"));
  } catch {
    return {};
  }
}

function writeConsents(consents: { readonly [integrity: string]: string }): void {
  const path = consentsPath();
  if (path === null) return;
  try {
    writeOwn(path, `${JSON.stringify(consents, null, 2)}\n`);
  } catch {
    // It holds for this run, and is asked for again in the next.
  }
}

function consentsPath(): string | null {
  const folder = configFolder();
  return folder && join(folder, "consents.json");
}
