import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalogue } from "../core/types.ts";
import { unpackCatalogue } from "./packed-catalogue.ts";

/** The catalogue that the build compiled and put beside the bundle. */
export function readBuiltCatalogue(): Catalogue {
  const read = (name: string) => readFileSync(join(import.meta.dirname, name), "latin1");
  return unpackCatalogue({ index: read("catalogue.json"), bodies: read("catalogue.txt") });
}
