import { HIDDEN, hex } from "./quoted.ts";
import type { Scalar } from "./scalar.ts";

export function escapeJson(value: Scalar): string {
  return JSON.stringify(value).replace(NOT_RAW, (char) => `\\u${hex(char.charCodeAt(0), 4)}`);
}

const NOT_RAW = new RegExp(`[${HIDDEN}]`, "g");
