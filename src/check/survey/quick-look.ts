import type { Repo } from "../repo.ts";
import { below, folderOf, resolvePath } from "./places.ts";
import type { Language } from "./sources.ts";

const urls =
  /(?:postgres(?:ql)?|mysql2?|mariadb|rediss?|amqps?|mongodb(?:\+srv)?|nats|kafka|memcached|smtps?|sqlite\d?)(?:\+\w+)?:\/\/|https?:\/\/(?:localhost|\d|[\w.-]+:\d|[\w.-]+\.(?:internal|local|svc|lan|corp)\b)|:\/\/[^\s"'/:@]+:[^\s"'@/]+@/;
const keys =
  /BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30}|sk_live_|xox[baprs]-|glpat-|AIza/;
const secrets = /(?:password|passwd|secret|_key|apikey|token)["']?\]?\s*(?::|=|:=)\s*["'`][^"'`\s]{6}/i;

/** What some rule asks for, by language. A file without any of it is not parsed. */
const wanted: { readonly [language in Language]: RegExp } = {
  javascript: anyOf(
    /(?:process|import\.meta|Bun)\.env\s*[.[?]|\}\s*=\s*process\.env/,
    /\.listen\(|\bserve\(|[hH]api|SIGTERM|close-with-grace|terminus|lightship|enableShutdownHooks/,
    /child_process|execa|daemon/,
    /\.log["'`]|logs?\/|winston|log4js|bunyan|pino\/|pino[.-]|transports?:|loggly|papertrail|syslog|fluent/,
    /express-session|\/session["']|MemoryStore|multer|cron|node-schedule|toad-scheduler/,
    /bullmq|["']bull["']|noAck/,
    /sqlite|Redis\(\s*[)\d]|createClient\(\s*\)|(?:host|hostname|server|brokers)["']?\s*:\s*\[?\s*["'`]/,
    /dotenv|\.pid["'`]/,
  ),
  python: anyOf(
    /environ|getenv|BaseSettings|decouple|dotenv/,
    /uvicorn|\.run\(|run_app|waitress|HTTPServer|signal\.|runserver/,
    /subprocess|os\.system|os\.popen|setsid|daemon|\.pid["']/,
    /FileHandler|filename=|loguru|SysLog|HTTPHandler|SocketHandler|logging_loki|watchtower|\.log["']/,
    /SESSION_|LocMem|FileBased|MEDIA_ROOT|FileSystemStorage|STORAGES|[sS]cheduler/,
    /Celery\(|dramatiq|\brq\b|auto_ack|no_ack/,
    /sqlite|redis|MongoClient|psycopg|pymysql|MySQLdb|asyncpg|pika|DATABASES|secret_key|SECRET_KEY/,
  ),
  go: anyOf(
    /Getenv|LookupEnv|\benv(?:config)?:"|[eE]nv\w*\("/,
    /ListenAndServe|http\.Server|\.Run\(|\.Start\(|\.Listen\(|SIGTERM|signal\./,
    /os\/exec|go-daemon|lumberjack|log\/syslog|\.log"|robfig\/cron|gocron|asynq|\.Consume\(|\.pid"/,
    /sql\.Open|redis\.|pgx|amqp091|sqlite|godotenv|FilesystemStore/,
  ),
};

function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp([...patterns, urls, keys].map(({ source }) => source).join("|"));
}

type Unread = { readonly path: string; readonly language: Language; readonly text: string };

/** Whether a file may hold something that a rule asks for; its tree then tells. Far cheaper than the tree. */
export function isWorthParsing({ path, language, text }: Unread, repo: Repo): boolean {
  if (wanted[language].test(text) || secrets.test(text)) return true;
  return language === "javascript" && hasStrangeImport(path, text, repo);
}

/** Whether a name stands in a line before anything that could begin a comment. */
export function standsInCode(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text.slice(text.lastIndexOf("\n", at) + 1, at);
    if (!/\/\/|\/\*|#|^\s*\*|\w$/.test(before) && !/\w/.test(text[at + name.length] ?? "")) return true;
  }
  return false;
}

/** An import of another app’s source, or of a package that is not declared, or for development only. */
function hasStrangeImport(path: string, text: string, repo: Repo): boolean {
  const folder = folderOf(path);
  for (const [, specifier = ""] of text.matchAll(/(?:from|import|require\()\s*["'](\.\.\/[^"']*)["']/g)) {
    const target = resolvePath(folder, specifier);
    if (target === null || manifestAbove(repo, folderOf(target)) !== manifestAbove(repo, folder)) return true;
  }
  const manifests = manifestsAbove(repo, folder);
  if (manifests.length === 0) return false;
  for (const [, specifier = ""] of text.matchAll(/(?:from|import|require\()\s*["']([@\w][^"']*)["']/g)) {
    const name = packageOf(specifier);
    const isDeclared =
      specifier.includes(":") || manifests.some(({ text: manifest }) => manifest.includes(`"${name}"`));
    if (!isDeclared || manifests.some((manifest) => isForDevelopment(manifest.text, name))) return true;
  }
  return false;
}

type Manifest = { readonly folder: string; readonly text: string };

const manifestCache = new WeakMap<Repo, Map<string, readonly Manifest[]>>();

/** The package.json files above, the nearest first. */
function manifestsAbove(repo: Repo, folder: string): readonly Manifest[] {
  const cache = manifestCache.get(repo) ?? new Map<string, readonly Manifest[]>();
  manifestCache.set(repo, cache);
  const known = cache.get(folder);
  if (known) return known;
  const own = repo.read(below(folder, "package.json"));
  const above = folder === "" ? [] : manifestsAbove(repo, folderOf(folder));
  const found = own === null ? above : [{ folder, text: own }, ...above];
  cache.set(folder, found);
  return found;
}

const manifestAbove = (repo: Repo, folder: string): string | undefined =>
  manifestsAbove(repo, folder)[0]?.folder;

function isForDevelopment(manifest: string, name: string): boolean {
  const at = manifest.indexOf('"devDependencies"');
  return at >= 0 && manifest.indexOf(`"${name}"`, at) > 0 && manifest.split(`"${name}"`).length === 2;
}

/** The package of an import: `@a/b/c` is of `@a/b`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
