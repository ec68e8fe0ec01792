import { escapeValue } from "./escape-value.ts";
import type { Format, Target } from "./format-of.ts";

/** A list or a map as one literal on one line, spaced as the format's own formatter does. */
export function jsonLiteral(value: unknown, target: Target): string {
  const style = STYLES[target.format];
  if (!style) throw new Error(`${target.path}: a list or map has no literal in this format`);
  return write(value, target, style);
}

type Style = {
  readonly literals: Format;
  readonly open: string;
  readonly close: string;
  readonly is: string;
};

function write(value: unknown, target: Target, style: Style): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, target, style)).join(", ")}]`;
  const literals = { ...target, format: style.literals };
  if (typeof value !== "object" || value === null) return escapeValue(literals, value);
  const entries = Object.entries(value).map(
    ([key, item]) => `${writeKey(key, literals)}${style.is}${write(item, target, style)}`,
  );
  return entries.length === 0 ? "{}" : style.open + entries.join(", ") + style.close;
}

function writeKey(key: string, target: Target): string {
  const bare = BARE_KEYS[target.format]?.test(key) && key !== "__proto__";
  if (bare) return key;
  const literal = escapeValue(target, key);
  return target.format === "javascript" && key === "__proto__" ? `[${literal}]` : literal;
}

const DATA: Style = { literals: "json", open: "{ ", close: " }", is: ": " };
const STYLES: { readonly [format in Format]?: Style } = {
  json: DATA,
  yaml: { ...DATA, literals: "yaml" },
  toml: { ...DATA, literals: "toml", is: " = " },
  javascript: { ...DATA, literals: "javascript" },
  python: { ...DATA, literals: "python", open: "{", close: "}" },
  dockerfile: DATA,
};
const BARE_KEYS: { readonly [format in Format]?: RegExp } = {
  toml: /^[A-Za-z0-9_-]+$/,
  javascript: /^[A-Za-z_$][A-Za-z0-9_$]*$/,
};
