import { readdirSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, posix, resolve, sep } from "node:path";

type Options = {
  readonly cwd: string;
  readonly dot?: boolean;
  readonly ignore?: string | readonly string[];
  readonly expandDirectories?: boolean;
};
const known = ["cwd", "dot", "ignore", "expandDirectories", "absolute", "braceExpansion", "onlyFiles"];

/** A name, a name's expression, or so many names at least. */
type Segment = string | RegExp | number;

/**
 * The files that plop's `addMany` finds by tinyglobby: those below `cwd` that a pattern of names, `*`, `**`, `?` and `[…]`
 * matches, without those of a pattern with `!`. Refuses other patterns and options.
 */
export function globSync(patterns: readonly string[], options: Options): string[] {
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other !== undefined || (options as { braceExpansion?: boolean }).braceExpansion === true)
    throw refusal(`the option ${other ?? "braceExpansion"} of addMany`);
  const { dot = false, ignore = [] } = options;
  const isNegated = (pattern: string) => pattern.startsWith("!");
  const listed = patterns.filter((pattern) => pattern !== "");
  const left = listed.filter((each) => isNegated(each) && each[1] !== "!").map((each) => each.slice(1));
  const except = [...[ignore].flat().filter((each) => !isNegated(each)), ...left].map((pattern) =>
    segmentsOf(pattern, options),
  );
  const wanted = listed.filter((each) => !isNegated(each)).map((each) => segmentsOf(each, options));
  // What is left out as a directory is looked for below those that all patterns begin with, as tinyglobby does.
  const roots = wanted.map((each) => {
    const path = literalPath(each);
    return typeof each[path.length] === "number" && path.length === each.length - 1
      ? path.slice(0, -1)
      : path;
  });
  const [first = []] = roots;
  const differs = first.findIndex((name, at) => roots.some((each) => each[at] !== name));
  const shared = differs < 0 ? first.length : differs;
  const found = new Set<string>();
  for (const segments of wanted) {
    for (const path of filesAt(literalPath(segments).join(sep) || sep, [])) {
      const names = path.split(sep);
      const isLeftOut = (list: readonly Segment[]) =>
        names.some((_, at) => at >= shared && isMatch(names.slice(0, at + 1), list, dot));
      if (isMatch(names, segments, dot) && !except.some(isLeftOut)) found.add(path.replaceAll("\\", "/"));
    }
  }
  return [...found];
}

function segmentsOf(
  pattern: string,
  { cwd, dot = false, expandDirectories = true }: Options,
): readonly Segment[] {
  const short = pattern.replace(/\/$/, "");
  const expanded = short.endsWith("*") || !expandDirectories ? short : `${short}/**`;
  const own = isAbsolute(expanded)
    ? posix.relative(cwd.replaceAll("\\", "/"), expanded)
    : posix.normalize(expanded);
  if (/[()|"]|\*\*\*|\*\*\/\*\*|\[[^\]]*\/|\\$|^\.\.(\/|$)/.test(own))
    throw refusal(`the pattern ${pattern}`);
  const texts = own.split("/");
  // As picomatch has it, `a/**` is `a` itself, too, but `*/**` isn't `*`.
  const isBelow = (at: number) => at === texts.length - 1 && texts[at - 1]?.endsWith("*");
  const segments = texts.map((text, at) => (text === "**" ? Number(isBelow(at)) : segmentOf(text, dot)));
  return [...resolve(cwd).split(sep), ...segments];
}

function literalPath(segments: readonly Segment[]): readonly string[] {
  const length = segments.findIndex((each) => typeof each !== "string");
  return segments.slice(0, length < 0 ? undefined : length) as string[];
}

function segmentOf(text: string, dot: boolean): Segment {
  let isPlain = true;
  const source = text.replace(
    /\\(.)|(\*+)|(\?)|\[(!|\^)?(\]?[^\]]*)\]|([^\w])/gsu,
    (whole, escaped, stars, mark, not, set, other) => {
      if (escaped ?? other) return literal(escaped ?? other);
      isPlain = false;
      if (/[[\\]/.test(set ?? "")) throw refusal(`the pattern ${whole}`);
      if (stars || mark) return stars ? ".*" : ".";
      return `(?:${literal(whole)}|[${not ? "^" : ""}${set.replace("]", "\\]")}])`;
    },
  );
  return isPlain
    ? text.replace(/\\(.)/gs, "$1")
    : new RegExp(`^${dot || !/^[*?]/.test(text) ? "(?=.)" : "(?!\\.)(?=.)"}${source}$`, "su");
}

function literal(text: string): string {
  return [...text].map((each) => `\\u{${each.codePointAt(0)?.toString(16)}}`).join("");
}

function isMatch(names: readonly string[], segments: readonly Segment[], dot: boolean): boolean {
  const [segment, ...rest] = segments;
  if (segment === undefined) return names.length === 0;
  const [name, ...below] = names;
  if (segment === 0 && isMatch(names, rest, dot)) return true;
  if (name === undefined) return false;
  if (typeof segment === "string") return segment === name && isMatch(below, rest, dot);
  if (typeof segment !== "number") return segment.test(name) && isMatch(below, rest, dot);
  return (dot || !name.startsWith(".")) && isMatch(below, [0, ...rest], dot);
}

/** The files at a path or below it, also behind links, unless one leads back up. */
function filesAt(path: string, above: readonly string[]): readonly string[] {
  try {
    if (statSync(path).isFile()) return [path];
    const real = realpathSync(path);
    if (above.includes(real)) return [];
    return readdirSync(path).flatMap((name) => filesAt(join(path, name), [...above, real]));
  } catch {
    return [];
  }
}

function refusal(what: string): Error {
  return new Error(`Only plop itself knows ${what}: npm install --save-dev plop`);
}
