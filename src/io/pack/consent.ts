import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { Pack } from "../../core/pack/compose.ts";
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
export async function verifyConsent(catalogue: Catalogue, consenting: Consenting): Promise<void> {
  const live = liveFiles(catalogue);
  for (const { name, version, integrity } of catalogue.packs ?? []) {
    const files = live.get(name);
    if (files === undefined) continue;
    const list = files.map((path) => `  ${printable(path)}`).join("\n");
    const message = `The pack ${name} ${version} brings files, or commands, that run by themselves:\n${list}`;
    const subject = { key: integrity, integrity, label: `${name} ${version}`, message };
    await verifyAgreed({ ...subject, fix: "Read them in the pack", question: "Let it?" }, consenting);
  }
}

/** The same for the plopfile of a pack, which is a program: that one let its files be written says nothing of it. */
export async function verifyPlopfileConsent(
  { manifest: { name, version }, integrity }: Pick<Pack, "manifest" | "integrity">,
  consenting: Consenting,
): Promise<void> {
  const message = `The plopfile of the pack ${name} ${version} is a program, which may do whatever you may.`;
  const subject = {
    key: `${integrity}#plopfile`,
    integrity,
    label: `plopfile of ${name} ${version}`,
    message,
  };
  await verifyAgreed({ ...subject, fix: "Read it in the pack", question: "Run it?" }, consenting);
}

type Subject = {
  readonly key: string;
  readonly integrity: string;
  readonly label: string;
  readonly message: string;
  readonly fix: string;
  readonly question: string;
};

async function verifyAgreed(subject: Subject, { given, mayAsk }: Consenting): Promise<void> {
  const { key, integrity, label, message, fix, question } = subject;
  const known = readConsents();
  if (Object.hasOwn(known, key)) return;
  if (!given.includes(integrity)) {
    if (!mayAsk) {
      throw new Failure({
        code: "pack/consent",
        message,
        fix: `${fix}; if you agree, run this again with --consent ${integrity}`,
      });
    }
    if (!(await agrees(message, question))) throw new Cancelled();
  }
  writeConsents({ ...known, [key]: label });
}

async function agrees(message: string, question: string): Promise<boolean> {
  const [{ ask }, { openScreen }] = await Promise.all([
    import("../prompt/ask.ts"),
    import("../prompt/screen.ts"),
  ]);
  const screen = openScreen(process.stderr);
  screen.print(`\n${message}\n`);
  const asked = { kind: "confirm", message: question, choices: [], initial: false } as const;
  return (await ask({ ...asked, validate: () => true }, screen)) === true;
}

/** By integrity, what was agreed to. */
function readConsents(): { [integrity: string]: string } {
  try {
    return JSON.parse(readFileSync(consentsPath() ?? "", "utf8")) ?? {};
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
