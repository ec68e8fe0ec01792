import { completeAnswers, type PartialAnswers } from "../../core/answers.ts";
import type { Answers, Catalogue } from "../../core/types.ts";
import { version } from "../../core/version.ts";
import { withoutSecret } from "../../core/without-secret.ts";
import { nameOf } from "./target.ts";

export type Replay = {
  readonly catalogue: Catalogue;
  readonly answers: Answers;
  readonly directory: string;
  /** `--no-git` and the like, which were given and aren't answers. */
  readonly switches: readonly string[];
};

/** The line that gives these answers again, as the package manager at hand wants it. Defaults go without saying. */
export function replayLine({ catalogue, answers, directory, switches }: Replay, env = process.env): string {
  const given = needed(catalogue, answers, directory);
  const { env: variables, tasks, ...asked } = given;
  const { more = {}, ...plain } = asked;
  const flags = [...Object.entries(plain), ...Object.entries(more)].flatMap(([key, value]) =>
    typeof value === "boolean" ? [`--${value ? "" : "no-"}${key}`] : flagFor(key, value),
  );
  const unasked = variables !== undefined || tasks !== undefined;
  const piped = unasked ? `printf %s ${quoted(JSON.stringify({ env: variables, tasks }))} | ` : "";
  const words = [...flags, ...(unasked ? ["--answers", "-"] : []), "--yes", ...switches.map(withoutSecret)];
  return `${piped}${launcher(env, quoted(directory), words.map(quoted).join(" "))}`;
}

/** The answers without those that the others imply. */
function needed(catalogue: Catalogue, answers: Answers, directory: string): PartialAnswers {
  const whole = (given: PartialAnswers) =>
    JSON.stringify(completeAnswers(catalogue, { name: nameOf(directory), ...given }));
  const wanted = JSON.stringify(answers);
  if (whole({}) === wanted) return {};
  let given: PartialAnswers = answers;
  for (const key of Object.keys(answers) as (keyof Answers)[]) {
    const { [key]: _, ...rest } = given;
    if (whole(rest) === wanted) given = rest;
  }
  return given;
}

function flagFor(key: string, value: unknown): readonly string[] {
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const text = textOf(value);
  return text.startsWith("-") ? [`${flag}=${text}`] : [flag, text];
}

function textOf(value: unknown): string {
  if (value === null) return "none";
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) return "none";
  return value
    .map((item) =>
      typeof item === "string" ? item : item.name === item.type ? item.type : `${item.name}:${item.type}`,
    )
    .join(",");
}

function launcher(env: NodeJS.ProcessEnv, directory: string, flags: string): string {
  const [, agent, major] = /^(npm|pnpm|yarn|bun)\/(\d+)/.exec(env.npm_config_user_agent ?? "") ?? [];
  if (agent === undefined) return `create-twelve-factor ${directory} ${flags}`;
  const dashes = agent === "npm" ? "-- " : "";
  if (env.npm_lifecycle_event === "start") return `${agent} start ${dashes}${directory} ${flags}`;
  // Yarn 1 would look for a program of that name and version.
  const release = agent === "yarn" && major === "1" ? "" : `@${version}`;
  return `${agent} create twelve-factor${release} ${directory} ${dashes}${flags}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
