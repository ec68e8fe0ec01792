#!/usr/bin/env node
// Node 10 still parses this file, so that an older one gets a sentence: no static import of anything that isn't inlined.
import { loadProgram } from "./load-program.ts";

declare const __VERSION__: string;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const argv = process.argv.slice(2);
const flags = argv.indexOf("--") < 0 ? argv : argv.slice(0, argv.indexOf("--"));

if (major < 20 || (major === 20 && minor < 19) || major === 21 || (major === 22 && minor < 12)) {
  console.error(
    `create-twelve-factor needs Node 20.19 or later, or 22.12 or later. This is ${process.version}: install a newer one from https://nodejs.org, then run the same command again.`,
  );
  process.exitCode = 2;
} else if (flags.includes("--help") || flags.includes("-h")) {
  const { helpText } = require("./help.cjs") as typeof import("./help.ts");
  print(helpText(flags));
} else if (flags.includes("--version") || flags.includes("-v")) {
  print(`${__VERSION__}\n`);
} else {
  const { program, keep } = loadProgram(argv);
  // Whoever asks has time while a person reads, and may be told to stop before the end.
  if (!flags.includes("--yes") && !flags.includes("-y")) setTimeout(keep, 400, false).unref();
  program
    .run(argv)
    .catch((error) => program.reportError(error, argv))
    .then((code) => {
      process.exitCode = code;
      return code <= 1 ? keep(true) : undefined;
    });
  // When nothing is left to be done or written: what Node would take apart now, the system frees faster.
  process.on("beforeExit", () => process.exit());
}

/** Straight to the descriptor: `process.stdout` would load the streams, which takes longer than all the rest. */
function print(text: string): void {
  try {
    process.getBuiltinModule("fs").writeSync(1, text);
  } catch {
    process.stdout.write(text);
  }
}
