import { keyOf } from "./kept.ts";
import { keyedByName, keyedList, nameOf } from "./keyed.ts";
import type { MaybeBase } from "./three-way.ts";
import type { Collection, Item, Node } from "./tree.ts";

/** The items, of maps and of lists, that theirs adds to base and that ours has already. Without a base nobody can tell. */
export function foundKeys({ base, ours, theirs }: MaybeBase<Node>): string[] {
  return base === null ? [] : found({ base, ours, theirs }, []);
}

/** Those of the kept keys that theirs doesn't have. */
export function releasedKeys(kept: ReadonlySet<string>, theirs: Node): string[] {
  return [...kept].filter((key) => !holds(theirs, key, []));
}

type Pruned = {
  readonly base: Node | null;
  /** The nodes of it that lack something now. */
  readonly pruned: ReadonlySet<Node>;
};

/** Base as if the template had never had what is kept and theirs has no more, so that it is the person's alone. */
export function withoutKept(
  { base, theirs }: { readonly base: Node | null; readonly theirs: Node },
  kept: ReadonlySet<string>,
): Pruned {
  const pruned = new Set<Node>();
  if (base === null || kept.size === 0) return { base, pruned };
  return { base: prune(base, theirs, []), pruned };

  function prune(node: Node, other: Node | null, path: readonly string[]): Node {
    if (node.kind === "scalar") return node;
    const nameIn = (item: Item) => (node.kind === "list" ? nameOf(item, path) : item.key);
    const same = other?.kind === node.kind ? other.items : [];
    const others = new Map(same.map((item) => [nameIn(item), item]));
    const items = node.items.flatMap((item): Item[] => {
      const there = others.get(nameIn(item));
      const at = [...path, ...partsOf(node, item, path)];
      if (there === undefined && kept.has(keyOf(at))) return [];
      const value = prune(item.value, there?.value ?? null, at);
      return [value === item.value ? item : { ...item, value }];
    });
    if (items.length === node.items.length && items.every((item, index) => item === node.items[index]))
      return node;
    const rest = { ...node, items };
    pruned.add(rest);
    return rest;
  }
}

function found({ base, ours, theirs }: MaybeBase<Node>, path: readonly string[]): string[] {
  if (ours.kind === "scalar" || theirs.kind === "scalar" || theirs.kind !== ours.kind) return [];
  const sides = { base: base?.kind === ours.kind ? base : null, ours, theirs };
  const keyed = ours.kind === "map" ? keyedByName(sides) : keyedList(sides, path);
  return [...(keyed?.theirs ?? [])].flatMap(([key, item]) => {
    const [before, own] = [keyed?.base.get(key), keyed?.ours.get(key)];
    if (own === undefined) return [];
    const at = [...path, ...partsOf(theirs, item, path)];
    const values = { base: before?.value ?? null, ours: own.value, theirs: item.value };
    const isPart = before !== undefined || (theirs.kind === "map" && haveParts(values, at));
    return isPart ? found(values, at) : [keyOf(at)];
  });
}

/** Whether both hold items that can be told apart, so that some may be the person's and some the template's. */
function haveParts({ ours, theirs }: MaybeBase<Node>, path: readonly string[]): boolean {
  if (ours.kind === "scalar" || theirs.kind !== ours.kind) return false;
  const sides = { base: null, ours, theirs: theirs as Collection };
  if (ours.items.length === 0 || sides.theirs.items.length === 0) return false;
  return ours.kind === "map" || keyedList(sides, path)?.byPlace === false;
}

function holds(node: Node, key: string, path: readonly string[]): boolean {
  if (node.kind === "scalar") return false;
  return node.items.some((item) => {
    const at = [...path, ...partsOf(node, item, path)];
    return keyOf(at) === key || (key.startsWith(`${keyOf(at)}/`) && holds(item.value, key, at));
  });
}

function partsOf({ kind }: Collection, item: Item, path: readonly string[]): readonly string[] {
  return kind === "list" ? [nameOf(item, path)] : (item.path ?? [item.key]);
}
