import type { Module as NodeModule } from "node:module";
import { verbNames } from "../src/io/cli/verb-names.ts";
import { type Compiled, keptProgram, noProgram, type UsedPart, unfinished } from "../src/io/kept-program.ts";
import { programFile } from "../src/io/program-file.ts";

declare const __BUILD__: string;

type Program = typeof import("../src/io/cli/run.ts");

/**
 * The rest of this program, in the file beside the bundle of this one: its first chunk, and what that asks for, each from
 * what an earlier run of the same verb kept, or else unpacked. Without arguments nothing is kept.
 */
export function loadProgram(argv?: readonly string[]): {
  readonly program: Program;
  readonly keep: (isOver: boolean) => Promise<void>;
} {
  const { Script } = process.getBuiltinModule("node:vm");
  const { statSync } = process.getBuiltinModule("node:fs");
  const Module = module.constructor as typeof NodeModule;
  const [word] = argv ?? [];
  const verb = word !== undefined && verbNames.includes(word) ? word : "create";
  const isBrief =
    /^(add|remove|swap|update|diff)$/.test(verb) || (verb === "check" && !argv?.includes("--boot"));
  if (isBrief) withoutOptimising();
  const path = `${__dirname}/program.br`;
  const kept = argv ? keptProgram(`${__BUILD__}-${verb}`, statSync(path).mtimeMs) : noProgram;
  const compiled = new Map<string, Compiled>();
  const used = new Map<string, UsedPart>();
  const unpacked = programFile(path);
  const load = (id: string, parent: NodeModule): unknown => {
    if (!id.startsWith("./")) return parent.require(id);
    const file = `${__dirname}/program/${id.slice(2)}.cjs`;
    const known = require.cache[file];
    if (known !== undefined) return known.exports;
    const name = id.slice(2);
    const chunk = kept.find(name) ?? {
      source: asFunction(unpacked(name).toString("latin1")),
      code: undefined,
    };
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
  const program = load("./main", module) as Program;
  program.readPartsBy((name) => {
    const known = kept.findBytes(name);
    const bytes = known ?? unpacked(name);
    used.set(name, { bytes, isKept: known !== undefined });
    return bytes;
  });
  return {
    program,
    keep: (isOver) => {
      const isWhole = !(isOver && kept.names.includes(unfinished));
      const isKept = [...compiled.values(), ...used.values()].every(({ isKept }) => isKept);
      if (kept.path === null || (isWhole && isKept)) return Promise.resolve();
      if (isBrief) withoutOptimising();
      // What can't be kept is compiled again.
      return program.keeping().then(
        ({ keepProgram }) => keepProgram(kept, { compiled, used, isOver }),
        () => {},
      );
    },
  };
}

/**
 * A check or a merge of a few files is over before the optimising compiler's code saves what it cost, a fifth of the run of
 * the one and two fifths of the other; and of its many regular expressions each is needed a few times, so that compiling it
 * once is less than twice. V8 takes kept code only where such flags are as they were: these are set before the first chunk
 * and when the code is kept, but after what is needed of Node itself, whose own code was compiled without them.
 */
function withoutOptimising(): void {
  process.getBuiltinModule("node:child_process");
  const { setFlagsFromString } = process.getBuiltinModule("node:v8");
  setFlagsFromString("--no-opt");
  setFlagsFromString("--no-regexp-tier-up");
}

/** ASCII, as the build made it. */
function asFunction(source: string): string {
  return `(function(exports,require,module,__filename,__dirname){${source}\n})`;
}
