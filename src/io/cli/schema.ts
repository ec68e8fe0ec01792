import { answersSchema } from "../../core/answers.ts";
import { readBuiltCatalogue } from "../catalogue.ts";
import { print } from "./output.ts";

/** Prints the JSON Schema of an answers file. */
export async function schema(): Promise<number> {
  print(`${JSON.stringify(answersSchema(readBuiltCatalogue()), null, 2)}\n`);
  return 0;
}
