import { diff3, type Region } from "./diff3.ts";
import { isEnvironment, isRequirements, isSet, requirementName } from "./identity.ts";
import { eachSide, type Sides } from "./order.ts";
import type { MaybeBase } from "./three-way.ts";
import { type Collection, canonical, type Item } from "./tree.ts";

/** The items of a collection's sides, those that are the same one under the same key. */
export type Keyed = Sides<ReadonlyMap<string, Item>> & {
  /** The order has a meaning. */
  readonly sequence: boolean;
  /** Told apart by where they stand alone, so that a key means nothing elsewhere. */
  readonly byPlace: boolean;
};

export function keyedByName({ base, ours, theirs }: MaybeBase<Collection>): Keyed {
  const byName = (node: Collection | null) => new Map(node?.items.map((item) => [item.key, item]));
  return { base: byName(base), ours: byName(ours), theirs: byName(theirs), sequence: false, byPlace: false };
}

/** By what the items of a list are told apart, else by where they stand; null where that leaves a choice. */
export function keyedList(sides: MaybeBase<Collection>, path: readonly (string | number)[]): Keyed | null {
  const lists = [sides.base, sides.ours, sides.theirs].map((node) => node?.items ?? []);
  for (const { keyOf, sequence } of identities(lists.flat(), path)) {
    const keys = lists.map((items) => items.map(keyOf));
    if (!keys.every((list) => list.every((key) => key !== null) && new Set(list).size === list.length))
      continue;
    const [base, ours, theirs] = lists.map(
      (items) => new Map(items.map((item) => [keyOf(item) as string, item])),
    );
    if (base && ours && theirs) return { base, ours, theirs, sequence, byPlace: false };
  }
  return keyedByPlace(sides);
}

/** What an item of a list is called in a key path, whatever stands beside it. */
export function nameOf(item: Item, path: readonly string[]): string {
  const { value } = item;
  if (value.kind === "scalar") {
    const text = value.value.slice(2);
    if (isEnvironment(path, [text])) return text.split("=", 1)[0] as string;
    return isRequirements(path, [text]) ? requirementName(text) : text;
  }
  const fields = path.at(-1) === "steps" ? [stepKey(item)] : IDENTIFYING.map((field) => fieldOf(item, field));
  return fields.find((field) => field !== null) ?? canonical(value, isSet);
}

type Identity = { readonly keyOf: (item: Item) => string | null; readonly sequence: boolean };

function identities(items: readonly Item[], path: readonly (string | number)[]): Identity[] {
  const texts = items.map(({ value }) => (value.kind === "scalar" ? value.value.slice(2) : null));
  if (texts.every((text) => text !== null)) {
    const byText = (keyOf: (text: string) => string): Identity[] => [
      {
        keyOf: ({ value }) => (value.kind === "scalar" ? keyOf(value.value.slice(2)) : null),
        sequence: false,
      },
    ];
    if (isEnvironment(path, texts)) return byText((text) => text.split("=", 1)[0] as string);
    if (isRequirements(path, texts)) return byText(requirementName);
    if (isSet(path))
      return [{ keyOf: ({ value }) => (value.kind === "scalar" ? value.value : null), sequence: false }];
    return [];
  }
  if (path.at(-1) === "steps") return [{ keyOf: stepKey, sequence: true }];
  return [...IDENTIFYING.map((field) => ({ keyOf: (item: Item) => fieldOf(item, field), sequence: true }))];
}

const IDENTIFYING = [
  "id",
  "name",
  "key",
  "package-ecosystem",
  "mountPath",
  "containerPort",
  "target",
  "source",
  "host",
];

/** A step is the same when its id, else its name, else its action whatever the ref, else its command is. */
function stepKey(item: Item): string | null {
  for (const name of ["id", "name", "uses", "run"]) {
    const value = fieldOf(item, name);
    if (value !== null) return `${name} ${name === "uses" ? value.split("@", 1)[0] : value}`;
  }
  return null;
}

function fieldOf({ value }: Item, name: string): string | null {
  if (value.kind !== "map") return null;
  const found = value.items.find((item) => item.key === name)?.value;
  return found?.kind === "scalar" ? found.value.slice(2) : null;
}

/** Aligns items that have no name. One replaced by one is the same item, changed. */
function keyedByPlace({ base, ours, theirs }: MaybeBase<Collection>): Keyed | null {
  const items = { base: base?.items ?? [], ours: ours.items, theirs: theirs.items };
  const values = eachSide(items, (list) => list.map(({ value }) => canonical(value, isSet)));
  const keyed = eachSide(items, () => new Map<string, Item>());
  for (const [index, region] of diff3(values).entries()) {
    const paired = pairs(region, items);
    if (region.changed === "clash" && !paired) return null;
    for (const side of ["base", "ours", "theirs"] as const) {
      const [start, end] = region[side];
      items[side].slice(start, end).forEach((item, at) => {
        keyed[side].set(paired ? `${index}.${at}` : `${index}.${at}.${sideTag(region, side)}`, item);
      });
    }
  }
  return { ...keyed, sequence: true, byPlace: true };
}

function pairs({ changed, base, ours, theirs }: Region, items: Sides<readonly Item[]>): boolean {
  const lengths = new Set([base, ours, theirs].map(([start, end]) => end - start));
  if (changed === "same" || changed === "alike") return changed === "same" || lengths.size === 1;
  if (lengths.size > 1) return false;
  const maps = [items.base.slice(...base), items.ours.slice(...ours), items.theirs.slice(...theirs)].flat();
  return changed !== "clash" || maps.every(({ value }) => value.kind === "map");
}

/** Sides that hold the same items of a region share their keys there. */
function sideTag({ changed }: Region, side: keyof Sides<unknown>): string {
  if (changed === "alike") return side === "base" ? "base" : "both";
  return side === changed ? side : "base";
}
