/**
 * A small subset of `rows` in which every pair of factor values that occurs in some row occurs in a chosen one. Greedy:
 * each step takes the row with the most pairs that are still missing, the first of equals, so that the choice is stable.
 * The seeds are chosen in any case.
 */
export function pairwise<Row>(
  rows: readonly Row[],
  factorsOf: (row: Row) => readonly string[],
  seeds: readonly Row[] = [],
): readonly Row[] {
  const pairsOf = new Map(rows.map((row) => [row, pairs(factorsOf(row))]));
  const missing = new Set([...pairsOf.values()].flat());
  const chosen: Row[] = [...seeds];
  for (const pair of seeds.flatMap((row) => pairsOf.get(row) ?? [])) missing.delete(pair);
  while (missing.size > 0) {
    let best: { readonly row: Row; readonly gain: number } | undefined;
    for (const [row, all] of pairsOf) {
      const gain = all.filter((pair) => missing.has(pair)).length;
      if (best === undefined || gain > best.gain) best = { row, gain };
    }
    if (best === undefined) break;
    chosen.push(best.row);
    for (const pair of pairsOf.get(best.row) ?? []) missing.delete(pair);
  }
  return chosen;
}

function pairs(factors: readonly string[]): readonly string[] {
  return factors.flatMap((left, index) => factors.slice(index + 1).map((right) => `${left} & ${right}`));
}
