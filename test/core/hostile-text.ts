// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub's and a shell's braces are meant
import { spawnSync } from "node:child_process";
import fc from "fast-check";

const pieces = [
  ..."\"'`\\$#:;,!?*&|<>(){}[]%@~^=+-_./ \t\n\r\b\f\v\0",
  ...[
    "\u001b[31m",
    "\u007f",
    "\u0085",
    "\u009f",
    "\u00a0",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\ufffd",
    "\uffff",
  ],
  ...[
    "é",
    "ß",
    "漢",
    "👩‍👩‍👧",
    "🇫🇮",
    "\u{1fffe}",
    "a",
    "b",
    "0",
    "1",
    "n",
    "x41",
    "u0041",
    "007",
    "true",
    "null",
    "no",
    "~",
  ],
  ...[
    '", "scripts":{',
    "$(id)",
    "`id`",
    "${{ secrets.X }}",
    "${{",
    "}}",
    "${HOME}",
    "$HOME",
    "$(MAKE)",
    "%h",
    "{{x}}",
    "{% x %}",
  ],
  ...[
    "*/",
    "/*",
    "-->",
    "<!--",
    "]]>",
    "</script>",
    "'''",
    '"""',
    "\\'",
    '\\"',
    "\\n",
    "\\u0022",
    "\\",
    "\\\\",
  ],
  ...[
    ": ",
    " #",
    "- ",
    "? ",
    "&a",
    "*a",
    "!!js",
    "---",
    "...",
    "<<: ",
    "=",
    "1.",
    "10)",
    "# ",
    "## ",
    "> ",
    "***",
    "___",
    "~~~",
    "```",
  ],
  ...[
    "[a](b)",
    "![a](b)",
    "<b>",
    "&amp;",
    "&#35;",
    "http://x.y/_z_",
    "a_b_c",
    "|",
    "| - |",
    "\nRUN id",
    "\n\n",
    "  \n",
    "    ",
  ],
  ...["__proto__", "constructor", "EOF", "$$", "$${x}", "%%", "@-", "-rf", "--", "DROP TABLE x; --", "''"],
];

/** Text that tries to be anything but text. It has no lone surrogates: no UTF-8 file can hold one. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
);

export const hostileWithoutNul: fc.Arbitrary<string> = hostileText.map((text) => text.replaceAll("\0", ""));

export const hostileLine: fc.Arbitrary<string> = hostileText.map((text) => text.replace(/[\0\n\r]/g, ""));

export const lineOfPrintable: fc.Arbitrary<string> = hostileText.map((text) =>
  text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu, ""),
);

/** Runs a program on `input` and returns what it printed. Throws with its complaint where it failed. */
export function outputOf(command: string, args: readonly string[], input = ""): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    input,
    encoding: "utf8",
    timeout: 30_000,
    maxBuffer: 64_000_000,
  });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return stdout;
}

export function isInstalled(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore", timeout: 10_000 }).status === 0;
}
