import { describe, expect, it } from "vitest";
import { completeAnswers, type PartialAnswers } from "../../src/core/answers.ts";
import { Failure } from "../../src/core/failure.ts";
import { printReceipt, readReceipt, receiptOf } from "../../src/core/receipt.ts";
import { mergeReceiptSides, readReceiptSides } from "../../src/core/receipt-sides.ts";
import type { Json, Receipt } from "../../src/core/types.ts";
import { catalogue } from "./catalogue.ts";

const text = (
  partial: PartialAnswers,
  kept: readonly string[] = [],
  suppressions: Receipt["suppressions"] = [],
) =>
  printReceipt({
    ...receiptOf(catalogue, completeAnswers(catalogue, { name: "shop", ...partial })),
    kept,
    ...(suppressions.length > 0 ? { suppressions } : {}),
  });

/** As git writes it where two branches changed neighbouring lines. */
function marked(ours: string, theirs: string, base?: string): string {
  const [mine, other, common] = [ours, theirs, base ?? ""].map((side) => side.split("\n")) as [
    string[],
    string[],
    string[],
  ];
  let start = 0;
  while (mine[start] === other[start] && (base === undefined || mine[start] === common[start])) start++;
  let end = 0;
  const same = () =>
    mine.at(-1 - end) === other.at(-1 - end) &&
    (base === undefined || mine.at(-1 - end) === common.at(-1 - end));
  while (same()) end++;
  const middle = (side: string[]) => side.slice(start, side.length - end);
  const head = mine.slice(0, start);
  const tail = mine.slice(mine.length - end);
  const between = base === undefined ? [] : ["||||||| 123abc", ...middle(common)];
  return [
    ...head,
    "<<<<<<< HEAD",
    ...middle(mine),
    ...between,
    "=======",
    ...middle(other),
    ">>>>>>> other",
    ...tail,
  ].join("\n");
}

const before = text({ services: ["postgres"] });
const mine = text({ services: ["postgres", "rabbitmq"], jobs: "postgres" }, ["Procfile#x"]);
const other = text({ services: ["postgres", "redis"], jobs: "postgres" }, ["package.json#a"]);

describe("a receipt with conflict markers", () => {
  it("is none where it has no markers", () => {
    expect(readReceiptSides(before, null)).toBeNull();
  });

  it.each([
    ["as git writes it, with the base from the index", marked(mine, other), before],
    ["in the style that shows the base", marked(mine, other, before), null],
    ["with no base to be had", marked(mine, other), null],
    ["with the line ends of Windows", marked(mine, other).replaceAll("\n", "\r\n"), null],
  ])("has both sides, %s", (_, conflicted, base) => {
    const sides = readReceiptSides(conflicted, base);
    if (sides === null) throw new Error("no sides");
    expect(sides.base === null).toBe(base === null && !conflicted.includes("|||||||"));
    const merged = mergeReceiptSides(sides);
    expect(merged.answers).toMatchObject({ services: ["postgres", "rabbitmq", "redis"], jobs: "postgres" });
    expect(merged.kept).toEqual(["Procfile#x", "package.json#a"]);
  });

  it("has what either side does not want to hear of from check", () => {
    const [one, two] = ["logs/files", "config/schema"].map((slug) => ({ slug, reason: "It is so." }));
    const [ours, theirs] = [text({}, [], [one as Json]), text({}, [], [two as Json])];
    const sides = readReceiptSides(marked(ours, theirs), text({}));
    expect(sides && mergeReceiptSides(sides).suppressions).toEqual([one, two]);
    expect(readReceipt(printReceipt(readReceipt(ours)))).toMatchObject({ suppressions: [one] });
    expect(readReceipt(text({}))).not.toHaveProperty("suppressions");
  });

  it("drops what one side removed, and takes what one side changed", () => {
    const base = text({ services: ["postgres", "redis"], jobs: "postgres", description: "a" });
    const gone = text({ services: ["postgres"], description: "b" });
    const more = text({ services: ["postgres", "rabbitmq", "redis"], jobs: "postgres", description: "a" });
    const sides = readReceiptSides(marked(gone, more), base);
    if (sides === null) throw new Error("no sides");
    expect(mergeReceiptSides(sides).answers).toMatchObject({
      services: ["postgres", "rabbitmq"],
      description: "b",
    });
  });

  it("asks for a choice where both sides changed one answer", () => {
    const sides = readReceiptSides(
      marked(text({ description: "one" }), text({ description: "two" })),
      before,
    );
    if (sides === null) throw new Error("no sides");
    expect(() => mergeReceiptSides(sides)).toThrow(Failure);
    expect(() => mergeReceiptSides(sides)).toThrow(
      'Both branches changed description in .twelve-factor.json: "one" and "two"',
    );
  });
});
