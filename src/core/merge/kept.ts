import type { MaybeBase } from "./three-way.ts";
import type { Item, Node } from "./tree.ts";

/** A key path as the receipt has it: parts with `/` between them, and `~1` for one within a part, as in a JSON Pointer. */
export function keyOf(path: readonly (string | number)[]): string {
  return path.map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
}

/** The keys of maps that theirs adds to base and that ours has already. Without a base nobody can tell. */
export function foundKeys({ base, ours, theirs }: MaybeBase<Node>): string[] {
  return base === null ? [] : added({ base, ours, theirs }, []);
}

/** Those of the kept keys that theirs doesn't have. */
export function releasedKeys(kept: ReadonlySet<string>, theirs: Node): string[] {
  return [...kept].filter((key) => !holds(theirs, key, []));
}

function added({ base, ours, theirs }: MaybeBase<Node>, path: readonly string[]): string[] {
  if (ours.kind !== "map" || theirs.kind !== "map") return [];
  const known = itemsOf(base);
  const mine = itemsOf(ours);
  return theirs.items.flatMap((item) => {
    const at = [...path, ...(item.path ?? [item.key])];
    const [before, own] = [known.get(item.key), mine.get(item.key)];
    if (own === undefined) return [];
    const sides = { base: before?.value ?? null, ours: own.value, theirs: item.value };
    const isWhole = !hasItems(own.value) || !hasItems(item.value);
    return before === undefined && isWhole ? [keyOf(at)] : added(sides, at);
  });
}

function holds(node: Node, key: string, path: readonly string[]): boolean {
  if (node.kind !== "map") return false;
  return node.items.some((item) => {
    const at = [...path, ...(item.path ?? [item.key])];
    return keyOf(at) === key || (key.startsWith(`${keyOf(at)}/`) && holds(item.value, key, at));
  });
}

function itemsOf(node: Node | null): ReadonlyMap<string, Item> {
  return new Map(node?.kind === "map" ? node.items.map((item) => [item.key, item]) : []);
}

function hasItems(node: Node): boolean {
  return node.kind === "map" && node.items.length > 0;
}
