import type { Module as NodeModule } from "node:module";
import { verbs } from "../src/io/cli/verbs.ts";
import { cachedScript } from "../src/io/code-cache.ts";

declare const __BUILD__: string;

type Program = typeof import("../src/io/cli/run.ts");

const file = `${__dirname}/main.cjs`;

/** The rest of this program, beside the bundle of this file. Each verb compiles another part of it. */
export function loadProgram(argv: readonly string[]): {
  readonly program: Program;
  readonly keep: () => void;
} {
  const [word] = argv;
  const verb = word !== undefined && Object.hasOwn(verbs, word) ? word : "create";
  const { script, keep } = cachedScript(file, `${__BUILD__}-${verb}`);
  const loaded = new (module.constructor as typeof NodeModule)(file, module);
  loaded.filename = file;
  require.cache[file] = loaded;
  script.runInThisContext().call(loaded.exports, loaded.exports, require, loaded, file, __dirname);
  loaded.loaded = true;
  return { program: loaded.exports as Program, keep };
}
