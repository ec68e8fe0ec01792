import type { Outline } from "../parsers/source/outline.ts";
import type { Repo } from "../repo.ts";
import type { KeptFacts } from "./kept-facts.ts";
import { isCompiled, type Part, partOf } from "./places.ts";
import { isWorthParsing, standsInCode } from "./quick-look.ts";

export type Language = "javascript" | "python" | "go";

export type Source = {
  readonly path: string;
  readonly language: Language;
  readonly part: Part;
  readonly text: string;
  readonly outline: Outline;
};

export type Sources = {
  /** Those that hold something which some rule asks for. */
  readonly parsed: readonly Source[];
  /** How many files of the app there are in each language, parsed or not. */
  readonly counts: ReadonlyMap<Language, number>;
  /** Languages whose files are there and were not read. */
  readonly unread: readonly string[];
  /** Those of the declared variables whose name stands in the code for sure; the others show in what is parsed. */
  readonly named: ReadonlySet<string>;
  /** Whether Python prints by itself, and not through a logger. */
  readonly prints: boolean;
};

type Unparsed = Omit<Source, "outline">;

const languages: readonly (readonly [RegExp, Language])[] = [
  [/\.[cm]?[jt]sx?$/, "javascript"],
  [/\.py$/, "python"],
  [/\.go$/, "go"],
];

const others: { readonly [extension: string]: string } = {
  rb: "Ruby",
  java: "Java",
  kt: "Kotlin",
  scala: "Scala",
  rs: "Rust",
  php: "PHP",
  cs: "C#",
  fs: "F#",
  ex: "Elixir",
  exs: "Elixir",
  erl: "Erlang",
  clj: "Clojure",
  swift: "Swift",
  cpp: "C++",
  cc: "C++",
  c: "C",
  hs: "Haskell",
  lua: "Lua",
  pl: "Perl",
  dart: "Dart",
  groovy: "Groovy",
  vue: "Vue",
  svelte: "Svelte",
};

/** Reads the source files that some rule has a question about; `names` are those of declared variables. */
export async function readSources(
  repo: Repo,
  names: readonly string[],
  kept: KeptFacts | null,
): Promise<Sources> {
  const counts = new Map<Language, number>();
  const unread = new Set<string>();
  const chosen: Unparsed[] = [];
  const rest: Unparsed[] = [];
  let prints = false;
  for (const path of repo.paths) {
    const language = languages.find(([ending]) => ending.test(path))?.[1];
    const part = language || hasOtherLanguage(path) ? partOf(path) : "tool";
    if (part === "tool" || part === "browser" || isCompiled(path)) continue;
    if (!language) {
      if (part === "app") unread.add(others[extensionOf(path)] as string);
      continue;
    }
    if (part === "app") counts.set(language, (counts.get(language) ?? 0) + 1);
    const text = repo.read(path);
    if (text === null || isMinified(text)) continue;
    const source = { path, language, part, text };
    prints ||= language === "python" && part === "app" && /^\s*print\((?!.*(flush|file)=)/m.test(text);
    if (part === "test" ? /sqlite/i.test(text) : isWorthParsing(source, repo)) chosen.push(source);
    else if (part === "app") rest.push(source);
  }
  const parsed = await parse(chosen, kept);
  const seen = new Set(
    parsed.flatMap(({ outline }) => [...outline.names, ...outline.reads.map(({ name }) => name)]),
  );
  const named = names.filter((name) => rest.some(({ text }) => standsInCode(text, name)));
  const open = names.filter((name) => !seen.has(name) && !named.includes(name));
  const asked = rest.filter(({ text }) => open.some((name) => text.includes(name)));
  const more = await parse(asked, kept);
  return { parsed: [...parsed, ...more], counts, unread: [...unread].sort(), named: new Set(named), prints };
}

async function parse(sources: readonly Unparsed[], kept: KeptFacts | null): Promise<Source[]> {
  const known = new Map(
    sources.map(({ path, text }) => [path, kept?.find(path, text) as Outline | undefined]),
  );
  const has = (language: Language) =>
    sources.some((source) => source.language === language && !known.get(source.path));
  const [javascript, python, go] = await Promise.all([
    has("javascript") ? import("../parsers/source/javascript.ts") : null,
    has("python") ? import("../parsers/source/python.ts") : null,
    has("go") ? import("../parsers/source/go.ts") : null,
  ]);
  const outlineOf = ({ language, text, path }: Unparsed): Outline | undefined => {
    if (language === "javascript") return javascript?.outlineJavascript(text, path);
    return language === "python" ? python?.outlinePython(text) : go?.outlineGo(text);
  };
  return sources.flatMap((source) => {
    const found = known.get(source.path);
    const outline = found ?? outlineOf(source);
    if (outline === undefined) return [];
    if (found === undefined) kept?.keep(source.path, source.text, outline);
    return [{ ...source, outline }];
  });
}

const extensionOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

const hasOtherLanguage = (path: string): boolean => Object.hasOwn(others, extensionOf(path));

const isMinified = (text: string): boolean =>
  text.length > 20_000 && text.length / text.split("\n").length > 400;
