import { Socket } from "node:net";

export type Line = { readonly at: number; readonly stream: "stdout" | "stderr"; readonly text: string };

/** What a process wrote: the first and the last lines with their times, and how much it was in all. */
export type Output = {
  readonly lines: () => readonly Line[];
  readonly bytes: () => number;
  readonly flooded: () => boolean;
  /** Leaves the pipes to fill up. */
  readonly stopReading: () => void;
  readonly resumeReading: () => void;
  /** When all that could write has ended. */
  readonly ended: Promise<void>;
  readonly close: () => void;
};

const headLines = 1_000;
const tailLines = 1_000;
const longestLine = 8_192;
/** More than any service writes at boot and in a few hundred requests. */
const floodBytes = 8 << 20;
const throttleMs = 20;

/** Captures two pipes within fixed bounds, however much comes. */
export function captureOutput(stdout: number, stderr: number): Output {
  const head: Line[] = [];
  const tail: Line[] = [];
  let bytes = 0;
  let reading = true;
  const ends: Promise<void>[] = [];
  const keep = (line: Line) => {
    if (head.length < headLines) head.push(line);
    else if (tail.push(line) > tailLines * 2) tail.splice(0, tailLines);
  };
  const pipes = (
    [
      ["stdout", stdout],
      ["stderr", stderr],
    ] as const
  ).map(([stream, fd]) => {
    const pipe = new Socket({ fd, readable: true, writable: false });
    let rest = "";
    pipe.on("data", (chunk) => {
      const at = performance.now();
      bytes += chunk.length;
      const parts = (rest + chunk.toString("utf8")).split("\n");
      rest = (parts.pop() ?? "").slice(0, longestLine);
      for (const text of parts) keep({ at, stream, text: text.slice(0, longestLine) });
      if (bytes > floodBytes) {
        pipe.pause();
        setTimeout(() => reading && pipe.resume(), throttleMs).unref();
      }
    });
    pipe.on("error", () => {});
    ends.push(new Promise((resolve) => pipe.once("close", resolve)));
    pipe.once("end", () => {
      if (rest) keep({ at: performance.now(), stream, text: rest });
    });
    return pipe;
  });
  return {
    lines: () => [...head, ...tail],
    bytes: () => bytes,
    flooded: () => bytes > floodBytes,
    stopReading: () => {
      reading = false;
      for (const pipe of pipes) pipe.pause();
    },
    resumeReading: () => {
      reading = true;
      for (const pipe of pipes) pipe.resume();
    },
    ended: Promise.all(ends).then(() => {}),
    close: () => {
      for (const pipe of pipes) pipe.destroy();
    },
  };
}
