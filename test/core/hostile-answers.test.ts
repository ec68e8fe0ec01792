// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub's braces are meant
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { completeAnswers, validateAnswers } from "../../src/core/answers.ts";
import { Failure } from "../../src/core/failure.ts";
import { receiptOf } from "../../src/core/receipt.ts";
import { renderReceipt } from "../../src/core/render-receipt.ts";
import { compileCatalogue } from "../../src/io/compile-catalogue.ts";
import { hostileText } from "./hostile-text.ts";

const catalogue = compileCatalogue(fileURLToPath(new URL("../../templates", import.meta.url)));
const marker = "An ordinary sentence";

/** Every data file that the answers emit, parsed by its real parser, as one JSON text. */
function parsed(description: string, author: string): string | null {
  const answers = completeAnswers(catalogue, {
    name: "shop",
    description,
    author,
    services: ["postgres", "rabbitmq", "redis"],
    processes: ["web", "worker", "clock"],
  });
  try {
    validateAnswers(catalogue, answers);
    const tree = renderReceipt(catalogue, receiptOf(catalogue, answers));
    return JSON.stringify([...tree].map(([path, { content }]) => [path, read(path, String(content))]));
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

function read(path: string, text: string): unknown {
  if (path.endsWith(".json")) return JSON.parse(text);
  if (/\.ya?ml$/.test(path)) {
    const documents = parseAllDocuments(text);
    if (!Array.isArray(documents)) return null;
    expect(documents.flatMap((document) => document.errors)).toEqual([]);
    return documents.map((document) => document.toJS());
  }
  return /\.md$|LICENSE/.test(path) ? null : text;
}

describe("hostile answers", () => {
  const ordinary = parsed(marker, marker) as string;
  /** What is emitted for the ordinary sentence, with the text in its place. */
  const expected = (text: string) => ordinary.replaceAll(marker, () => JSON.stringify(text).slice(1, -1));

  it.each([
    '", "scripts":{',
    "$(id)",
    "${{ secrets.X }}",
    "`id`",
    "{{project.name}}",
    "# x",
    "- y: z",
    "' or \"",
    "%s",
  ])("%s is a text like any other in every emitted file", (text) => {
    expect(parsed(text, text) === expected(text)).toBe(true);
  });

  it("never change the structure of what is emitted, or are refused", () => {
    let accepted = 0;
    fc.assert(
      fc.property(hostileText, (text) => {
        const result = parsed(text, text);
        if (result === null || text.trim() === "") return;
        accepted++;
        if (result !== expected(text)) throw new Error(`${JSON.stringify(text)} changes what is emitted.`);
      }),
      { numRuns: 150 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});
