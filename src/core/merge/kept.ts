/** A key path as the receipt has it: parts with `/` between them, and `~1` for one within a part, as in a JSON Pointer. */
export function keyOf(path: readonly (string | number)[]): string {
  return path.map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
}

/** The parts of such a path. */
export function partsOf(key: string): readonly string[] {
  return key.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}
