import { answersSchema } from "../../core/answers.ts";
import { Failure } from "../../core/failure.ts";
import type { Invocation } from "./argv.ts";
import { catalogueFor } from "./create.ts";
import { print } from "./output.ts";

/** Prints the JSON Schema of an answers file, or of the file that makes a folder a pack. */
export async function schema({ positionals: [asked], lists }: Invocation): Promise<number> {
  if (asked !== undefined && asked !== "pack") {
    throw new Failure({
      code: "usage/schema",
      message: `There is no schema of "${asked.slice(0, 60)}".`,
      fix: "Use schema for that of the answers, schema pack for that of pack.yaml.",
    });
  }
  const printed =
    asked === undefined
      ? answersSchema(await catalogueFor(lists.pack))
      : (await import("../../core/pack/manifest.ts")).manifestSchema;
  print(`${JSON.stringify(printed, null, 2)}\n`);
  return 0;
}
