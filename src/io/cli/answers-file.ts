import { type PartialAnswers, readPartialAnswers } from "../../core/answers.ts";
import { Failure } from "../../core/failure.ts";

const most = 256 * 1024;

/** Answers from the text of a JSON or YAML file. What isn't one is refused, as is all that a parser could be led astray by. */
export async function parseAnswersFile(text: string, origin: string): Promise<PartialAnswers> {
  if (text.length > most) refuse(origin, "is too large", `Answers take less than ${most / 1024} kB.`);
  return readPartialAnswers(await parseData(text, origin), origin);
}

async function parseData(text: string, origin: string): Promise<unknown> {
  const guard = (key: unknown, value: unknown) =>
    key === "__proto__" ? refuse(origin, 'has a key "__proto__"', "Remove it.") : value;
  try {
    if (text.trimStart().startsWith("{")) return JSON.parse(text, guard);
    const { parseYaml } = await import("../parse-yaml.ts");
    return parseYaml(text, guard, { maxAliasCount: 20, logLevel: "error" });
  } catch (error) {
    if (error instanceof Failure) throw error;
    const [reason] = (error as Error).message.split("\n");
    return refuse(
      origin,
      `can't be read: ${reason}`,
      "Write it as the schema verb describes it, in JSON or YAML.",
    );
  }
}

function refuse(origin: string, what: string, fix: string): never {
  throw new Failure({ code: "answers/file", message: `${origin} ${what}.`, fix });
}
