import { Failure } from "../failure.ts";
import type { Target } from "./format-of.ts";

/** Ends the render: a value of the user's has no safe spelling at this place. */
export function refuse(target: Target, value: unknown, reason: string): never {
  throw new Failure({
    code: "unrepresentable-value",
    message: `${preview(value)} cannot be written into ${target.path}: ${reason}.`,
    fix: "Give a value without it.",
  });
}

/** A value as printable ASCII, so that a message cannot carry what it complains about. */
function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  const short = text.length > 80 ? `${text.slice(0, 77)}…` : text;
  return short.replace(
    /[^\x20-\x7e\u2026]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
