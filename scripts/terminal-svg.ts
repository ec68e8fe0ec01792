type Look = {
  readonly colour: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
};
type Run = { readonly at: number; readonly text: string; readonly look: Look };

const plain: Look = { colour: "#d6deeb", bold: false, dim: false, underline: false };
const colours = ["#5c6773", "#ef6b73", "#7fd88f", "#e5c07b", "#6cb6ff", "#c792ea", "#5ed3d8", "#d6deeb"];
const cell = { width: 8.4, height: 19 };
const margin = { x: 22, top: 52, bottom: 20 };

/** A picture of a terminal's screen, from what `tmux capture-pane -e` says of it. */
export function terminalSvg(screen: string, columns: number, title: string): string {
  // A capture says a look once, and it holds over the ends of lines.
  let look = plain;
  const lines = screen.split("\n").map((line) => {
    const read = runsOf(line, look);
    look = read.look;
    return read.runs;
  });
  const width = Math.ceil(columns * cell.width + 2 * margin.x);
  const height = lines.length * cell.height + margin.top + margin.bottom;
  const rows = lines
    .map((runs, row) => runs.map((run) => textElement(run, row)).join(""))
    .filter((row) => row !== "");
  const dots = ["#ef6b73", "#e5c07b", "#7fd88f"].map(
    (fill, at) => `<circle cx="${24 + at * 20}" cy="22" r="6" fill="${fill}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<rect width="100%" height="100%" rx="10" fill="#11161d"/>
${dots.join("")}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${rows.join("\n")}
</g>
</svg>
`;
}

function runsOf(line: string, before: Look): { readonly runs: readonly Run[]; readonly look: Look } {
  const runs: Run[] = [];
  let look = before;
  let at = 0;
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    if (part.startsWith("\u001b[")) {
      look = part.slice(2, -1).split(";").map(Number).reduce(changed, look);
      continue;
    }
    if (part.trim() !== "") runs.push({ at, text: part, look });
    at += [...part].length;
  }
  return { runs, look };
}

function changed(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 4) return { ...look, underline: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 24) return { ...look, underline: false };
  if (code === 39) return { ...look, colour: plain.colour };
  if (code >= 30 && code <= 37) return { ...look, colour: colours[code - 30] as string };
  return code === 90 ? { ...look, colour: colours[0] as string } : look;
}

function textElement({ at, text, look }: Run, row: number): string {
  const lead = text.length - text.trimStart().length;
  const shown = text.trim();
  const x = (margin.x + (at + lead) * cell.width).toFixed(1);
  const style = [
    `fill="${look.colour}"`,
    ...(look.bold ? ['font-weight="bold"'] : []),
    ...(look.dim ? ['opacity="0.6"'] : []),
    ...(look.underline ? ['text-decoration="underline"'] : []),
  ];
  const length = ([...shown].length * cell.width).toFixed(1);
  return `<text x="${x}" y="${margin.top + row * cell.height}" textLength="${length}" xml:space="preserve" ${style.join(" ")}>${escaped(shown)}</text>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
