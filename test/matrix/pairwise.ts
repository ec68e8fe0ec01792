/** What is tried before the smallest choice is taken: greedy steps end at sizes that differ by a third. */
const attempts = 60;

/**
 * A small subset of `rows` in which every pair of factor values that occurs in some row occurs in a chosen one. Greedy: each
 * step takes a row with the most pairs that are still missing, by lot among equals, and the smallest of several such choices
 * is taken. The lots are drawn alike each time, so that the choice is stable. The seeds are chosen in any case.
 */
export function pairwise<Row>(
  rows: readonly Row[],
  factorsOf: (row: Row) => readonly string[],
  seeds: readonly Row[] = [],
): readonly Row[] {
  const ids = new Map<string, number>();
  const pairsOf = (row: Row): readonly number[] =>
    pairs(factorsOf(row)).map((pair) => {
      const id = ids.get(pair) ?? ids.size;
      ids.set(pair, id);
      return id;
    });
  const offered = rows.map(pairsOf);
  const met = seeds.flatMap(pairsOf);
  const draw = lots();
  let best: readonly number[] | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const chosen = choose(offered, missingOf(ids.size, met), draw);
    if (best === undefined || chosen.length < best.length) best = chosen;
  }
  return [...seeds, ...(best ?? []).map((index) => rows[index] as Row)];
}

function choose(
  offered: readonly (readonly number[])[],
  missing: Uint8Array,
  draw: () => number,
): readonly number[] {
  const chosen: number[] = [];
  for (;;) {
    let [best, most, equals] = [-1, 0, 0];
    for (const [index, row] of offered.entries()) {
      let gain = 0;
      for (const pair of row) gain += missing[pair] as number;
      if (gain === 0 || gain < most) continue;
      equals = gain > most ? 1 : equals + 1;
      if (gain > most || draw() < 1 / equals) best = index;
      most = gain;
    }
    if (best === -1) return chosen;
    chosen.push(best);
    for (const pair of offered[best] ?? []) missing[pair] = 0;
  }
}

function missingOf(count: number, met: readonly number[]): Uint8Array {
  const missing = new Uint8Array(count).fill(1);
  for (const pair of met) missing[pair] = 0;
  return missing;
}

/** Numbers from 0 to 1, the same ones each time. */
function lots(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function pairs(factors: readonly string[]): readonly string[] {
  return factors.flatMap((left, index) => factors.slice(index + 1).map((right) => `${left} & ${right}`));
}
