import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The generators for plop: `await plop.load("create-twelve-factor")`. They are in main.cjs, and this is the way there. */
export default require("./main.cjs").plopfile;

/**
 * The command with a pack over the templates, for the bin of a pack's own package: `run({ pack: "acme-standards@1.2.0" })`.
 * `pack` is whatever `--pack` takes.
 */
export function run({ pack, argv = process.argv.slice(2) }) {
  const takesNone = ["check", "generate", "pack", "recover", "undo"].includes(argv[0]);
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const given = takesNone ? argv : [...argv.slice(0, end), `--pack=${pack}`, ...argv.slice(end)];
  process.argv = [...process.argv.slice(0, 2), ...given];
  require("./bin.cjs");
}
