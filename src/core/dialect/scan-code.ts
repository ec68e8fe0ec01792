import type { Format } from "../escape/format-of.ts";

/** Where in a file a placeholder stands. `text` is a part that another language reads: a script, a fence. */
export type Position = "value" | "string" | "comment" | "text";

/** A scanner's state is a value, so that both branches of a block can start from one. */
export type Scan = {
  readonly position: Position;
  readonly end: Delimiter | null;
  readonly heredoc: string | null;
};

type Delimiter = {
  readonly open: string;
  readonly close: string;
  readonly position: Position;
  readonly escapes?: boolean;
  readonly multiline?: boolean;
};

export const START: Scan = { position: "value", end: null, heredoc: null };

/** Moves over text of a language with quotes and comments. It knows enough to tell those from code. */
export function scanCode(format: Format, from: Scan, text: string): Scan {
  const openers = OPENERS[format] ?? [];
  let { end, heredoc } = from;
  for (let index = 0; index < text.length; ) {
    const char = text[index] as string;
    if (end !== null) {
      if (end.escapes && char === "\\") index += 2;
      else if (text.startsWith(end.close, index)) {
        index += end.close === "\n" ? 0 : end.close.length;
        end = null;
      } else if (char === "\n" && !end.multiline) end = null;
      else index += 1;
      continue;
    }
    if (char === "\n" && heredoc !== null) {
      end = { open: "<<", close: `\n${heredoc}`, position: "text", multiline: true };
      heredoc = null;
      continue;
    }
    if (format === "sh" || format === "makefile") {
      if (char === "\\") {
        index += 2;
        continue;
      }
      const [here, , word = null] = (char === "<" && HEREDOC.exec(text.slice(index, index + 80))) || [];
      if (here !== undefined) {
        heredoc = word;
        index += here.length;
        continue;
      }
    }
    const opener = openers.find(({ open }) => text.startsWith(open, index));
    if (opener && (opener.open !== "#" || opensComment(format, text[index - 1]))) end = opener;
    index += opener?.open.length ?? 1;
  }
  return { position: end?.position ?? "value", end, heredoc };
}

const HEREDOC = /^<<-?\s*(['"]?)([A-Za-z_]\w*)\1/;

/** A shell's comment begins a word; elsewhere a `#` is a comment anywhere. */
function opensComment(format: Format, before: string | undefined): boolean {
  return format !== "sh" || before === undefined || /[\s;&|()]/.test(before);
}

const line = (open: string): Delimiter => ({ open, close: "\n", position: "comment" });
const block: Delimiter = { open: "/*", close: "*/", position: "comment", multiline: true };
const string = (open: string, more: Partial<Delimiter> = {}): Delimiter => ({
  open,
  close: open,
  position: "string",
  escapes: true,
  ...more,
});
const raw = { escapes: false, multiline: true };

const OPENERS: { readonly [format in Format]?: readonly Delimiter[] } = {
  json: [line("//"), block, string('"')],
  toml: [
    line("#"),
    string('"""', { multiline: true }),
    string("'''", raw),
    string('"'),
    string("'", { escapes: false }),
  ],
  javascript: [line("//"), block, string('"'), string("'"), string("`", { multiline: true })],
  java: [line("//"), block, string('"""', { multiline: true }), string('"'), string("'")],
  go: [line("//"), block, string('"'), string("'"), string("`", raw)],
  rust: [line("//"), block, string('"', { multiline: true })],
  python: [
    line("#"),
    string('"""', { multiline: true }),
    string("'''", { multiline: true }),
    string('"'),
    string("'"),
  ],
  sql: [line("--"), block, string("'", raw), string('"', raw)],
  hcl: [line("#"), line("//"), block, string('"')],
  sh: [line("#"), string('"', { multiline: true }), string("'", raw)],
  makefile: [line("#"), string('"'), string("'", { escapes: false })],
  dockerfile: [string('"')],
  xml: [
    { open: "<!--", close: "-->", position: "comment", multiline: true },
    { open: "<![CDATA[", close: "]]>", position: "text", multiline: true },
  ],
};
