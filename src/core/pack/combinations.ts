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
