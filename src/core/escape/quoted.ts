/** How a language spells what may not stand raw between its quotes. */
export type Quoting = {
  readonly quote: '"' | "'";
  readonly named: { readonly [char: string]: string };
  readonly numeric: (codeUnit: number) => string;
};

/**
 * A quoted literal with backslash escapes. Besides the quote, the backslash and the control characters it
 * escapes what editors hide or reorder: line separators, BOM and bidirectional marks.
 */
export function quoted(text: string, { quote, named, numeric }: Quoting): string {
  const body = text.replace(NOT_RAW, (char) => {
    if (char === "\\") return "\\\\";
    if (char === '"' || char === "'") return char === quote ? `\\${char}` : char;
    return named[char] ?? numeric(char.charCodeAt(0));
  });
  return quote + body + quote;
}

/** The double quote, unless the single one needs fewer escapes: what Biome, Prettier and Black choose. */
export function preferredQuote(text: string): '"' | "'" {
  const doubles = text.split('"').length;
  const singles = text.split("'").length;
  return doubles > singles ? "'" : '"';
}

export function hex(codeUnit: number, digits: number): string {
  return codeUnit.toString(16).padStart(digits, "0");
}

export const HIDDEN =
  "\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ufffe\\uffff";
const NOT_RAW = new RegExp(`["'\\\\${HIDDEN}]`, "g");
