/**
 * A text as it may be printed on a terminal, with U+FFFD for control and format characters and for halves of surrogate
 * pairs; `kept` has those that stay, such as line ends.
 */
export function printable(text: string, kept = ""): string {
  return text.replace(anyOf("Cc", "Cf", "Cs"), (found) => (kept.includes(found) ? found : "\uFFFD"));
}

/** A pattern of Unicode classes. Not a literal: V8 would build its tables whenever it reads the file. */
export function anyOf(...classes: readonly string[]): RegExp {
  return new RegExp(`[${classes.map((name) => `\\p{${name}}`).join("")}]`, "gu");
}
