import { readPartialAnswers } from "./answers.ts";
import { Failure } from "./failure.ts";
import type { Answers, Catalogue, Json, Receipt, RejectedPack } from "./types.ts";
import { version } from "./version.ts";

/** The path of the receipt in every repo that we wrote. */
export const receiptPath = ".twelve-factor.json";

/** The receipt of a repo that this release renders from `answers`. */
export function receiptOf(catalogue: Catalogue, answers: Answers): Receipt {
  return {
    release: { version, integrity: catalogue.integrity },
    packs: catalogue.packs ?? [],
    answers,
    kept: [],
  };
}

/** One entry a line, keys sorted, so that two branches that each add a service merge without a conflict. */
export function printReceipt(receipt: Receipt): string {
  return `${print(receipt as unknown as Json, "")}\n`;
}

/** Reads what `printReceipt` wrote; throws a `Failure` for anything else. */
export function readReceipt(text: string): Receipt {
  const data = parse(text) as { [key: string]: Json } | null;
  const release = data?.release as Receipt["release"] | undefined;
  if (data === null || typeof data !== "object" || typeof release?.version !== "string")
    unreadable("it names no release");
  const answers = readPartialAnswers(data.answers, `${receiptPath}, in "answers",`) as Partial<Answers>;
  const needed = ["name", "stack", "services", "processes", "platforms", "packageManager"] as const;
  for (const key of needed) if (answers[key] === undefined) unreadable(`its answers have no "${key}"`);
  return {
    release: { version: release.version, integrity: release.integrity ?? "" },
    packs: (data.packs ?? []) as unknown as Receipt["packs"],
    answers: {
      description: "",
      license: "MIT",
      author: "",
      jobs: null,
      ci: null,
      example: false,
      env: [],
      tasks: [],
      ...answers,
    } as Answers,
    kept: (data.kept ?? []) as Receipt["kept"],
    ...suppressed(data.suppressions),
    ...rejecting((data.rejected ?? []) as unknown as readonly RejectedPack[]),
  };
}

/** Nothing where there are none, so that most receipts have no such key. */
export function suppressed(stated: Json | undefined): Pick<Receipt, "suppressions"> {
  return Array.isArray(stated) && stated.length > 0 ? { suppressions: stated } : {};
}

/** Nothing where there is none, as above. */
export function rejecting(rejected: readonly RejectedPack[]): Pick<Receipt, "rejected"> {
  return Array.isArray(rejected) && rejected.length > 0 ? { rejected } : {};
}

function parse(text: string): Json {
  try {
    return JSON.parse(text, (key, value) =>
      key === "__proto__" ? unreadable('it has a key "__proto__"') : value,
    ) as Json;
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (/^(<{7}|={7}|>{7})/m.test(text)) unreadable("it has conflict markers");
    return unreadable("it isn't JSON");
  }
}

function unreadable(reason: string): never {
  throw new Failure({
    code: "receipt/unreadable",
    message: `The receipt ${receiptPath} can't be read: ${reason}.`,
    fix: "Restore it from the last commit: git checkout HEAD -- .twelve-factor.json",
  });
}

function print(value: Json, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => inner + printInline(item)).join(",\n")}\n${indent}]`;
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const map = value as { readonly [key: string]: Json };
  const entries = Object.keys(map).sort();
  if (entries.length === 0) return "{}";
  return `{\n${entries.map((key) => `${inner}${JSON.stringify(key)}: ${print(map[key] as Json, inner)}`).join(",\n")}\n${indent}}`;
}

function printInline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(printInline).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const map = value as { readonly [key: string]: Json };
  const entries = Object.keys(map).sort();
  return `{ ${entries.map((key) => `${JSON.stringify(key)}: ${printInline(map[key] as Json)}`).join(", ")} }`;
}
