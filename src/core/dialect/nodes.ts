import type { Format } from "../escape/format-of.ts";
import type { Program } from "../types.ts";
import type { Expression, Path } from "./expression.ts";

/** The nodes of a program. They are tuples because every template of a release is shipped as them. */
export type Node = string | Statement;
export type Statement = Value | Helper | If | Each | Block;

/** A whole literal, in the format of the target or in the one that the position asks for. */
export type Value = readonly ["value", Expression, Format?];
export type Helper = readonly [HelperName, Expression];
export type If = readonly ["if", Path, then: Program, otherwise: Program];
export type Each = readonly ["each", Path, depth: number, body: Program, empty: Program];
export type Block = readonly ["block", name: string, body: Program];

export const HELPERS = [
  "code",
  "words",
  "json",
  "comment",
  "ident",
  "path",
  "shWord",
  "envName",
  "mdCode",
] as const;
export type HelperName = (typeof HELPERS)[number];

export function isHelper(name: string): name is HelperName {
  return (HELPERS as readonly string[]).includes(name);
}
