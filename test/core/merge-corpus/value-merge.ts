import fc from "fast-check";

/** Edits of values and their three-way merge, written without any of the code under test. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
type ValueMap = { [key: string]: Value };
type Path = (string | number)[];

export type Edit = {
  readonly kind: "set" | "delete" | "add" | "add-item" | "delete-item";
  readonly at: number;
  readonly value: Value;
  readonly name: string;
};

const SET_NAMES = ["files", "ports", "needs", "branches", "volumes", "dependencies", "dev", "include"];
const IDENTIFYING = ["name", "id", "uses", "run", "source", "key"];

export function edits(who: string): fc.Arbitrary<Edit[]> {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const scalar = fc.oneof(
    word,
    fc.integer({ min: 0, max: 99 }),
    fc.boolean(),
    fc.constantFrom("no", "0755", "a: b", "# x", "it's"),
  );
  const value = fc.oneof(
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: fc.dictionary(word, scalar, { minKeys: 1, maxKeys: 3, noNullPrototype: true }) },
  );
  const name = fc.oneof(
    { weight: 4, arbitrary: word.map((text) => `${who}-${text}`) },
    { weight: 1, arbitrary: fc.constantFrom("both-a", "both-b") },
  );
  const kind = fc.constantFrom("set", "delete", "add", "add", "add-item", "delete-item") as fc.Arbitrary<
    Edit["kind"]
  >;
  return fc.array(fc.record({ kind, at: fc.nat(10_000), value, name }), { minLength: 1, maxLength: 5 });
}

export type Step = { readonly path: Path; readonly after: Value | undefined };

/** With `keepLast` no map loses its last plain value, for a printer that would drop the map then. */
export function applyEdits(
  value: Value,
  list: readonly Edit[],
  { keepLast = false } = {},
): { value: Value; steps: Step[] } {
  const result = structuredClone(value);
  const steps: Step[] = [];
  for (const edit of list) {
    const step = stepOf(result, edit);
    if (step === null) continue;
    const parent = step.path
      .slice(0, -1)
      .reduce<Value>((node, key) => (node as ValueMap)[key] as Value, result) as ValueMap;
    const last = step.path.at(-1) as string;
    if (keepLast && Object.values(parent).filter((item) => typeof item !== "object").length < 2) continue;
    if (step.after === undefined) delete parent[last];
    else parent[last] = structuredClone(step.after);
    steps.push(step);
  }
  return { value: result, steps };
}

function stepOf(root: Value, { kind, at, value, name }: Edit): Step | null {
  const maps: Path[] = [];
  const leaves: Path[] = [];
  const sets: Path[] = [];
  walk(root, [], (node, path) => {
    if (path.includes("x-restart") || path.includes("<<") || path.includes("restart")) return;
    if (isMap(node)) maps.push(path);
    else if (Array.isArray(node)) {
      if (isSet(path) && node.every((item) => typeof item === "string")) sets.push(path);
    } else if (typeof path.at(-1) === "string" && !IDENTIFYING.includes(String(path.at(-1))))
      leaves.push(path);
  });
  const choose = <T>(list: readonly T[]) => (list.length === 0 ? undefined : list[at % list.length]);
  if (kind === "add") {
    const map = choose(maps);
    return map === undefined ? null : { path: [...map, name], after: value };
  }
  if (kind === "set" || kind === "delete") {
    const path = choose(leaves);
    if (path === undefined || path.length === 0) return null;
    return { path, after: kind === "delete" ? undefined : isMap(value) ? name : value };
  }
  const path = choose(sets);
  if (path === undefined) return null;
  const items = get(root, path) as string[];
  if (kind === "add-item") return items.includes(name) ? null : { path, after: [...items, name] };
  return { path, after: items.filter((_, index) => index !== at % Math.max(1, items.length)) };
}

/** Three-way by key: a value that both changed stays the person's and counts as a conflict. */
export function mergeValues({ base, ours, theirs }: { base: Value; ours: Value; theirs: Value }): {
  value: Value | undefined;
  conflicts: number;
} {
  let conflicts = 0;
  const value = merge(base, ours, theirs, []);
  return { value, conflicts };

  function merge(
    b: Value | undefined,
    o: Value | undefined,
    t: Value | undefined,
    path: Path,
  ): Value | undefined {
    if (same(o, t) || same(b, t)) return o;
    if (isMap(o) && isMap(t)) {
      const under = isMap(b) ? b : {};
      const keys = new Set([...Object.keys(o), ...Object.keys(t)]);
      const entries = [...keys].map(
        (key) => [key, merge(under[key], o[key], t[key], [...path, key])] as const,
      );
      return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined));
    }
    if (Array.isArray(o) && Array.isArray(t)) {
      const under = Array.isArray(b) ? b : [];
      if (isSet(path)) {
        return [
          ...o.filter((item) => !has(under, item) || has(t, item)),
          ...t.filter((item) => !has(under, item) && !has(o, item)),
        ];
      }
      if (o.length === t.length && o.length === under.length && [...o, ...t].every(isMap)) {
        return o.map((item, index) => merge(under[index], item, t[index], [...path, index]) as Value);
      }
    }
    if (same(b, o)) return t;
    conflicts++;
    return o;
  }
}

export function withSetsSorted(value: Value, path: Path = []): Value {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => withSetsSorted(item, [...path, index]));
    return isSet(path) ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withSetsSorted(item, [...path, key])]),
  );
}

function walk(node: Value, path: Path, visit: (node: Value, path: Path) => void): void {
  visit(node, path);
  if (Array.isArray(node)) for (const [index, item] of node.entries()) walk(item, [...path, index], visit);
  else if (isMap(node)) for (const [key, item] of Object.entries(node)) walk(item, [...path, key], visit);
}

function isSet(path: Path): boolean {
  return SET_NAMES.includes(String(path.at(-1)));
}

function get(root: Value, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((node, key) => (node as ValueMap | undefined)?.[key], root);
}

function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function same(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: Value | undefined): Value | undefined {
  if (Array.isArray(value)) return value.map((item) => sorted(item) as Value);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item) as Value]),
  );
}

function has(list: readonly Value[], item: Value): boolean {
  return list.some((other) => same(other, item));
}
