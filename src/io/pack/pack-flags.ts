import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { Pack } from "../../core/pack/compose.ts";
import { manifestPath } from "../../core/pack/manifest.ts";
import { readReceipt, receiptPath } from "../../core/receipt.ts";
import { configurationFile } from "../cli/configuration-file.ts";
import { verbNames } from "../cli/verb-names.ts";
import { commonFlags, type Flag, verbs } from "../cli/verbs.ts";
import { packsIn } from "./configuration.ts";
import { keptFiles } from "./pack-cache.ts";
import { packOf } from "./read-pack.ts";
import { isRemote, readSource, withExtended } from "./sources.ts";

type Flags = { readonly [name: string]: Flag };

/** The flags of the questions of the packs that a command line is about, given or of the repo; null where there is none. */
export function packFlags(argv: readonly string[]): Flags | null {
  const given = argv.flatMap((word, at) =>
    word === "--pack" ? (argv[at + 1] ?? []) : word.startsWith("--pack=") ? word.slice("--pack=".length) : [],
  );
  const sources = given.length > 0 ? given : configured(argv);
  const packs = [...withExtended(sources.map((source) => readSource(source))), ...packsOfRepo(process.cwd())];
  return packs.length === 0 ? null : Object.fromEntries(packs.flatMap(flagsOf));
}

/** For verbs that know of no repo. */
function configured(argv: readonly string[]): readonly string[] {
  const [first = ""] = argv;
  const isOfNoRepo = !verbNames.includes(first) || ["create", "list", "schema"].includes(first);
  const file = isOfNoRepo && !argv.includes("--no-config") ? configurationFile(process.cwd()) : null;
  return file === null ? [] : packsIn(file);
}

/** Refuses a question whose flag would be one of ours. */
export function verifyFlags(packs: readonly Pack[]): void {
  const ours = new Set(
    Object.keys({ ...commonFlags, ...Object.assign({}, ...Object.values(verbs).map(({ flags }) => flags)) }),
  );
  for (const { name, pack } of packs.flatMap(({ manifest }) => manifest.questions)) {
    if (!ours.has(name) && !name.startsWith("no-")) continue;
    throw new Failure({
      code: "pack/flag",
      message: `${pack}:${manifestPath}: the question "${name}" would have a flag that there is, --${name}.`,
      fix: "Choose another name.",
    });
  }
}

function flagsOf({ manifest }: Pack): readonly (readonly [string, Flag])[] {
  return manifest.questions.map(({ name, type, message, values }): [string, Flag] => {
    if (type === "boolean") return [name, { negated: true, help: message }];
    return [name, { value: type === "enum" ? values.join("|") : "TEXT", help: message }];
  });
}

function packsOfRepo(from: string): readonly Pack[] {
  const path = join(from, receiptPath);
  if (!existsSync(path)) return dirname(from) === from ? [] : packsOfRepo(dirname(from));
  try {
    return readReceipt(readFileSync(path, "utf8")).packs.flatMap(({ source, integrity }) => {
      if (isRemote(source) || existsSync(resolve(from, source))) return readSource(source, from);
      const files = keptFiles(integrity);
      return files === null ? [] : packOf(files, source);
    });
  } catch {
    // What is wrong with it, the verb says.
    return [];
  }
}
