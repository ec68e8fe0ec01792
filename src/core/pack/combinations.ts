/** What can be chosen, by a name, each with its values. */
export type Dimensions = readonly (readonly [name: string, values: readonly unknown[]])[];
export type Combination = { readonly [name: string]: unknown };

/** All combinations, or where there are more than `most`, enough that any two values meet in one. */
export function combinationsOf(
  dimensions: Dimensions,
  most: number,
): { readonly combinations: readonly Combination[]; readonly exhaustive: boolean } {
  const count = dimensions.reduce((product, [, values]) => product * values.length, 1);
  if (count > most) return { combinations: pairwise(dimensions), exhaustive: false };
  let combinations: readonly Combination[] = [{}];
  for (const [name, values] of dimensions)
    combinations = combinations.flatMap((known) => values.map((value) => ({ ...known, [name]: value })));
  return { combinations, exhaustive: true };
}

/**
 * Valid combinations in which any two values that go together meet. What doesn't matter for two of them is left open, and a
 * choice of yes or no is no, or yes where they need it.
 */
export function everyPair(
  dimensions: Dimensions,
  isValid: (combination: Combination) => boolean,
): readonly Combination[] {
  const rows: Combination[] = [];
  const open = new Map<string, Combination>();
  const keyOf = (...parts: readonly unknown[]) => JSON.stringify(parts);
  // What goes with nothing at all, by a rule, goes with no other value.
  const possible = dimensions.map(
    ([name, values]) =>
      [name, values.filter((value) => completed(dimensions, { [name]: value }, isValid) !== null)] as const,
  );
  for (const [at, [a, left]] of possible.entries())
    for (const [b, right] of possible.slice(at + 1))
      for (const i of left) for (const j of right) open.set(keyOf(a, i, b, j), { [a]: i, [b]: j });
  const take = (row: Combination) => {
    rows.push(row);
    const stated = dimensions.filter(([name]) => row[name] !== undefined).map(([name]) => name);
    for (const [at, a] of stated.entries())
      for (const b of stated.slice(at + 1)) open.delete(keyOf(a, row[a], b, row[b]));
  };
  for (const row of pairwise(dimensions)) if (isValid(row)) take(row);
  for (const [key, wanted] of open) {
    if (!open.delete(key)) continue;
    const row = completed(dimensions, wanted, isValid);
    if (row !== null) take(row);
  }
  return rows;
}

function completed(
  dimensions: Dimensions,
  wanted: Combination,
  isValid: (combination: Combination) => boolean,
): Combination | null {
  const isSwitch = (values: readonly unknown[]) => values.includes(true) && values.includes(false);
  const rest = dimensions.map(([name, values]) => [
    name,
    isSwitch(values) ? false : values.length === 1 ? values[0] : undefined,
  ]);
  const base = { ...Object.fromEntries(rest), ...wanted };
  if (isValid(base)) return base;
  const switches = dimensions.flatMap(([name, values]) =>
    isSwitch(values) && !Object.hasOwn(wanted, name) ? [name] : [],
  );
  for (const [at, one] of switches.entries())
    for (const two of switches.slice(at)) {
      const row = { ...base, [one]: true, [two]: true };
      if (isValid(row)) return row;
    }
  return null;
}

/** Row by row, each value the one that meets most others for the first time. */
function pairwise(dimensions: Dimensions): readonly Combination[] {
  const pair = (a: number, i: number, b: number, j: number) =>
    a < b ? `${a}.${i}-${b}.${j}` : `${b}.${j}-${a}.${i}`;
  const open = new Set<string>();
  for (const [a, [, left]] of dimensions.entries())
    for (const [b, [, right]] of dimensions.entries())
      if (a < b) for (const i of left.keys()) for (const j of right.keys()) open.add(pair(a, i, b, j));
  const rows: Combination[] = [];
  while (open.size > 0) {
    const [first = ""] = open;
    const [a = 0, i = 0, b = 0, j = 0] = first.split(/[.-]/).map(Number);
    const row = new Map([
      [a, i],
      [b, j],
    ]);
    for (const [at, [, values]] of dimensions.entries()) {
      if (row.has(at)) continue;
      const gain = (value: number) =>
        [...row].filter(([other, index]) => open.has(pair(at, value, other, index))).length;
      const [best = 0] = [...values.keys()].sort((x, y) => gain(y) - gain(x));
      row.set(at, best);
    }
    for (const [x, m] of row) for (const [y, n] of row) if (x < y) open.delete(pair(x, m, y, n));
    rows.push(Object.fromEntries(dimensions.map(([name, values], at) => [name, values[row.get(at) ?? 0]])));
  }
  return rows;
}
