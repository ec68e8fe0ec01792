import { stripVTControlCharacters } from "node:util";

/** Hides every secret in a text that is to be shown, and what a terminal would act on. */
export type Mask = (text: string) => string;

const longest = 400;

/** `secrets` maps each value to the name that is shown in its place. */
export function maskWith(secrets: ReadonlyMap<string, string>): Mask {
  const ordered = [...secrets].filter(([value]) => value.length >= 4).sort(([a], [b]) => b.length - a.length);
  return (text) => {
    let masked = text;
    for (const [value, name] of ordered) {
      for (const form of new Set([value, encodeURIComponent(value)]))
        masked = masked.replaceAll(form, `<${name}>`);
    }
    const printable = stripVTControlCharacters(masked).replace(/\p{Cc}/gu, (control) =>
      control === "\n" ? "\n" : "",
    );
    return printable.length > longest ? `${printable.slice(0, longest)}…` : printable;
  };
}
