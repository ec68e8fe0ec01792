export type Sides<T> = { readonly base: T; readonly ours: T; readonly theirs: T };

export function eachSide<T, U>(sides: Sides<T>, map: (side: T) => U): Sides<U> {
  return { base: map(sides.base), ours: map(sides.ours), theirs: map(sides.theirs) };
}

/**
 * The order of the keys that remain after a merge. Keys of ours keep their order, unless `sequence` is set
 * and only theirs reordered; those that only theirs has follow the key they follow there.
 */
export function mergeOrder(
  { base, ours, theirs }: Sides<readonly string[]>,
  remaining: ReadonlySet<string>,
  sequence = false,
): { keys: string[]; conflict: boolean } {
  const shared = (keys: readonly string[]) => keys.filter((key) => inAll.has(key)).join("\0");
  const inAll = new Set(intersection(intersection(base, ours), theirs));
  const moved = sequence && shared(theirs) !== shared(base);
  const conflict = moved && shared(ours) !== shared(base) && shared(ours) !== shared(theirs);
  const [first, second] = moved && !conflict ? [theirs, ours] : [ours, theirs];
  const keys = first.filter((key) => remaining.has(key));
  return {
    keys: withInserted(
      keys,
      second.filter((key) => remaining.has(key)),
    ),
    conflict,
  };
}

/** Adds the keys of `other` that `keys` lacks, each after its predecessor there, else before its successor. */
export function withInserted(keys: readonly string[], other: readonly string[]): string[] {
  const result = [...keys];
  const present = new Set(result);
  other.forEach((key, index) => {
    if (present.has(key)) return;
    const before = other[index - 1];
    const after = other.slice(index + 1).find((next) => present.has(next));
    const at =
      before !== undefined
        ? result.indexOf(before) + 1
        : after !== undefined
          ? result.indexOf(after)
          : result.length;
    result.splice(at, 0, key);
    present.add(key);
  });
  return result;
}

function intersection(a: readonly string[], b: readonly string[]): string[] {
  const known = new Set(b);
  return a.filter((key) => known.has(key));
}
