/** How a file is written down, apart from its lines: BOM, line ends, final newline. */
const BOM = "\uFEFF";

/** The same lines with `\n`, without a BOM and, unless empty, with a final newline. */
export function plainForm(text: string): string {
  const body = withoutBom(text).replaceAll("\r\n", "\n");
  return body === "" || body.endsWith("\n") ? body : `${body}\n`;
}

/** Gives `text`, which is in plain form, the form of `like`. An empty file has no form to keep. */
export function inFormOf(like: string, text: string): string {
  const body = withoutBom(like);
  if (body === "") return text;
  const ended = body.endsWith("\n") ? text : text.replace(/\n$/, "");
  return (body === like ? "" : BOM) + withLineEndsOf(body, ended);
}

function withoutBom(text: string): string {
  return text.startsWith(BOM) ? text.slice(1) : text;
}

/** Lines of a file with both kinds of line ends keep their own; new ones get the more frequent. */
function withLineEndsOf(like: string, text: string): string {
  const crlf = like.split("\r\n").length - 1;
  const lf = like.split("\n").length - 1 - crlf;
  if (crlf === 0) return text;
  if (lf === 0) return text.replaceAll("\n", "\r\n");
  const ends = new Map<string, string[]>();
  for (const [, line = "", end = ""] of like.matchAll(/(.*?)(\r?\n)/gs)) {
    ends.set(line, [...(ends.get(line) ?? []), end]);
  }
  const usual = crlf > lf ? "\r\n" : "\n";
  return text.replace(/(.*)\n/g, (_, line: string) => line + (ends.get(line)?.shift() ?? usual));
}
