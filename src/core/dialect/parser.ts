import { Failure } from "../failure.ts";
import type { SetAside } from "./set-aside.ts";

/** What the parsing of one template knows: its source, and the loops around the place that it is at. */
export type Parser = {
  readonly aside: SetAside;
  readonly origin: string;
  readonly loops: readonly { readonly params: readonly string[] }[];
};

export function lineIn(node: hbs.AST.Node, { aside }: Parser): number {
  return aside.originalLine(node.loc.start.line);
}

export function reject(node: hbs.AST.Node, parser: Parser, message: string, fix: string): never {
  throw new Failure({
    code: "template-dialect",
    message: `${parser.origin}:${lineIn(node, parser)}: ${message}.`,
    fix,
  });
}
