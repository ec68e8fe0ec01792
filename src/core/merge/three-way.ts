import { isSet } from "./identity.ts";
import { foundKeys, releasedKeys, withoutKept } from "./kept-items.ts";
import { type Keyed, keyedByName, keyedList } from "./keyed.ts";
import { mergeOrder, type Sides, withInserted } from "./order.ts";
import {
  type Collection,
  canonical,
  canonicalItems,
  commentsIn,
  type Item,
  type Node,
  type Source,
} from "./tree.ts";

/** What a merge makes of a value: a side's own text, or a collection of ours with items changed. */
export type Result =
  | { readonly from: "ours" | "theirs"; readonly node: Node }
  | {
      readonly from: "merge";
      readonly sides: MaybeBase<Collection>;
      readonly keyed: Sides<ReadonlyMap<string, Item>>;
      readonly items: readonly ResultItem[];
    };
export type ResultItem = { readonly key: string; readonly value: Result };
export type KeyPath = readonly (string | number)[];
export type Clash = {
  readonly keyPath: KeyPath;
  readonly reason: string;
  readonly ours: Node | null;
  readonly theirs: Node | null;
};

export type MaybeBase<T> = { readonly base: T | null; readonly ours: T; readonly theirs: T };

export type ThreeWay = {
  readonly result: Result;
  readonly clashes: Clash[];
  readonly found: readonly string[];
  readonly released: readonly string[];
};

/**
 * Merges values by key path. Where both sides changed one, ours stays and the clash is reported. What is `kept` stays
 * although theirs has it no more.
 */
export function threeWay(sources: MaybeBase<Source>, kept: ReadonlySet<string> = new Set()): ThreeWay {
  const clashes: Clash[] = [];
  const [ours, theirs] = [sources.ours.root, sources.theirs.root];
  const { base, pruned } = withoutKept({ base: sources.base?.root ?? null, theirs }, kept);
  const result = merge({ base, ours, theirs }, []);
  return {
    result,
    clashes,
    found: foundKeys({ base, ours, theirs }),
    released: releasedKeys(kept, theirs),
  };

  function merge(sides: MaybeBase<Node>, path: KeyPath): Result {
    const { base, ours, theirs } = sides;
    const isSettled = same(ours, theirs, path) || (base !== null && same(theirs, base, path));
    if (isSettled && !hasNewComments(sides)) return { from: "ours", node: ours };
    if (ours.kind !== "scalar" && theirs.kind === ours.kind && ours.props === theirs.props) {
      const collections = {
        base: base?.kind === ours.kind ? base : null,
        ours,
        theirs: theirs as Collection,
      };
      const keyed = ours.kind === "map" ? keyedByName(collections) : keyedList(collections, path);
      if (keyed !== null) return mergeItems(collections, keyed, path);
      if (!isSettled) return clash(sides, path, sides.base || !sources.base ? BOTH_CHANGED : BOTH_HAVE);
    }
    if (isSettled) return { from: "ours", node: ours };
    if (base && same(ours, base, path) && !hasOwnComments(ours, base))
      return { from: "theirs", node: theirs };
    return clash(sides, path, sides.base || !sources.base ? BOTH_CHANGED : BOTH_HAVE);
  }

  function mergeItems(sides: MaybeBase<Collection>, keyed: Keyed, path: KeyPath): Result {
    const values = new Map<string, Result>();
    for (const key of withInserted([...keyed.ours.keys()], [...keyed.theirs.keys()])) {
      const [base, ours, theirs] = [keyed.base.get(key), keyed.ours.get(key), keyed.theirs.get(key)];
      const keys = (ours ?? theirs)?.path ?? [key];
      const at = [...path, ...(sides.ours.kind === "map" ? keys : [position(keyed, key)])];
      const isOther = sides.ours.kind === "list" && sources.base !== null && !base;
      const value =
        isOther && ours && theirs && ours.value.kind !== "scalar" && !same(ours.value, theirs.value, at)
          ? clash({ base: null, ours: ours.value, theirs: theirs.value }, at, BOTH_HAVE)
          : mergeItem({ base, ours, theirs }, at);
      if (value !== null) values.set(key, value);
    }
    const keys = {
      base: [...keyed.base.keys()],
      ours: [...keyed.ours.keys()],
      theirs: [...keyed.theirs.keys()],
    };
    const order = mergeOrder(keys, new Set(values.keys()), keyed.sequence);
    if (order.conflict) clash(sides, path, "You and the template both changed the order.");
    const isByName = sides.ours.kind === "map" && isSorted(keys.ours) && isSorted(keys.theirs);
    const ordered = isByName ? order.keys.toSorted(compareNames) : order.keys;
    const items = ordered.map((key) => ({ key, value: values.get(key) as Result }));
    return { from: "merge", sides, keyed, items };
  }

  function mergeItem({ base, ours, theirs }: ItemSides, path: KeyPath): Result | null {
    if (ours && theirs)
      return merge({ base: base?.value ?? null, ours: ours.value, theirs: theirs.value }, path);
    if (ours) {
      if (base === undefined) return { from: "ours", node: ours.value };
      const { value } = ours;
      if (pruned.has(base.value) && value.kind !== "scalar")
        return merge({ base: base.value, ours: value, theirs: { ...value, items: [] } }, path);
      if (same(ours.value, base.value, path) && !hasOwnComments(ours, base)) return null;
      clashes.push({
        keyPath: path,
        reason: "You changed what the template removed.",
        ours: ours.value,
        theirs: null,
      });
      return { from: "ours", node: ours.value };
    }
    if (theirs === undefined) return null;
    if (base === undefined) return { from: "theirs", node: theirs.value };
    if (!same(theirs.value, base.value, path)) {
      clashes.push({
        keyPath: path,
        reason: "You removed what the template changed.",
        ours: null,
        theirs: theirs.value,
      });
    }
    return null;
  }

  function clash({ ours, theirs }: MaybeBase<Node>, keyPath: KeyPath, reason: string): Result {
    clashes.push({ keyPath, reason, ours, theirs });
    return { from: "ours", node: ours };
  }

  /** Whether the template changed comments within a block, where they can be told apart from the person's. */
  function hasNewComments({ base, theirs }: MaybeBase<Node>): boolean {
    if (base === null || theirs.kind === "scalar" || theirs.style === "flow") return false;
    return comments(sources.theirs, theirs).join("\n") !== comments(sources.base, base).join("\n");
  }

  /** Whether the person wrote comments into what is about to go, which a removal would take along. */
  function hasOwnComments(ours: Item | Node, base: Item | Node): boolean {
    const known = new Set(comments(sources.base, base));
    return comments(sources.ours, ours).some((comment) => !known.has(comment));
  }
}

