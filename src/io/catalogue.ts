import { readFileSync } from "node:fs";
import type { Catalogue } from "../core/types.ts";

/** The catalogue that the build compiled and put beside the bundle. */
export function readBuiltCatalogue(): Catalogue {
  return JSON.parse(readFileSync(new URL("./catalogue.json", import.meta.url), "utf8")) as Catalogue;
}
