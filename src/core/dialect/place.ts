import type { Format } from "../escape/format-of.ts";
import type { Program } from "../types.ts";

export type Place = { readonly path: string; readonly format: Format; readonly origin: string };

export function placed(program: Program, _place: Place): Program {
  return program;
}
