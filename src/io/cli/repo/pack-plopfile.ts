import { join } from "node:path";
import { Failure } from "../../../core/failure.ts";
import { printable } from "../../../core/printable.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import type { Invocation } from "../argv.ts";
import { openRepo } from "./open-repo.ts";

/** The plopfile of a pack that a repo is made from, once the person agreed that exactly this one runs. */
export type PackPlopfile = {
  readonly root: string;
  /** The generator and the answers, without the name of the pack. */
  readonly words: readonly string[];
  /** Writes the pack into a folder; gives the path of the plopfile there. */
  readonly unpack: (folder: string) => string;
};

/** What `generate PACK:NAME` asks for; null where no pack is named. */
export async function findPackPlopfile({
  positionals,
  lists,
  switches,
}: Invocation): Promise<PackPlopfile | null> {
  const [first = "", ...answers] = positionals;
  const [, asked, name = ""] = /^((?:@[^/:\s]+\/)?[^/:\s]+):(.*)$/.exec(first) ?? [];
  if (asked === undefined) return null;
  const { root, receipt, catalogues } = await openRepo(".", readBuiltCatalogue(), lists.pack);
  const [{ missing, unpacked, verifyPlopfileConsent }, { plopfilePattern }] = await Promise.all([
    import("../../pack/catalogues.ts"),
    import("../../pack/read-pack.ts"),
  ]);
  const at = receipt.packs.findIndex((pack) => pack.name === asked);
  const recorded = receipt.packs[at];
  if (recorded === undefined)
    throw failure(
      "pack",
      `This repo isn't made from a pack ${printable(asked).slice(0, 60)}.`,
      `Its packs are ${receipt.packs.map((pack) => pack.name).join(", ") || "none"}.`,
    );
  const pack = catalogues.packs(receipt)[at] ?? missing(recorded);
  const plopfile = pack.files.find(({ path }) => plopfilePattern.test(path))?.path;
  if (plopfile === undefined)
    throw failure(
      "plopfile",
      `The pack ${asked} ${recorded.version} has no plopfile.`,
      "See pack docs for what it has.",
    );
  const mayAsk = switches.yes !== true && process.stdin.isTTY === true && process.stderr.isTTY === true;
  await verifyPlopfileConsent(pack, { given: lists.consent ?? [], mayAsk });
  return {
    root,
    words: name === "" ? answers : [name, ...answers],
    unpack: (folder) => join(unpacked(pack, folder), plopfile),
  };
}

function failure(code: string, message: string, fix: string): Failure {
  return new Failure({ code: `generate/${code}`, message, fix, state: "Nothing was written in the repo." });
}
