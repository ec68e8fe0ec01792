import { type Node, Parser } from "commonmark";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeValue } from "../../src/core/escape/escape-value.ts";
import { targetOf } from "../../src/core/escape/format-of.ts";
import { markdownCode } from "../../src/core/escape/markdown.ts";
import { Failure } from "../../src/core/failure.ts";
import { hostileText, lineOfPrintable } from "./hostile-text.ts";

const target = targetOf("README.md");
const markdown = (text: string) => escapeValue(target, text);

const representable = hostileText.map((text) => text.replace(/[\0\x80-\x9f]/g, ""));

/** Every place where a template may write a text. */
const page = (it: string) =>
  `${it}[l](https://x.y)\n\n# ${it}\n\n${it} and ${it}\n${it}\n\n- ${it}\n- [${it}](https://x.y) **${it}**\n\n1. ${it}\n   ${it}\n\n> ${it}\n\n${it}\n===\n`;

describe("Markdown", () => {
  it("shows exactly the text, and no text changes the page's structure", () => {
    const expected = outline(page("word"));
    fc.assert(
      fc.property(representable, (text) => {
        const it = markdown(text);
        expect(it).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
        fc.pre(text !== "");
        expect(outline(page(it))).toEqual(
          expected.map((line) => line.replaceAll("word", () => text).trimEnd()),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps a table's row in its cells", () => {
    fc.assert(
      fc.property(representable, (text) => {
        for (const it of [markdown(text), ...attempt(text)])
          expect(it.replace(/\\./g, "")).not.toMatch(/[|\n]/);
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves prose as people read it", () => {
    const prose = [
      "A well-known service: it keeps notes (and more), 24/7.",
      "Sends e-mail via smtp.example.com & logs to stdout; see https://x.y/a_b?c=1#d",
      "Costs $5, takes 3 > 2 steps, 50 % off!",
      "It's “quoted”, it isn't code – 漢字 👩‍👩‍👧",
      "snake_case_name and C++ or F# x",
    ];
    for (const text of prose) expect(markdown(text).replace("off\\!", "off!")).toBe(text);
  });

  it("escapes what would mean something", () => {
    const pairs: readonly (readonly [string, string])[] = [
      ["*a* _b_ `c` [d](e) <f>", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\<f>"],
      ["# title", "\\# title"],
      ["- item", "\\- item"],
      ["1. item", "1\\. item"],
      ["===", "\\==="],
      ["a #", "a \\#"],
      ["&amp; & &#35;", "\\&amp; & \\&#35;"],
      ["$x$", "\\$x\\$"],
      ["  a\nb ", "&#32;&#32;a&#10;b&#32;"],
    ];
    for (const [text, escaped] of pairs) expect(markdown(text)).toBe(escaped);
  });

  it("has code spans for code", () => {
    fc.assert(
      fc.property(lineOfPrintable, (text) => {
        fc.pre(text !== "" && !text.includes("|"));
        const [paragraph, ...others] = outline(`a ${markdownCode(text, target)} b`).slice(1);
        expect([paragraph, ...others]).toEqual([
          "paragraph",
          "text: a",
          `code: ${text}`.trimEnd(),
          "text:  b",
        ]);
      }),
      { numRuns: 2000 },
    );
    expect(markdownCode("npm run dev", target)).toBe("`npm run dev`");
    expect(markdownCode("a `b` c", target)).toBe("``a `b` c``");
    expect(markdownCode("`a", target)).toBe("`` `a ``");
    expect(markdownCode("a | <b>", target)).toBe("<code>a &#124; &#60;b&#62;</code>");
  });

  it("refuses code that is no line, and NUL", () => {
    for (const text of ["", "a\nb", "\u001b[1m"]) expect(() => markdownCode(text, target)).toThrow(Failure);
    for (const text of ["\0", "\u0085", "\u009f"]) expect(() => markdown(text)).toThrow(Failure);
  });
});

/** The kinds of a page's nodes in order, with the text that each holds; the parser drops spaces at a line's end. */
function outline(source: string): readonly string[] {
  const walker = new Parser().parse(source).walker();
  const lines: string[] = [];
  for (let step = walker.next(); step; step = walker.next()) {
    if (!step.entering) continue;
    const { type, literal }: Node = step.node;
    const last = lines.at(-1);
    if (type === "text" && last?.startsWith("text: ")) lines[lines.length - 1] = last + literal;
    else lines.push(literal === null ? type : `${type}: ${literal}`);
  }
  return lines.map((line) => line.trimEnd());
}

function attempt(text: string): readonly string[] {
  try {
    return [markdownCode(text, target)];
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}
