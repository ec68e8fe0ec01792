import type { Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";

/** An argument list on one line, with nothing that any shell or Procfile runner would read otherwise. */
export function words(value: unknown, target: Target): string {
  if (!Array.isArray(value)) throw new Error(`${target.path}: words needs a list`);
  if (value.length === 0) return refuse(target, value, "it is an empty command");
  const list = value.map((word) => plainWord(word, target));
  const [first = ""] = list;
  if (!/^[A-Za-z0-9_./]/.test(first) || /^\w+\+?=/.test(first))
    return refuse(target, first, "it is no program's name");
  if (target.format === "yaml" && list.length === 1 && !/^[./]?[A-Za-z]{2}/.test(first)) {
    return refuse(target, first, "YAML may read it as something else than text");
  }
  return list.join(" ");
}

/** One argument that is not an option. */
export function shWord(value: unknown, target: Target): string {
  const word = plainWord(value, target);
  if (/^-|^\w+\+?=/.test(word)) return refuse(target, value, "it would be an option or an assignment");
  return word;
}

function plainWord(value: unknown, target: Target): string {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") throw new Error(`${target.path}: a word must be text`);
  if (!/^[A-Za-z0-9_./@+=:%,-]+$/.test(text)) return refuse(target, value, "as a word it would need quotes");
  if (target.format === "yaml" && /^[%,]|:$/.test(text))
    return refuse(target, value, "YAML would not read it as text");
  return target.format === "systemd" ? text.replaceAll("%", "%%") : text;
}
