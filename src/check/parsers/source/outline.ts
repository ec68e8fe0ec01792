/** What a source file does, as far as the rules ask: the same shape for every language that is read. */
export type Outline = {
  readonly imports: readonly Import[];
  readonly calls: readonly Call[];
  readonly assignments: readonly Assignment[];
  readonly texts: readonly Text[];
  readonly comparisons: readonly Comparison[];
  readonly reads: readonly EnvironmentRead[];
  /** Words of upper case in literals and in names, which may be names of variables. */
  readonly names: ReadonlySet<string>;
};

export type Import = {
  readonly module: string;
  readonly line: number;
  readonly typeOnly: boolean;
  /** Inside a `try`, a function or a condition: it may be left out. */
  readonly optional: boolean;
};

/** `target` is the dotted path of what is called, through imports and variables: `fastify().listen`. */
export type Call = {
  readonly target: string;
  readonly args: readonly Value[];
  readonly named: Entries;
  readonly line: number;
  /** Only when the file is run itself, as below `if __name__ == "__main__"`. */
  readonly guarded: boolean;
};

export type Assignment = { readonly target: string; readonly value: Value; readonly line: number };

/** A string in the code, and the variable or key that it is given to. */
export type Text = { readonly text: string; readonly line: number; readonly key: string | null };

export type Comparison = { readonly left: Value; readonly right: Value; readonly line: number };

export type EnvironmentRead = {
  readonly name: string;
  readonly fallback: Value | null;
  readonly line: number;
};

export type Entries = ReadonlyMap<string, Value>;

export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "boolean"; readonly boolean: boolean }
  | { readonly kind: "map"; readonly entries: Entries; readonly open: boolean }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "environment"; readonly name: string; readonly fallback: Value | null }
  | {
      readonly kind: "call";
      readonly target: string;
      readonly args: readonly Value[];
      readonly named: Entries;
    }
  | { readonly kind: "function"; readonly calls: readonly string[]; readonly empty: boolean }
  | { readonly kind: "name"; readonly path: string }
  | { readonly kind: "unknown" };

export const unknown: Value = { kind: "unknown" };
export const none: Entries = new Map();

/** Words that may be the name of a variable. */
export const variableName = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

export const textOf = (value: Value | undefined | null): string | null =>
  value?.kind === "text" ? value.text : null;

/** The path of what a value is or was made by: `fastify()` for what a call of fastify gave. */
export function pathOfValue(value: Value): string | null {
  if (value.kind === "name") return value.path;
  return value.kind === "call" ? `${value.target}()` : null;
}

/** What is worked out when it is first asked for: most calls are of no interest to any rule. */
export function lazily<T>(compute: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

type LazyCall = { readonly args: () => readonly Value[]; readonly named?: () => Entries };

export function lazyCall(parts: Omit<Call, "args" | "named">, { args, named = () => none }: LazyCall): Call {
  return {
    ...parts,
    get args() {
      return args();
    },
    get named() {
      return named();
    },
  };
}

export function lazyFunction(calls: () => readonly string[], empty: boolean): Value {
  return {
    kind: "function",
    empty,
    get calls() {
      return calls();
    },
  };
}

/** Of several values that a variable is given: the only one, or the environment's with its fallback. */
export function oneOf(values: readonly Value[]): Value {
  const [first, ...rest] = values;
  if (!first) return unknown;
  if (rest.length === 0) return first;
  const read = values.find((value) => value.kind === "environment");
  if (read?.kind !== "environment") return unknown;
  const fallback = values.find(({ kind }) => kind === "text" || kind === "number");
  return { ...read, fallback: read.fallback ?? fallback ?? null };
}

/** `a || b`: what is read from the environment, and what stands in for it. */
export function either(left: Value, right: Value): Value {
  if (left.kind === "environment") return { ...left, fallback: left.fallback ?? right };
  if (left.kind === "call" && left.args.length > 0 && left.args[0]?.kind === "environment")
    return either(left.args[0], right);
  return unknown;
}

/** Gives the line, from 1, of each offset. */
export function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
