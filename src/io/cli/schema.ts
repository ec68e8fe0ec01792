import { answersSchema } from "../../core/answers.ts";
import { Failure } from "../../core/failure.ts";
import { printable } from "../../core/printable.ts";
import type { Json } from "../../core/types.ts";
import type { Invocation } from "./argv.ts";
import { catalogueFor, packsFor } from "./create.ts";
import { printData } from "./output.ts";

/** Prints the JSON Schema of an answers file, or of a file that a person writes for a pack or a configuration. */
export async function schema(invocation: Invocation): Promise<number> {
  const [asked] = invocation.positionals;
  const printed =
    asked === undefined
      ? answersSchema(await catalogueFor(await packsFor(invocation)))
      : (await import("../pack/schemas.ts")).schemaOf(asked);
  if (printed === null) throw unknown(asked ?? "");
  printData(printed satisfies Json, 2);
  return 0;
}

function unknown(asked: string): Failure {
  return new Failure({
    code: "usage/schema",
    message: `There is no schema of "${printable(asked).slice(0, 60)}".`,
    fix: "Use schema for that of the answers; schema pack, config, base, stack, service, process, platform or ci for that of these files, and service-patch and the like where a pack replaces facts of ours.",
  });
}
