import { Failure } from "../../../core/failure.ts";
import type { Catalogue, Receipt } from "../../../core/types.ts";
import type { Catalogues } from "../../pack/catalogues.ts";

export type PacksGiven = {
  readonly receipts: readonly Receipt[];
  readonly given: readonly string[] | undefined;
};

/** What receipts are rendered from. Packs, and all that reads them, are loaded only where there are any. */
export async function cataloguesOf(
  built: Catalogue,
  root: string,
  { receipts, given = [] }: PacksGiven,
): Promise<Catalogues> {
  receipts.forEach(verifyPacks);
  if (given.length > 0 || receipts.some(({ packs }) => packs.length > 0))
    return (await import("../../pack/catalogues.ts")).openCatalogues(built, root, given);
  return { given: [], recorded: () => built, current: () => built, packs: () => [], unpack: () => [] };
}

function verifyPacks({ packs }: Receipt): void {
  const isText = (value: unknown) => typeof value === "string" && value.length < 1000;
  const isWhole = (pack: unknown) => {
    const { name, source, version, integrity } = (pack ?? {}) as { readonly [key: string]: unknown };
    return [name, source, version, integrity].every(isText);
  };
  if (Array.isArray(packs) && packs.every(isWhole)) return;
  throw new Failure({
    code: "receipt/unreadable",
    message:
      "The receipt can't be read: an entry of its \"packs\" isn't a name, a source, a version and an integrity.",
    fix: "Restore it from the last commit: git checkout HEAD -- .twelve-factor.json",
  });
}

/** Only the packs as they were will do, and one of them can't be had. */
export function missingPack({ packs }: Receipt): never {
  const names = packs.map(({ name, version, source }) => `${name} ${version} (${source})`).join(", ");
  throw new Failure({
    code: "pack/missing",
    message: `The receipt names packs that aren't at hand as they were: ${names}.`,
    fix: "Say where each is as it was, with --pack SOURCE; of a pack under version control, check that version out.",
  });
}
