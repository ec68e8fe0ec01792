import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diff3, differences } from "../../src/core/merge/diff3.ts";

type Lines = readonly string[];

function regions(base: string, ours: string, theirs: string): readonly string[] {
  const sides = { base: base.split(""), ours: ours.split(""), theirs: theirs.split("") };
  return diff3(sides).map(
    ({ changed, ...at }) =>
      `${changed} ${(["base", "ours", "theirs"] as const).map((side) => sides[side].slice(...at[side]).join("")).join("|")}`,
  );
}

describe("diff3", () => {
  it.each<[string, string, string, string, ...string[]]>([
    ["nothing changed", "abc", "abc", "abc", "same abc|abc|abc"],
    ["one side changed", "abc", "axc", "abc", "same a|a|a", "ours b|x|b", "same c|c|c"],
    ["edits apart", "abc", "xbc", "aby", "ours a|x|a", "same b|b|b", "theirs c|c|y"],
    ["edits that touch", "abcd", "axcd", "abyd", "same a|a|a", "clash bc|xc|by", "same d|d|d"],
    ["insertions at one place", "ab", "axb", "ayb", "same a|a|a", "clash |x|y", "same b|b|b"],
    ["an insertion beside an edit", "abc", "axbc", "ayc", "same a|a|a", "clash b|xb|y", "same c|c|c"],
    ["the same edit", "abc", "axc", "axc", "same a|a|a", "alike b|x|x", "same c|c|c"],
    ["one that begins as the other", "abc", "axc", "axyc", "same a|a|a", "clash b|x|xy", "same c|c|c"],
    [
      "one that goes on after the other",
      "abcdefg",
      "axyzufg",
      "abcyefg",
      "same a|a|a",
      "clash bcde|xyzu|bcye",
      "same fg|fg|fg",
    ],
    [
      "an edit within a longer one",
      "abcdef",
      "aef",
      "abxdef",
      "same a|a|a",
      "clash bcd||bxd",
      "same ef|ef|ef",
    ],
    ["a removal beside an edit", "abcd", "acd", "abxd", "same a|a|a", "clash bc|c|bx", "same d|d|d"],
    ["an added end", "a", "ax", "a", "same a|a|a", "ours |x|"],
  ])("%s", (_, base, ours, theirs, ...expected) => {
    expect(regions(base, ours, theirs)).toEqual(expected);
  });

  const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 9 });

  it("parts all three sides into regions that say what they are", () => {
    fc.assert(
      fc.property(lines, lines, lines, (base, ours, theirs) => {
        const sides = { base, ours, theirs };
        const at = { base: 0, ours: 0, theirs: 0 };
        let before = "";
        for (const { changed, ...ranges } of diff3(sides)) {
          const text = { base: "", ours: "", theirs: "" };
          for (const side of ["base", "ours", "theirs"] as const) {
            expect(ranges[side][0]).toBe(at[side]);
            at[side] = ranges[side][1];
            text[side] = sides[side].slice(...ranges[side]).join("");
          }
          expect(changed === "same" || changed === "theirs").toBe(
            text.ours === text.base && changed !== "alike",
          );
          expect(changed === "same" || changed === "ours").toBe(text.theirs === text.base);
          expect(changed === "same" || changed === "alike").toBe(text.ours === text.theirs);
          // Two that touch are one, as for git, unless nothing lies between them and what is the same.
          expect(changed !== "same" && before !== "same" && before !== "").toBe(false);
          before = changed;
        }
        expect(at).toEqual({ base: base.length, ours: ours.length, theirs: theirs.length });
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });
});

describe("differences", () => {
  const applied = (from: Lines, to: Lines, edits: ReturnType<typeof differences>) =>
    edits
      .toReversed()
      .reduce<Lines>(
        (list, { ours, theirs }) => list.toSpliced(ours[0], ours[1] - ours[0], ...to.slice(...theirs)),
        from,
      );

  it("is one for a line in another's place", () => {
    expect(differences(["a", "b", "c"], ["a", "x", "y", "c"])).toEqual([{ ours: [1, 2], theirs: [1, 3] }]);
  });

  it("turns one side into the other, also where they have nothing in common", () => {
    const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 9 });
    fc.assert(
      fc.property(lines, lines, (from, to) => {
        const edits = differences(from, to);
        expect(applied(from, to, edits)).toEqual(to);
        for (const [number, { ours, theirs }] of edits.entries()) {
          const last = edits[number - 1];
          expect(ours[1] - ours[0] + theirs[1] - theirs[0]).toBeGreaterThan(0);
          if (last !== undefined) expect(ours[0]).toBeGreaterThan(last.ours[1]);
        }
      }),
      { numRuns: 1_000, seed: 2 },
    );
    const many = (word: string) => Array.from({ length: 700 }, (_, number) => `${word}${number}`);
    expect(differences(many("a"), many("b"))).toEqual([{ ours: [0, 700], theirs: [0, 700] }]);
  });
});
