import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The file that `plop.load` means by a path or by the name of a package: as `resolve` does, which plop has for it. */
const resolveModule = {
  sync(name: string, { basedir }: { readonly basedir: string }): string {
    const isFolder = /(^|[\\/])\.{0,2}$/.test(name);
    const places = /^(\.\.?([\\/]|$)|\/|\w:[\\/])/.test(name)
      ? [resolve(basedir, name)]
      : placesAbove(resolve(basedir)).map((folder) => join(folder, "node_modules", name));
    for (const place of places) {
      const found = (isFolder ? null : fileAt(place)) ?? fileIn(place);
      if (found !== null) return found;
    }
    throw new Error(`Cannot find module '${name}' from '${basedir}'`);
  },
};

export default resolveModule;

function placesAbove(folder: string): readonly string[] {
  return folder === dirname(folder) ? [folder] : [folder, ...placesAbove(dirname(folder))];
}

function fileAt(path: string): string | null {
  return [path, `${path}.js`].find((each) => statSync(each, { throwIfNoEntry: false })?.isFile()) ?? null;
}

function fileIn(folder: string): string | null {
  let main = "index";
  try {
    main = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).main ?? main;
  } catch {
    // Then it is the index.
  }
  return (
    fileAt(resolve(folder, main)) ?? fileAt(join(folder, main, "index")) ?? fileAt(join(folder, "index"))
  );
}
