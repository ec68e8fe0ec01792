import type { Outline } from "../parsers/source/outline.ts";
import type { Repo } from "../repo.ts";
import { isCompiled, type Part, partOf } from "./places.ts";

export type Language = "javascript" | "python" | "go";

export type Source = {
  readonly path: string;
  readonly language: Language;
  readonly part: Part;
  readonly text: string;
  readonly outline: Outline;
};

export type Sources = {
  /** Those that hold a word which some rule asks for. */
  readonly parsed: readonly Source[];
  /** How many files of each language there are, parsed or not. */
  readonly counts: ReadonlyMap<Language, number>;
  /** Languages whose files are there and were not read. */
  readonly unread: readonly string[];
};

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

/** A word that some rule asks for; a file without one is not parsed. */
const wanted = new RegExp(
  [
    String.raw`process\.env|import\.meta\.env|Bun\.env|os\.environ|getenv|LookupEnv|os\.Environ|\benv(?:config)?:"|BaseSettings|decouple|environ\.Env`,
    String.raw`\.listen\b|\bserve\(|Bun\.serve|uvicorn|\.run\(|ListenAndServe|http\.Server|\.bind\(|\.Run\(|\.Start\(|\.Listen\(|runserver`,
    `SIGTERM|SIGKILL|SIG_IGN|closeWithGrace|close-with-grace|terminus|enableShutdownHooks`,
    String.raw`(?:postgres(?:ql)?|mysql2?|mariadb|rediss?|amqps?|mongodb(?:\+srv)?|nats|kafka|memcached|smtps?|sqlite)://|https?://(?:localhost|\d)|\w:[^\s"'@/]+@[\w.-]+`,
    String.raw`child_process|execa|subprocess|os\.system|os\.popen|os/exec|os\.fork|setsid|daemon`,
    String.raw`\.log["'\x60]|FileHandler|lumberjack|transports|pino/file|pino\.(?:destination|transport|final)|log4js|bunyan|loguru|basicConfig|dictConfig|syslog|SysLog|loggly|papertrail|fluent`,
    String.raw`express-session|@fastify/session|koa-session|MemoryStore|SESSION_|FilesystemStore|multer|diskStorage|FileSystemStorage|MEDIA_ROOT|LocMem|Session\(`,
    `node-cron|node-schedule|["']cron["']|apscheduler|APScheduler|robfig/cron|gocron|toad-scheduler`,
    String.raw`bullmq|["']bull["']|noAck|no_ack|auto_ack|autoAck|acks_late|Celery\(`,
    String.raw`sqlite|ioredis|createClient|createPool|createConnection|createTransport|redis\.Redis|StrictRedis|MongoClient|psycopg|pymysql|sql\.Open|redis\.NewClient|amqp\.|pika\.`,
    String.raw`dotenv|\.pid["'\x60]|BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30}|sk_live_|xox[baprs]-`,
    String.raw`(?:password|passwd|secret|secret_?key|api_?key|token)["']?\s*\]?\s*(?::|=|:=)\s*["'\x60][^"'\x60\s]{6}`,
    String.raw`\.\./\.\./`,
  ].join("|"),
  "i",
);

/** Reads the source files that some rule has a question about. */
export async function readSources(repo: Repo, names: readonly string[]): Promise<Sources> {
  const counts = new Map<Language, number>();
  const unread = new Set<string>();
  const chosen: Omit<Source, "outline">[] = [];
  const rest: Omit<Source, "outline">[] = [];
  for (const path of repo.paths) {
    const language = languages.find(([ending]) => ending.test(path))?.[1];
    if (!language) {
      const other = others[path.slice(path.lastIndexOf(".") + 1)];
      if (other && partOf(path) === "app" && !isCompiled(path)) unread.add(other);
      continue;
    }
    if (isCompiled(path)) continue;
    const part = partOf(path);
    if (part === "tool" || part === "browser") continue;
    counts.set(language, (counts.get(language) ?? 0) + (part === "app" ? 1 : 0));
    const text = repo.read(path);
    if (text === null || isMinified(text)) continue;
    const source = { path, language, part, text };
    if (part === "test" ? /sqlite/i.test(text) : wanted.test(text) || hasStrangeImport(source, repo))
      chosen.push(source);
    else if (part === "app") rest.push(source);
  }
  const parsed = await parse(chosen);
  const known = new Set(
    parsed.flatMap(({ outline }) => [...outline.names, ...outline.reads.map(({ name }) => name)]),
  );
  const open = names.filter((name) => !known.has(name));
  const more = rest.filter(({ text }) => open.some((name) => text.includes(name)));
  return { parsed: [...parsed, ...(await parse(more))], counts, unread: [...unread].sort() };
}

async function parse(sources: readonly Omit<Source, "outline">[]): Promise<Source[]> {
  const has = (language: Language) => sources.some((source) => source.language === language);
  const [javascript, python, go] = await Promise.all([
    has("javascript") ? import("../parsers/source/javascript.ts") : null,
    has("python") ? import("../parsers/source/python.ts") : null,
    has("go") ? import("../parsers/source/go.ts") : null,
  ]);
  return sources.flatMap((source) => {
    const { language, text, path } = source;
    if (language === "javascript" && javascript)
      return [{ ...source, outline: javascript.outlineJavascript(text, path) }];
    if (language === "python" && python) return [{ ...source, outline: python.outlinePython(text) }];
    return go ? [{ ...source, outline: go.outlineGo(text) }] : [];
  });
}

const isMinified = (text: string): boolean =>
  text.length > 20_000 && text.length / text.split("\n").length > 400;

/** A package that no manifest above names, by a quick look; the tree then tells whether it is one. */
function hasStrangeImport({ language, text, path }: Omit<Source, "outline">, repo: Repo): boolean {
  if (language !== "javascript") return false;
  const manifests = manifestsAbove(repo, path);
  if (manifests.length === 0) return false;
  for (const [, specifier = ""] of text.matchAll(/(?:from|import|require\()\s*["']([@\w][^"']*)["']/g)) {
    const name = packageOf(specifier);
    if (!specifier.includes(":") && !manifests.some((manifest) => manifest.includes(`"${name}"`)))
      return true;
    if (manifests.some((manifest) => isDevelopmentOnly(manifest, name))) return true;
  }
  return false;
}

const manifestCache = new WeakMap<Repo, Map<string, readonly string[]>>();

function manifestsAbove(repo: Repo, path: string): readonly string[] {
  const cache = manifestCache.get(repo) ?? new Map<string, readonly string[]>();
  manifestCache.set(repo, cache);
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const known = cache.get(folder);
  if (known) return known;
  const own = repo.read(folder === "" ? "package.json" : `${folder}/package.json`);
  const found = [...(own === null ? [] : [own]), ...(folder === "" ? [] : manifestsAbove(repo, folder))];
  cache.set(folder, found);
  return found;
}

function isDevelopmentOnly(manifest: string, name: string): boolean {
  const at = manifest.indexOf('"devDependencies"');
  return at >= 0 && manifest.indexOf(`"${name}"`, at) > 0 && manifest.split(`"${name}"`).length === 2;
}

/** The package of an import: `@a/b/c` is of `@a/b`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
