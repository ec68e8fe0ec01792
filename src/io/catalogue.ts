import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Catalogue } from "../core/types.ts";
import { unpackCatalogue } from "./packed-catalogue.ts";

/** The catalogue that the build compiled and put beside the bundle. */
export function readBuiltCatalogue(): Catalogue {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const read = (name: string) => readFileSync(folder + name, "utf8");
  return unpackCatalogue({ index: read("catalogue.json"), bodies: read("catalogue.txt") });
}
