import { answersSchema } from "../../core/answers.ts";
import { readBuiltCatalogue } from "../catalogue.ts";

/** Prints the JSON Schema of an answers file. */
export async function schema(): Promise<number> {
  process.stdout.write(`${JSON.stringify(answersSchema(readBuiltCatalogue()), null, 2)}\n`);
  return 0;
}
