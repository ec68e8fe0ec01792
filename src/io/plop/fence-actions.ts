import { existsSync, realpathSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { dirname, resolve, sep } from "node:path";

type Watched = { readonly pattern?: string | RegExp | null };
type Call = (...args: readonly unknown[]) => unknown;

/**
 * Makes plop's own actions fail where plop is silent: outside of the root, and for a pattern that matches nothing. Only the
 * call itself knows the path and the text, since data, skips and names may be worked out as late as that. To be called before
 * plop is loaded.
 */
export function fenceActions(root: string): { readonly watch: (action: Watched | null) => void } {
  let watched: Watched | null = null;
  const isInside = (path: string) => path === root || path.startsWith(root + sep);
  const refuseOutside = (path: unknown) => {
    if (watched === null || typeof path !== "string") return;
    if (!isInside(realPath(resolve(path)))) throw new Error(`${path}: this is not below the root`);
  };
  const fs = process.getBuiltinModule("node:fs");
  for (const module of [fs, fs.promises] as unknown as { [name: string]: Call }[]) {
    for (const name of ["writeFile", "mkdir", "rm", "chmod"])
      module[name] = before(module[name] as Call, refuseOutside);
  }
  syncBuiltinESMExports();
  const text = String.prototype as unknown as { replace: Call };
  text.replace = before(text.replace, function (this: string, pattern) {
    const wanted = watched?.pattern;
    if (!wanted || typeof pattern !== typeof wanted || String(pattern) !== String(wanted)) return;
    const found = typeof wanted === "string" ? this.includes(wanted) : this.search(wanted) >= 0;
    if (!found) throw new Error(`nothing in it matches ${wanted}`);
  });
  return {
    watch(action) {
      watched = action;
    },
  };
}

/** The function with a look at its arguments before. */
function before(call: Call, look: (this: never, first: unknown) => void): Call {
  return function (this: never, ...args) {
    look.call(this, args[0]);
    return call.apply(this, [...args]);
  };
}

/** Where a write would end up: a directory on the way may be a link. */
function realPath(path: string): string {
  return existsSync(path) || path === dirname(path)
    ? realpathSync(path)
    : resolve(realPath(dirname(path)), path.slice(dirname(path).length + 1) || ".");
}