const BOTH_CHANGED = "You and the template both changed this.";
const BOTH_HAVE = "This was there already, with another value.";

/** Dependencies, say: what is sorted on both sides stays so. */
function isSorted(keys: readonly string[]): boolean {
  return (
    keys.length > 1 &&
    keys.every((key, index) => index === 0 || compareNames(keys[index - 1] as string, key) < 0)
  );
}

function compareNames(a: string, b: string): number {
  return a.localeCompare(b, "en");
}

type ItemSides = { readonly [side in "base" | "ours" | "theirs"]: Item | undefined };

function same(a: Node, b: Node, path: KeyPath): boolean {
  const names = path.map(String);
  return canonical(a, isSet, names) === canonical(b, isSet, names);
}

/** The value of a result, in the form of `canonical`. */
export function canonicalResult(result: Result, path: readonly string[] = []): string {
  if (result.from !== "merge") return canonical(result.node, isSet, path);
  const { sides, keyed } = result;
  const { ours } = sides;
  const items = result.items.map(({ key, value }) => {
    const keys = (keyed.ours.get(key) ?? keyed.theirs.get(key))?.path ?? [key];
    if (ours.kind === "list") return canonicalResult(value, path);
    return `${JSON.stringify(key)}:${canonicalResult(value, [...path, ...keys])}`;
  });
  return canonicalItems(ours, items, isSet(path));
}

function position({ ours }: Keyed, key: string): string | number {
  const index = [...ours.keys()].indexOf(key);
  return index >= 0 ? index : key;
}

function comments(source: Source | null, part: Item | Node): string[] {
  const [start, end] = "outer" in part ? part.outer : [part.start, part.end];
  return commentsIn(source?.text.slice(start, end) ?? "");
}
