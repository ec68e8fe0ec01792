import type { Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";
import type { Scalar } from "./scalar.ts";

/** The text of an element or of a quoted attribute. */
export function escapeXml(value: Scalar, target: Target): string {
  if (value === null) return refuse(target, value, "a value is needed here");
  const text = String(value);
  if (NOT_XML.test(text)) return refuse(target, value, "XML cannot hold a control character");
  return text.replace(/[&<>"'\t\n\r\x7f-\x9f\u2028\u2029\ufeff]/g, (char) => `&#${char.charCodeAt(0)};`);
}

const NOT_XML = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
