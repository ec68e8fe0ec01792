/**
 * Lays fragments of `pyproject.toml`, `go.mod` and their like over one another: what is in a list with a line for each item,
 * between `dependencies = [` and `]`, or `require (` and `)`, is added to that list, which stays sorted. Null where a
 * fragment has anything else, or a list that the first hasn't.
 */
export function layerBlocks(texts: readonly [string, ...string[]]): string | null {
  const [first, ...others] = texts;
  let lines = first.split("\n");
  for (const fragment of others) {
    let open: number | null = null;
    for (const line of fragment.split("\n")) {
      if (/[[(]$/.test(line)) open = lines.indexOf(line) + 1;
      else if (/^[\])]$/.test(line)) open = null;
      else if (open !== null && open > 0) lines = withItem(lines, open, line);
      else if (line !== "" && !line.startsWith("[")) return null;
      if (open === 0) return null;
    }
  }
  return lines.join("\n");
}

function withItem(lines: readonly string[], open: number, item: string): string[] {
  const end = lines.findIndex((line, index) => index >= open && /^[\])]$/.test(line));
  const items = [...new Set([...lines.slice(open, end), item])].sort();
  return [...lines.slice(0, open), ...items, ...lines.slice(end)];
}
