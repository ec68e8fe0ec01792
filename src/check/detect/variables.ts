import type { EnvType } from "../../core/types.ts";
import { runtimeVariable, sensitiveName } from "../factors/config.ts";
import { maskEvidence } from "../factors/evidence.ts";
import type { Value } from "../parsers/source/outline.ts";
import { partOf } from "../survey/places.ts";
import type { Survey } from "../survey/survey.ts";
import type { VariableFact } from "./detection.ts";

/** Where the code reads a variable, and what it takes without one. */
export type Read = {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly fallback: string | null;
};

/** In languages whose trees are not read. */
const patterns: readonly (readonly [files: RegExp, read: RegExp])[] = [
  [
    /\.(rb|ru|yml|erb)$|(^|\/)Rakefile$/,
    /\bENV(?:\[|\.fetch\()\s*["']([A-Z][A-Z0-9_]*)["'](?:\s*,\s*["']?([\w.:/@-]+)["']?)?/g,
  ],
  [/\.(java|kt|groovy|scala)$/, /System\.getenv\(\s*"([A-Z][A-Z0-9_]*)"\s*\)/g],
  [/(^|\/)(application|bootstrap)[\w-]*\.(properties|ya?ml)$/, /\$\{([A-Z][A-Z0-9_]*)(?::([^}$]*))?\}/g],
  [
    /\.php$/,
    /\b(?:env|getenv)\(\s*["']([A-Z][A-Z0-9_]*)["'](?:\s*,\s*["']?([\w.:/@-]*)["']?)?|\$_(?:ENV|SERVER)\[["']([A-Z][A-Z0-9_]*)["']\]/g,
  ],
  [/(^|\/)schema\.prisma$/, /\benv\(\s*"([A-Z][A-Z0-9_]*)"\s*\)/g],
];

/** Every read of the environment by the app's own code. */
export function readsIn({ repo, sources }: Survey): readonly Read[] {
  const parsed = sources.parsed.flatMap(({ path, part, outline }) =>
    part === "app"
      ? outline.reads.map(({ name, line, fallback }) => ({
          name,
          line,
          file: path,
          fallback: textIn(fallback),
        }))
      : [],
  );
  const others = repo.paths.flatMap((file): Read[] => {
    const pattern = patterns.find(([files]) => files.test(file))?.[1];
    if (pattern === undefined || partOf(file) !== "app") return [];
    const text = repo.read(file) ?? "";
    return [...text.matchAll(pattern)].map((match) => ({
      name: match[1] ?? match[3] ?? "",
      file,
      line: text.slice(0, match.index).split("\n").length,
      fallback: match[2] || null,
    }));
  });
  return [...parsed, ...others];
}

function textIn(value: Value | null): string | null {
  if (value?.kind === "text") return value.text;
  if (value?.kind === "number") return String(value.number);
  return value?.kind === "boolean" ? String(value.boolean) : null;
}

/** What the code reads as answers have it; what a runtime or a platform sets is left out, and those of the services. */
export function variablesOf(reads: readonly Read[], taken: ReadonlySet<string>): readonly VariableFact[] {
  const names = [...new Set(reads.map(({ name }) => name))].filter(
    (name) =>
      /^[A-Z][A-Z0-9_]{0,63}$/.test(name) &&
      !runtimeVariable.test(name) &&
      !taken.has(name) &&
      !system.test(name),
  );
  return names.sort().map((name) => {
    const all = reads.filter((read) => read.name === name);
    const [{ file, line }] = all as [Read];
    const fallback = all.find((read) => read.fallback !== null)?.fallback ?? null;
    const type = typeOf(name, fallback);
    const sensitive =
      sensitiveName.test(name) ||
      /(_KEY|_DSN|_SALT)$/.test(name) ||
      (fallback !== null && maskEvidence(`${name}=${fallback}`) !== `${name}=${fallback}`) ||
      (type === "url" && /DATABASE|MONGO|REDIS|AMQP|RABBIT|KAFKA|BROKER|POSTGRES|MYSQL|SMTP|MAIL/.test(name));
    const isPlain = fallback !== null && !sensitive && fits(name, type, fallback);
    return {
      name,
      type,
      required: false,
      sensitive,
      description: `Read in ${file}`.slice(0, 200),
      processes: [],
      file,
      line,
      ...(isPlain ? { default: fallback } : name === "PORT" ? { example: "3000" } : {}),
    };
  });
}

/** Names that answers can't have, since they mean something to the system or a tool. */
const system = /^(IFS|ENV|CDPATH|(NODE|LD|DYLD|NPM|PNPM|GIT|DOCKER|COMPOSE)_.*)$/;

function typeOf(name: string, fallback: string | null): EnvType {
  if (/(^|_)PORT$/.test(name)) return "port";
  if (fallback === "true" || fallback === "false") return "boolean";
  if (fallback !== null && /^\d{1,15}$/.test(fallback)) return "integer";
  if (/(^|_)(URL|URI)$/.test(name) && (fallback === null || /^[a-z][a-z\d+.-]*:\/\/./i.test(fallback)))
    return "url";
  return "string";
}

function fits(name: string, type: EnvType, value: string): boolean {
  if (!/^[\w.:/@%+,=-]+$/.test(value) || name.length + value.length > 68) return false;
  return type !== "port" || /^[1-9]\d{0,4}$/.test(value);
}
