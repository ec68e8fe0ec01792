import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeValue } from "../../src/core/escape/escape-value.ts";
import { targetOf } from "../../src/core/escape/format-of.ts";
import { jsonLiteral } from "../../src/core/escape/json-literal.ts";
import { hostileLine, hostileText, hostileWithoutNul, isInstalled, outputOf } from "./hostile-text.ts";

const hasPython = isInstalled("python3", "--version");

function literals(path: string, texts: readonly string[]): readonly string[] {
  return texts.map((text) => escapeValue(targetOf(path), text));
}

/** Compiles and runs one source file, in a directory of its own. */
function runSource(name: string, source: string, run: (file: string, folder: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), "escape-"));
  try {
    writeFileSync(join(folder, name), source);
    return run(join(folder, name), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A text as the numbers of its UTF-16 units, so that no output encoding can change it. */
function units(text: string): string {
  return [...Array(text.length).keys()].map((index) => text.charCodeAt(index)).join(" ");
}

function codePoints(text: string): string {
  return [...text].map((char) => char.codePointAt(0)).join(" ");
}

describe("programs read back exactly the text", () => {
  it("a shell, as an argument and inside of a longer word", () => {
    const texts = fc.sample(hostileWithoutNul, 2000);
    const script = literals("bin/start", texts).map(
      (it) => `set -- ${it} --x=${it}; printf '%s\\0' "$#" "$@"\n`,
    );
    const output = outputOf("/bin/sh", ["-u"], script.join("")).split("\0").slice(0, -1);
    expect(output).toEqual(texts.flatMap((text) => ["2", text, `--x=${text}`]));
  });

  it.runIf(isInstalled("make", "--version"))("make, in a recipe", () => {
    const texts = fc.sample(hostileLine, 200);
    const lines = literals("Makefile", texts).map((it) => `\t@printf '%s\\0' ${it}\n`);
    expect(
      outputOf("make", ["-f", "-"], `all:\n${lines.join("")}`)
        .split("\0")
        .slice(0, -1),
    ).toEqual(texts);
  });

  it("JavaScript", () => {
    const texts = fc.sample(hostileText, 2000);
    const written = literals("x.ts", texts);
    expect(written.join("")).not.toMatch(/[\p{Cc}\u2028\u2029\u202e\ufeff]/u);
    expect([...runInNewContext(`[${written.join(",\n")}]`)]).toEqual(texts);
    expect([...runInNewContext(`"use strict"; [${written.map((it) => `(${it})`).join(",\n")}]`)]).toEqual(
      texts,
    );
  });

  it.runIf(hasPython)("Python", () => {
    const texts = fc.sample(hostileText, 2000);
    const lists = fc.sample(
      fc.array(fc.oneof(hostileText, fc.boolean(), fc.constant(null)), { maxLength: 3 }),
      200,
    );
    const written = [...literals("x.py", texts), ...lists.map((list) => jsonLiteral(list, targetOf("x.py")))];
    const program =
      "import ast, json, sys\nprint(json.dumps([ast.literal_eval(l.rstrip('\\n')) for l in sys.stdin]))";
    const output = outputOf("python3", ["-X", "utf8", "-c", program], `${written.join("\n")}\n`);
    expect(JSON.parse(output)).toEqual([...texts, ...lists]);
  });

  it.runIf(hasPython)("SQL, by SQLite", () => {
    const texts = fc.sample(hostileWithoutNul, 1000).map((text) => text.replaceAll("\\", ""));
    const program =
      "import json, sqlite3, sys\nd = sqlite3.connect(':memory:')\n" +
      "print(json.dumps([d.execute('select ' + s + ', 1').fetchone() for s in json.load(sys.stdin)]))";
    const output = outputOf(
      "python3",
      ["-X", "utf8", "-c", program],
      JSON.stringify(literals("x.sql", texts)),
    );
    expect(JSON.parse(output)).toEqual(texts.map((text) => [text, 1]));
  });

  it.runIf(hasPython)("XML, by expat", () => {
    const texts = fc
      .sample(hostileText, 1000)
      .map((text) => text.replace(/[\p{Cc}\ufffe\uffff]/gu, (char) => (/[\t\n\r]/.test(char) ? char : "")));
    const program =
      "import json, sys, xml.etree.ElementTree as e\n" +
      "print(json.dumps([[r.get('a'), r.text, len(r)] for r in map(e.fromstring, json.load(sys.stdin))]))";
    const documents = literals("x.xml", texts).map((it) => `<r a="${it}">x${it}</r>`);
    const output = outputOf("python3", ["-X", "utf8", "-c", program], JSON.stringify(documents));
    expect(JSON.parse(output)).toEqual(texts.map((text) => [text, `x${text}`, 0]));
  });

  it.runIf(isInstalled("go", "version"))("Go", () => {
    const texts = fc.sample(hostileText, 500);
    const list = literals("x.go", texts).join(",\n");
    const source = `package main\nimport "fmt"\nfunc main() {\nfor _, s := range []string{\n${list},\n} {\nr := []rune(s)\nfor i, c := range r {\nif i > 0 { fmt.Print(" ") }\nfmt.Print(c)\n}\nfmt.Println()\n}\n}\n`;
    const output = runSource("main.go", source, (file) => outputOf("go", ["run", file]));
    expect(output.split("\n").slice(0, -1)).toEqual(texts.map(codePoints));
  });

  it.runIf(isInstalled("java", "--version"))("Java", () => {
    const texts = fc.sample(hostileText, 500);
    const list = literals("X.java", texts).join(",\n");
    const source = `class X { static String[] all = {\n${list}\n}; public static void main(String[] a) { for (String s : all) { StringBuilder b = new StringBuilder(); for (char c : s.toCharArray()) { if (b.length() > 0) b.append(' '); b.append((int) c); } System.out.println(b); } } }\n`;
    const output = runSource("X.java", source, (file) => outputOf("java", ["-Dfile.encoding=UTF-8", file]));
    expect(output.split("\n").slice(0, -1)).toEqual(texts.map(units));
  });

  it.runIf(isInstalled("rustc", "--version"))("Rust", () => {
    const texts = fc.sample(hostileText, 500);
    const list = literals("x.rs", texts).join(",\n");
    const source = `fn main() { for s in [\n${list},\n] as [&str; ${texts.length}] { let v: Vec<String> = s.chars().map(|c| (c as u32).to_string()).collect(); println!("{}", v.join(" ")); } }\n`;
    const output = runSource("x.rs", source, (file, folder) => {
      outputOf("rustc", ["-o", join(folder, "x"), file]);
      return outputOf(join(folder, "x"), []);
    });
    expect(output.split("\n").slice(0, -1)).toEqual(texts.map(codePoints));
  });
});

describe("literals are as the language's formatter leaves them", () => {
  it("quotes are double unless that needs more escapes", () => {
    const js = (text: string) => escapeValue(targetOf("x.ts"), text);
    expect(js("plain")).toBe('"plain"');
    expect(js("it's")).toBe(`"it's"`);
    expect(js('say "hi"')).toBe(`'say "hi"'`);
    expect(js(`"it's"`)).toBe(`'"it\\'s"'`);
    expect(js(`'it's "`)).toBe(`"'it's \\""`);
    expect(js("a\u001b\u2028\u202e")).toBe('"a\\x1b\\u2028\\u202e"');
    expect(escapeValue(targetOf("x.py"), 'say "hi"')).toBe(`'say "hi"'`);
  });

  it("booleans are the language's own", () => {
    const written = ["x.ts", "x.py", "x.rs", "x.go", "x.sql", "x.yaml"].map((path) =>
      escapeValue(targetOf(path), true),
    );
    expect(written).toEqual(["true", "True", "true", "true", "TRUE", "true"]);
  });
});
