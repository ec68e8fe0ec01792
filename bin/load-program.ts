import type { Module as NodeModule } from "node:module";
import { verbNames } from "../src/io/cli/verb-names.ts";
import { type Compiled, keptProgram, unfinished } from "../src/io/kept-program.ts";

declare const __BUILD__: string;

type Program = typeof import("../src/io/cli/run.ts");

/**
 * The rest of this program, beside the bundle of this file: `main.cjs`, and the chunks that it asks for, each from what an
 * earlier run of the same verb kept, or else from its file.
 */
export function loadProgram(argv: readonly string[]): {
  readonly program: Program;
  readonly keep: (isOver: boolean) => Promise<void>;
} {
  const { Script } = process.getBuiltinModule("node:vm");
  const { statSync } = process.getBuiltinModule("node:fs");
  const Module = module.constructor as typeof NodeModule;
  const [word] = argv;
  const verb = word !== undefined && verbNames.includes(word) ? word : "create";
  const isBrief =
    /^(add|remove|swap|update|diff)$/.test(verb) || (verb === "check" && !argv.includes("--boot"));
  if (isBrief) withoutOptimising();
  const kept = keptProgram(`${__BUILD__}-${verb}`, statSync(`${__dirname}/main.cjs`).mtimeMs);
  const compiled = new Map<string, Compiled>();
  const load = (id: string, parent: NodeModule): unknown => {
    if (!id.startsWith("./")) return parent.require(id);
    if (id.endsWith(".br")) return (number: number) => load(`${id}/${number}`, parent);
    const file = `${__dirname}${id.slice(1)}`;
    const known = require.cache[file];
    if (known !== undefined) return known.exports;
    const name = id.slice(2);
    const chunk = kept.find(name) ?? { source: asFunction(sourceOf(file)), code: undefined };
    const { source, code } = chunk;
    const script = new Script(source, { filename: file, ...(code && { cachedData: code }) });
    compiled.set(name, {
      source,
      script,
      isKept: code !== undefined && script.cachedDataRejected === false,
    });
    const loaded = new Module(file, parent);
    loaded.filename = file;
    require.cache[file] = loaded;
    const requireFrom = (id: string) => load(id, loaded);
    script.runInThisContext().call(loaded.exports, loaded.exports, requireFrom, loaded, file, __dirname);
    loaded.loaded = true;
    return loaded.exports;
  };
  const program = load("./main.cjs", module) as Program;
  return {
    program,
    keep: (isOver) => {
      const isWhole = !(isOver && kept.names.includes(unfinished));
      if (kept.path === null || (isWhole && [...compiled.values()].every(({ isKept }) => isKept)))
        return Promise.resolve();
      if (isBrief) withoutOptimising();
      // What can't be kept is compiled again.
      return program.keeping().then(
        ({ keepProgram }) => keepProgram(kept, compiled, isOver),
        () => {},
      );
    },
  };
}

/**
 * A check or a merge of a few files is over before the optimising compiler's code saves what it cost, a fifth of the run of
 * the one and two fifths of the other. V8 takes kept code only where such flags are as they were, so this is set before the
 * first chunk and when the code is kept.
 */
function withoutOptimising(): void {
  process.getBuiltinModule("node:v8").setFlagsFromString("--no-opt");
}

const archives = new Map<string, readonly string[]>();

/** ASCII, as the build made it. What is seldom loaded is in archives, as `late.br/3`. */
function sourceOf(file: string): string {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const [, archive, number] = /^(.*\.br)\/(\d+)$/.exec(file) ?? [];
  if (archive === undefined) return readFileSync(file, "latin1");
  const { brotliDecompressSync } = process.getBuiltinModule("node:zlib");
  const sources =
    archives.get(archive) ?? brotliDecompressSync(readFileSync(archive)).toString("latin1").split("\0");
  archives.set(archive, sources);
  return sources[Number(number)] as string;
}

function asFunction(source: string): string {
  return `(function(exports,require,module,__filename,__dirname){${source}\n})`;
}
