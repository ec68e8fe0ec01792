import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diffArrays } from "diff";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mergeText } from "../../src/core/merge/merge.ts";

const RUNS = Number(process.env.MERGE_RUNS ?? 25);
const CORPUS = new URL("merge-corpus/", import.meta.url);

describe("dotenv and Procfile, edited on both sides", () => {
  type Variable = {
    readonly name: string;
    readonly value: string;
    readonly comment: string | null;
    readonly gap: boolean;
  };
  const names = ["PORT", "LOG_LEVEL", "DATABASE_URL", "REDIS_URL", "AMQP_URL", "A", "B"];
  const variable = fc.record({
    name: fc.constantFrom(...names),
    value: fc.constantFrom("1", "2", "3", '"a # b"', "'two\nlines'", ""),
    comment: fc.option(fc.constantFrom("What it is.", "@type=url", "@required")),
    gap: fc.boolean(),
  });
  const file = fc.uniqueArray(variable, { selector: ({ name }) => name, maxLength: 6 });

  function print(list: readonly Variable[], remark: string): string {
    return list
      .map(({ name, value, comment, gap }, index) => {
        const lead = comment === null ? "" : `# ${comment}\n`;
        return `${gap && index > 0 ? "\n" : ""}${remark && index === 1 ? `# ${remark}\n` : ""}${lead}${name}=${value}\n`;
      })
      .join("");
  }

  function read(text: string): Map<string, string> {
    return new Map(
      [...text.matchAll(/^([A-Z_]+)=('[^']*'|.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    );
  }

  test("each variable is merged by its name, and every line of the person's stays", () => {
    fc.assert(
      fc.property(file, file, file, fc.boolean(), (b, o, t, crlf) => {
        const [base, plain, theirs] = [print(b, ""), print(o, "remark"), print(t, "")];
        const ours = crlf ? plain.replaceAll("\n", "\r\n") : plain;
        const { text, conflicts } = mergeText({ path: ".env.schema", base, ours, theirs });
        const [under, mine, new_, merged] = [
          read(base),
          read(plain),
          read(theirs),
          read(text.replaceAll("\r\n", "\n")),
        ];
        const held = new Set(conflicts.map(({ keyPath }) => keyPath[0]));
        for (const name of names) {
          const [was, is, wanted] = [under.get(name), mine.get(name), new_.get(name)];
          if (held.has(name)) expect(merged.get(name)).toBe(is);
          else expect(merged.get(name)).toBe(is === wanted || was === wanted ? is : wanted);
          if (is !== wanted && was !== wanted && was !== is) expect(held).toContain(name);
        }
        if (plain.includes("# remark\n")) expect(text).toContain("# remark");
        expect(mergeText({ path: ".env.schema", base, ours: text, theirs }).text).toBe(text);
        if (crlf && ours !== "") expect(text).not.toMatch(/(?<!\r)\n/);
      }),
      { numRuns: RUNS * 10, seed: 3 },
    );
  });
});

describe("ignore files, edited on both sides", () => {
  const line = fc.constantFrom(
    "node_modules/",
    "dist/",
    "*.log",
    ".env",
    ".env.*",
    "!.env.example",
    "!keep.log",
    "# Build",
    "# Mine",
    "",
  );
  const file = fc.array(line, { maxLength: 8 });
  const print = (lines: readonly string[]) => lines.map((entry) => `${entry}\n`).join("");
  const patterns = (text: string) =>
    new Set(text.split(/\r?\n/).filter((entry) => entry !== "" && !entry.startsWith("#")));

  test("the patterns are ours, without what the template removed, with what it added", () => {
    fc.assert(
      fc.property(file, file, file, (b, o, t) => {
        const [base, ours, theirs] = [print(b), print(o), print(t)];
        const { text, conflicts } = mergeText({ path: ".gitignore", base, ours, theirs });
        const [under, mine, wanted] = [patterns(base), patterns(ours), patterns(theirs)];
        const expected = [...mine].filter(
          (entry) => !under.has(entry) || wanted.has(entry) || ours === theirs,
        );
        const added = [...wanted].filter((entry) => !under.has(entry));
        expect([...patterns(text)].sort()).toEqual(
          [...new Set([...expected, ...(theirs === base ? [] : added)])].sort(),
        );
        expect(conflicts).toEqual([]);
        if (o.includes("# Mine") && !b.includes("# Mine")) expect(text).toContain("# Mine");
        expect(mergeText({ path: ".gitignore", base, ours: text, theirs }).text).toBe(text);
      }),
      { numRuns: RUNS * 10, seed: 4 },
    );
  });

  test("each line of the person's stays, once and in its place, and nothing comes again", () => {
    // Sections as a template has them: each with a head, a blank line between two.
    const section = (head: string, lines: readonly string[]) =>
      fc.subarray([...lines]).map((list) => (list.length === 0 ? [] : [...head.split("\n"), ...list]));
    const template = fc
      .tuple(
        section("# Build", ["a/", "b/"]),
        section("# Secrets", ["*.c", "!d.c"]),
        section("# The\n# rest", ["e"]),
      )
      .map((sections) =>
        sections.filter((list) => list.length > 0).flatMap((list, at) => (at > 0 ? ["", ...list] : list)),
      );
    const own = fc.array(fc.tuple(fc.nat(20), fc.constantFrom("/mine", "# Mine", "*.mine", "")), {
      maxLength: 5,
    });
    let [added, taken] = [0, 0];
    fc.assert(
      fc.property(template, template, own, fc.subarray([0, 1, 2, 3, 4]), (b, t, put, dropped) => {
        const mine = put.reduce(
          (lines, [at, line], number) =>
            lines.toSpliced(at % (lines.length + 1), 0, line && `${line}${number}`),
          b.filter((line, at) => line === "" || !dropped.includes(at)),
        );
        const [base, ours, theirs] = [print(b), print(mine), print(t)];
        const ran = mergeText({ path: ".gitignore", base, ours, theirs });
        const lines = ran.text.split("\n").slice(0, -1);
        const isTheirs = (line: string) => line.includes("ine");
        expect(lines.filter(isTheirs)).toEqual(mine.filter(isTheirs));
        const count = (list: readonly string[], line: string) => list.filter((each) => each === line).length;
        for (const line of new Set(lines.filter((each) => each !== "")))
          expect(count(lines, line), line).toBeLessThanOrEqual(Math.max(1, count(mine, line)));
        // What the person took out of what the template still has stays out.
        for (const line of new Set(b.filter((each) => /^[^#]/.test(each) && !mine.includes(each))))
          expect(lines).not.toContain(line);
        if (base === theirs) expect(ran.text).toBe(ours);
        else added++;
        if (ours === base) expect(ran.text).toBe(theirs);
        for (const under of [base, theirs])
          expect(mergeText({ path: ".gitignore", base: under, ours: ran.text, theirs }).text).toBe(ran.text);
        // Where the template takes nothing out of it, it stays as it is; where it does, no head and no gap is left over.
        const out = b.filter((line) => line !== "" && !t.includes(line));
        if (!out.some((line) => mine.includes(line)))
          expect(diffArrays(mine, lines).some(({ removed }) => removed)).toBe(false);
        else if (out.some((line) => /^[^#]/.test(line) && mine.includes(line))) {
          expect(lines.filter((line) => out.includes(line))).toEqual([]);
          expect(lines.at(-1)).not.toBe("");
        }
        const isBlankAt = (at: number) => lines[at]?.trim() === "";
        const blanks = (list: readonly string[]) =>
          list.some((line, at) => line === "" && list[at + 1] === "");
        if (!blanks(mine) && !blanks(t))
          expect(lines.some((_, at) => isBlankAt(at) && isBlankAt(at + 1))).toBe(false);
        if (lines.length < mine.length) taken++;
      }),
      { numRuns: RUNS * 20, seed: 7 },
    );
    expect(Math.min(added, taken)).toBeGreaterThan(RUNS);
  });

  test("a negation that the template adds works", () => {
    fc.assert(
      fc.property(file, (o) => {
        const ours = print(o.filter((entry) => !entry.startsWith("!")));
        const lines = mergeText({
          path: ".gitignore",
          base: null,
          ours,
          theirs: ".env.*\n!.env.example\n",
        }).text.split("\n");
        expect(lines.lastIndexOf("!.env.example")).toBeGreaterThan(lines.lastIndexOf(".env.*"));
      }),
      { numRuns: RUNS, seed: 5 },
    );
  });
});

describe("text, against git", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "merge-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function git(base: string, ours: string, theirs: string): { text: string; clean: boolean } {
    const paths = Object.entries({ ours, base, theirs }).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    const { status, stdout } = spawnSync("git", [
      "merge-file",
      "-p",
      "-L",
      "yours",
      "-L",
      "base",
      "-L",
      "template",
      ...paths,
    ]);
    return { text: stdout.toString(), clean: status === 0 };
  }

  test("gives git's verdict, and git's text where both are clean", () => {
    const word = fc.constantFrom("a", "b", "c", "d", "e");
    const edit = fc.record({ at: fc.nat(30), remove: fc.nat(2), insert: fc.array(word, { maxLength: 2 }) });
    const cases = fc.record({
      base: fc.array(fc.oneof(word, fc.stringMatching(/^[a-z]{3}$/)), { minLength: 6, maxLength: 24 }),
      mine: fc.array(edit, { minLength: 1, maxLength: 2 }),
      theirs: fc.array(edit, { minLength: 1, maxLength: 2 }),
    });
    const apply = (
      lines: readonly string[],
      edits: readonly { at: number; remove: number; insert: string[] }[],
    ) =>
      edits.reduce(
        (list, { at, remove, insert }) => list.toSpliced(at % (list.length + 1), remove, ...insert),
        [...lines],
      );
    const print = (lines: readonly string[]) => lines.map((entry) => `${entry}\n`).join("");
    let [same, all] = [0, 0];
    for (const { base, mine, theirs } of fc.sample(cases, { numRuns: RUNS * 2, seed: 6 })) {
      const texts = { base: print(base), ours: print(apply(base, mine)), theirs: print(apply(base, theirs)) };
      const { text, conflicts } = mergeText({ path: "a.txt", ...texts });
      const wanted = git(texts.base, texts.ours, texts.theirs);
      for (const entry of apply(base, mine)) if (!base.includes(entry)) expect(text).toContain(`${entry}\n`);
      all++;
      if (wanted.clean === (conflicts.length === 0) && (!wanted.clean || wanted.text === text)) same++;
    }
    expect(same / all).toBeGreaterThan(0.93);
  }, 60_000);
});

describe("any text at all", () => {
  const files = readdirSync(CORPUS).filter((name) => name.endsWith(".txt"));
  const damage = fc.array(
    fc.record({
      at: fc.nat(2_000),
      remove: fc.nat(12),
      insert: fc.constantFrom(
        "",
        "\n",
        "  ",
        "{",
        "]",
        '"',
        "- ",
        ": ",
        "#",
        "\t",
        "=",
        "&a ",
        "---\n",
        "\r\n",
        "'",
        "|\n",
      ),
    }),
    { maxLength: 3 },
  );

  test.each(files)("%s, damaged on any side, never throws, and settles", (name) => {
    const path = name.replace(/\.txt$/, "");
    const text = readFileSync(new URL(name, CORPUS), "utf8");
    const broken = (edits: readonly { at: number; remove: number; insert: string }[]) =>
      edits.reduce((result, { at, remove, insert }) => {
        const from = at % (result.length + 1);
        return result.slice(0, from) + insert + result.slice(from + remove);
      }, text);
    fc.assert(
      fc.property(damage, damage, damage, (b, o, t) => {
        const sides = { base: broken(b), ours: broken(o), theirs: broken(t) };
        const merged = mergeText({ path, ...sides });
        if (merged.conflicts.length === 0)
          expect(mergeText({ path, ...sides, ours: merged.text }).text).toBe(merged.text);
      }),
      { numRuns: Math.ceil(RUNS / 2), seed: 8 },
    );
  });
});
