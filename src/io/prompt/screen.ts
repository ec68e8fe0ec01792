import { stripVTControlCharacters } from "node:util";
import { isColourful } from "../cli/style.ts";

/** A terminal that knows how many rows were written since a mark, so that a step back can take them away. */
export type Screen = {
  readonly print: (text: string) => void;
  /** What a prompt draws on: each frame replaces the one before, and a lone line end keeps it. */
  readonly canvas: NodeJS.WritableStream;
  readonly mark: () => number;
  readonly eraseTo: (mark: number) => void;
};

export function openScreen(terminal: NodeJS.WriteStream): Screen {
  const lines: string[] = [];
  let frame = "";
  const colourful = isColourful(terminal);
  const canvas = {
    get columns() {
      return terminal.columns || 80;
    },
    write(text: string) {
      // The prompts' own colours heed no NO_COLOR.
      terminal.write(colourful ? text : text.replace(/\u001b\[[\d;]*m/g, ""));
      if (text === "\n") {
        lines.push(frame);
        frame = "";
      } else if (stripVTControlCharacters(text).trim() !== "") frame = text;
      return true;
    },
  };
  return {
    print(text) {
      terminal.write(text);
      lines.push(...text.replace(/\n$/, "").split("\n"));
    },
    canvas: canvas as unknown as NodeJS.WritableStream,
    mark: () => lines.length,
    eraseTo(mark) {
      const rows = lines.splice(mark).reduce((sum, line) => sum + rowsOf(line, canvas.columns), 0);
      // What has scrolled away can't be taken back, so it stays, and what follows begins below it.
      if (rows >= (terminal.rows || 24)) terminal.write("\n");
      else if (rows > 0) terminal.write(`\r\u001b[${rows}A\u001b[J`);
    },
  };
}

function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil([...stripVTControlCharacters(line)].length / columns));
}
