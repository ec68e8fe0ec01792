/** What part of a repo a path belongs to. */
export type Part = "app" | "test" | "tool" | "browser";

// Of paths in lower case: to compile these without regard to case takes a millisecond more.
const tests =
  /(^|\/)(tests?|testfiles?[\w-]*|__tests__|specs?|e2e|fixtures?|__mocks__|mocks?|testdata|examples?|docs?|samples?|bench(marks?)?|stories|cypress|playwright|features)\/|[._-](test|spec|stories|e2e|bench)\.\w+$|(^|\/)(test_[^/]*|conftest|[^/]*_test)\.(py|go)$|(^|\/)tests?\.(py|[cm]?[jt]s)$/;
const tools =
  /(^|\/)(scripts?|tools?|hack|ci|templates?|skeletons?|boilerplates?|\.[a-z][^/]*)\/|(^|\/)[^/]*\.(config|conf)\.[cm]?[jt]s$|(^|\/)(gulpfile|gruntfile|webpack|rollup|vite|jest|karma|babel|metro|makefile)[^/]*\.[cm]?[jt]s$|(^|\/)(setup|noxfile|fabfile)\.py$|\.d\.[cm]?ts$/;
const browser =
  /(^|\/)(public|static|assets|wwwroot|client|frontend|www|web-?app|web-?ui|ui|dashboard)\/(?=.*\.(jsx?|tsx?|mjs|vue|svelte)$)/;
const compiled =
  /\.min\.[cm]?js$|\.bundle\.js$|(^|\/)(dist|build|out|coverage|vendor|third_party|generated|__generated__)\//;

const parts = new Map<string, Part>();

export function partOf(path: string): Part {
  const known = parts.get(path);
  if (known) return known;
  const part = findPart(path.toLowerCase());
  parts.set(path, part);
  return part;
}

function findPart(path: string): Part {
  if (tests.test(path)) return "test";
  if (tools.test(path)) return "tool";
  return browser.test(path) ? "browser" : "app";
}

export const isCompiled = (path: string): boolean => compiled.test(path.toLowerCase());

export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

export const below = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);

/** The folder itself and all above it, inner first. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    folders.push(folder);
    if (folder === "") return folders;
  }
}

/** Resolves `.` and `..`; null where it climbs out of the repo. */
export function resolvePath(folder: string, relative: string): string | null {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of relative.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}
