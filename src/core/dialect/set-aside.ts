/** A source whose `${{ … }}` were replaced by marks, so that the parser cannot see them. */
export type SetAside = {
  readonly source: string;
  readonly restore: (text: string) => string;
  readonly holdsMark: (text: string) => boolean;
  /** The line of the original source for one of the marked source. */
  readonly originalLine: (line: number) => number;
};

/**
 * Takes out what belongs to other programs: GitHub's `${{ … }}` byte for byte, and the braces of a
 * `${{{name}}:-x}`, which is a placeholder inside the `${…}` of a shell.
 */
export function setAside(source: string): SetAside {
  if (source.includes(OPEN)) throw new Error("U+E000 is kept for the template language");
  const kept: string[] = [];
  const marked = source.replace(EXPRESSION, (match, placeholder: string | undefined, brace: string) => {
    if (placeholder === undefined) return mark(kept, match);
    return mark(kept, "${") + placeholder + (brace && mark(kept, brace));
  });
  return {
    source: marked,
    restore: (text) => text.replace(MARK, (_, index: string) => kept[Number(index)] ?? ""),
    holdsMark: (text) => text.includes(OPEN),
    originalLine: (line) => {
      if (kept.length === 0) return line;
      const before = marked.split("\n").slice(0, line).join("\n").match(MARK) ?? [];
      return line + before.reduce((sum, each) => sum + newlines(kept[Number(each.slice(1, -1))] ?? ""), 0);
    },
  };
}

function mark(kept: string[], text: string): string {
  kept.push(text);
  return `${OPEN}${kept.length - 1}${CLOSE}`;
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

const OPEN = "\uE000";
const CLOSE = "\uE001";
const MARK = /\uE000(\d+)\uE001/g;
/** GitHub's strings are in single quotes, and may hold braces. */
const EXPRESSION =
  /\$\{(\{\{[^{}]*\}\})(\}?)|\$\{\{(?![{#/^>~]|else\b)(?:'(?:[^']|'')*'|(?!\}\}|\{\{)[^'])*\}\}/g;
