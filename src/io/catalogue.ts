import { join } from "node:path";
import type { Catalogue } from "../core/types.ts";
import { unpackCatalogue } from "./packed-catalogue.ts";
import { readBytes } from "./read-bytes.ts";

/** The catalogue that the build compiled and put beside the bundle. */
export function readBuiltCatalogue(build = import.meta.dirname): Catalogue {
  let rest: Buffer | undefined;
  return unpackCatalogue({
    index: readBytes(join(build, "catalogue.json")).bytes.toString("latin1"),
    bodies: readBytes(join(build, "catalogue.txt")).bytes,
    rest: () => {
      const { brotliDecompressSync } = process.getBuiltinModule("node:zlib");
      rest ??= brotliDecompressSync(readBytes(join(build, "catalogue.br")).bytes);
      return rest;
    },
  });
}
