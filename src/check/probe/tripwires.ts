import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directoryOf, shellWord } from "./services/server.ts";

export type Tripwires = {
  /** To be put first on the PATH. */
  readonly directory: string;
  /** Every call so far, as `tool arguments`. */
  readonly calls: () => readonly string[];
};

/** What an app finds on one machine and misses on the next. */
const tools = [
  ..."curl wget git gcc cc make convert magick ffmpeg wkhtmltopdf pdftotext libreoffice".split(" "),
  ..."npm npx yarn pnpm pip uv poetry bundle go cargo mvn gradle".split(" "),
];

export const watchedTools: ReadonlySet<string> = new Set(tools);

/** Stand-ins that note a call and pass it on, so that the app behaves as it does without them. */
export function layTripwires(parent: string): Tripwires {
  const directory = join(parent, "tripwires");
  const log = join(parent, "tripwires.log");
  mkdirSync(directory);
  writeFileSync(log, "");
  chmodSync(log, 0o666);
  for (const tool of tools) {
    const real = directoryOf([tool]);
    const then = real
      ? `exec ${shellWord(join(real, tool))} "$@"`
      : `echo "${tool}: not found" >&2; exit 127`;
    writeFileSync(join(directory, tool), `#!/bin/sh\necho "${tool} $*" >> ${shellWord(log)}\n${then}\n`, {
      mode: 0o755,
    });
  }
  return {
    directory,
    calls: () => [...new Set(readFileSync(log, "utf8").split("\n"))].filter((line) => line !== ""),
  };
}
