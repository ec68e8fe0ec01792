import { join } from "node:path";
import type { Catalogue } from "../core/types.ts";
import { unpackCatalogue } from "./packed-catalogue.ts";
import { programFile, type ReadPart } from "./program-file.ts";

let readOwnPart: ReadPart | undefined;

/** For the entry point, which has parts that an earlier run kept unpacked. */
export function readPartsBy(readPart: ReadPart): void {
  readOwnPart = readPart;
}

/** The catalogue that the build compiled and put into its file; `build` is another one's directory. */
export function readBuiltCatalogue(build?: string): Catalogue {
  const readPart =
    build === undefined && readOwnPart !== undefined
      ? readOwnPart
      : programFile(join(build ?? import.meta.dirname, "program.br"));
  return unpackCatalogue({
    index: readPart("catalogue.json").toString("latin1"),
    bodies: readPart("catalogue.txt"),
    rest: () => readPart("catalogue.rest.txt"),
  });
}
