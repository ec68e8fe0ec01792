import type { Json } from "../types.ts";

/**
 * What a template may find at a path. `string` is text of an answer, always escaped; `code` is text of a
 * template, which may be written raw. `nullable` is null or absent until an {{#if}} has asked.
 */
export type Shape =
  | "string"
  | "number"
  | "boolean"
  | "code"
  | { readonly nullable: Shape }
  | { readonly list: Shape | null }
  | { readonly map: Shape }
  | { readonly record: { readonly [key: string]: Shape } };

/** The shape of the data of a `template.yaml`, whose texts are code. */
export function shapeOf(value: Json): Shape {
  if (value === null) return { nullable: "code" };
  if (typeof value === "string") return "code";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  if (Array.isArray(value)) return { list: value.map(shapeOf).reduce<Shape | null>(mergedOrFirst, null) };
  const entries = Object.entries(value as { readonly [key: string]: Json });
  return { record: Object.fromEntries(entries.map(([key, item]) => [key, shapeOf(item)])) };
}

function mergedOrFirst(left: Shape | null, right: Shape): Shape {
  return left === null ? right : merged(left, right);
}

/** One shape for values of both; a key that one of them lacks is nullable. Throws where they do not go together. */
export function merged(left: Shape, right: Shape): Shape {
  if (typeof left === "string" && left === right) return left;
  if (typeof left === "object" && "nullable" in left)
    return nullable(merged(left.nullable, withoutNull(right)));
  if (typeof right === "object" && "nullable" in right) return nullable(merged(left, right.nullable));
  if (typeof left === "object" && typeof right === "object") {
    if ("list" in left && "list" in right) {
      return { list: left.list && right.list ? merged(left.list, right.list) : (left.list ?? right.list) };
    }
    if ("map" in left && "map" in right) return { map: merged(left.map, right.map) };
    if ("record" in left && "record" in right) return { record: mergedRecord(left.record, right.record) };
  }
  throw new Error(
    `a list or map of ${JSON.stringify(left)} and of ${JSON.stringify(right)} has no one shape`,
  );
}

function mergedRecord(left: Fields, right: Fields): Fields {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const [a, b] = [left[key], right[key]];
      return [key, a && b ? merged(a, b) : nullable((a ?? b) as Shape)];
    }),
  );
}

function nullable(shape: Shape): Shape {
  return typeof shape === "object" && "nullable" in shape ? shape : { nullable: shape };
}

export function withoutNull(shape: Shape): Shape {
  return typeof shape === "object" && "nullable" in shape ? shape.nullable : shape;
}

type Fields = { readonly [key: string]: Shape };
