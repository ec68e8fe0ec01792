/** A data file as a tree of values that know where in the text they stand. */
export type Node = Scalar | Collection;

export type Scalar = {
  readonly kind: "scalar";
  /** Equal exactly where two scalars mean the same; a plain one keeps its source text. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** Stands on one line and may be replaced by another such value. */
  readonly inline: boolean;
};

export type Collection = {
  readonly kind: "map" | "list";
  /** Between brackets, or one item a line. */
  readonly style: "flow" | "block";
  /** Anchor and tag. */
  readonly props: string;
  readonly items: readonly Item[];
  /** Of a flow: at its brackets. Of a block: where its lines begin and end. */
  readonly start: number;
  readonly end: number;
};

export type Item = {
  /** Of a map; empty in a list. */
  readonly key: string;
  /** What the key stands for, where it is a path of keys: `[tool.ruff]`. */
  readonly path?: readonly string[];
  /** Key (or dash) to the end of the value. */
  readonly start: number;
  readonly end: number;
  /** Where the value begins, its anchor and tag included. */
  readonly valueStart: number;
  readonly value: Node;
  /** In a block: its lines. A compact one begins within its line, as the first key of a list's item does. */
  readonly lines: {
    readonly from: number;
    readonly to: number;
    readonly column: number;
    readonly isCompact: boolean;
  } | null;
  /** With the comments that are its own: right above it and on its last line. */
  readonly outer: readonly [start: number, end: number];
};

export type Source = { readonly text: string; readonly root: Node };

/** A string that is equal for equal values, whatever the order of keys and of sets. */
export function canonical(
  node: Node,
  isSet: (path: readonly string[]) => boolean,
  path: readonly string[] = [],
): string {
  if (node.kind === "scalar") return JSON.stringify(node.value);
  const items = node.items.map(({ key, value, path: keys = [key] }) =>
    node.kind === "map"
      ? `${JSON.stringify(key)}:${canonical(value, isSet, [...path, ...keys])}`
      : canonical(value, isSet, path),
  );
  return canonicalItems(node, items, isSet(path));
}

export function canonicalItems(node: Collection, items: readonly string[], isSet: boolean): string {
  const ordered = node.kind === "map" || isSet ? items.toSorted() : items;
  return `${node.props}${node.kind === "map" ? "{" : "["}${ordered.join(",")}`;
}

/** What looks like a comment to the end of its line, in the order of the text. */
export function commentsIn(text: string): string[] {
  return text.match(/(?<=^|\s)(?:#|\/\/|\/\*).*/gm) ?? [];
}
