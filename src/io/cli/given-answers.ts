import { readFileSync } from "node:fs";
import type { PartialAnswers } from "../../core/answers.ts";
import { Failure } from "../../core/failure.ts";
import { printable } from "../../core/printable.ts";
import type { ProcessAnswer } from "../../core/types.ts";
import { parseAnswersFile } from "./answers-file.ts";
import type { Invocation } from "./argv.ts";

/** What the flags answer, over what the answers file does. */
export async function givenAnswers({ texts, switches }: Invocation): Promise<PartialAnswers> {
  const file = texts.answers === undefined ? {} : await readAnswers(texts.answers);
  return {
    ...file,
    ...fromTexts(texts),
    ...(switches.example === undefined ? {} : { example: switches.example }),
  };
}

/** The text of a file, or of stdin where it's called `-`. */
export async function readInput(file: string, flag: string): Promise<string> {
  try {
    return file === "-" ? await readStdin() : readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure({
      code: "usage/unreadable",
      message: `${file === "-" ? "stdin" : file} can't be read: ${(error as Error).message}.`,
      fix: `Give ${flag} a file that exists, or - and the text on stdin.`,
    });
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function readAnswers(file: string): Promise<PartialAnswers> {
  return parseAnswersFile(await readInput(file, "--answers"), file === "-" ? "stdin" : file);
}

function fromTexts(texts: Invocation["texts"]): PartialAnswers {
  const given: { [key: string]: unknown } = {};
  for (const key of ["name", "description", "license", "author", "stack"] as const) {
    if (texts[key] !== undefined) given[key] = texts[key];
  }
  for (const key of ["jobs", "ci"] as const) {
    if (texts[key] !== undefined) given[key] = texts[key] === "none" ? null : texts[key];
  }
  for (const key of ["services", "platforms"] as const) {
    if (texts[key] !== undefined) given[key] = listOf(key, texts[key]);
  }
  if (texts.processes !== undefined) given.processes = listOf("processes", texts.processes).map(asProcess);
  if (texts["package-manager"] !== undefined) given.packageManager = texts["package-manager"];
  return given;
}

function listOf(flag: string, text: string): readonly string[] {
  const items = text.split(",").map((item) => item.trim());
  if (items.length === 1 && items[0] === "none") return [];
  if (items.includes("") || items.includes("none")) {
    throw new Failure({
      code: "usage/list",
      message: `--${flag} "${printable(text)}" isn't a list of ids.`,
      fix: `Write --${flag} a,b, or --${flag} none for an empty list.`,
    });
  }
  return items;
}

/** `worker`, or `mailer:worker` for a worker of another name. */
function asProcess(text: string): ProcessAnswer {
  const at = text.indexOf(":");
  return at < 0 ? { name: text, type: text } : { name: text.slice(0, at), type: text.slice(at + 1) };
}
