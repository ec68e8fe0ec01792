import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseProcfile } from "../parsers/procfile.ts";

export type ProcessType = {
  readonly name: string;
  readonly command: string;
  /** Where it is stated, for findings; null when it is inferred. */
  readonly file: string | null;
  readonly line: number | null;
};

export type Processes = { readonly types: readonly ProcessType[]; readonly from: string };

/** The process types of the Procfile; else what starts the app by its package scripts, its image or its framework. */
export function inferProcesses(tree: string, procfile: string | null): Processes {
  const stated = procfile ?? "Procfile";
  const text = read(tree, stated);
  if (text !== null) {
    const types = parseProcfile(text).entries.map(({ name, command, line }) => ({
      name,
      command,
      file: stated,
      line,
    }));
    if (types.length > 0) return { types, from: stated };
  }
  return (
    scripts(tree) ??
    dockerfile(tree) ??
    framework(tree) ?? { types: [], from: "nothing says how to start the app" }
  );
}

function scripts(tree: string): Processes | null {
  const text = read(tree, "package.json");
  const start = text && /"start"\s*:\s*"/.test(text) ? startScript(text) : null;
  if (!start) return null;
  return { types: [inferred("web", "npm start")], from: `package.json, scripts.start: ${start}` };
}

function startScript(text: string): string | null {
  try {
    const { scripts: all } = JSON.parse(text) as { readonly scripts?: { readonly start?: unknown } };
    return typeof all?.start === "string" ? all.start : null;
  } catch {
    return null;
  }
}

function dockerfile(tree: string): Processes | null {
  const text = read(tree, "Dockerfile");
  if (text === null) return null;
  const lines = text
    .replace(/\\\r?\n/g, " ")
    .split("\n")
    .map((line) => line.trim());
  const stage = lines.slice(lines.findLastIndex((line) => /^FROM\s/i.test(line)) + 1);
  const last = (word: string) =>
    stage.findLast((line) => new RegExp(`^${word}\\s`, "i").test(line))?.replace(/^\S+\s+/, "");
  const command = [last("ENTRYPOINT"), last("CMD")]
    .flatMap((value) => (value ? [asShell(value)] : []))
    .join(" ");
  if (command === "") return null;
  const workDirectory = last("WORKDIR")?.replace(/\/$/, "");
  const local = workDirectory ? command.replaceAll(`${workDirectory}/`, "./") : command;
  return { types: [inferred("web", local)], from: "Dockerfile, CMD" };
}

/** The exec form as shell words; the shell form is one already, and runs under `sh` in an image. */
function asShell(value: string): string {
  try {
    const words: unknown = JSON.parse(value);
    if (Array.isArray(words)) return words.map((word) => quoteWord(String(word))).join(" ");
  } catch {
    // The shell form.
  }
  return `sh -c ${quoteWord(value)}`;
}

const quoteWord = (word: string): string =>
  /^[A-Za-z0-9_./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

function framework(tree: string): Processes | null {
  const web = (command: string, from: string): Processes => ({ types: [inferred("web", command)], from });
  const settings = djangoProject(tree);
  const requirements = `${read(tree, "requirements.txt") ?? ""}${read(tree, "pyproject.toml") ?? ""}`;
  if (settings) return web(`gunicorn ${settings}.wsgi`, "manage.py");
  if (/^\W*flask\b/im.test(requirements) && existsSync(join(tree, "app.py")))
    return web("gunicorn app:app", "app.py");
  if (existsSync(join(tree, "config.ru"))) return web("bundle exec puma", "config.ru");
  const binary = goBinary(tree);
  return binary ? web(`bin/${binary}`, "go.mod") : null;
}

function djangoProject(tree: string): string | null {
  const match = /DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)\.settings/.exec(read(tree, "manage.py") ?? "");
  return match?.[1] ?? null;
}

function goBinary(tree: string): string | null {
  const module = /^module\s+(\S+)/m.exec(read(tree, "go.mod") ?? "")?.[1];
  if (!module) return null;
  const commands = existsSync(join(tree, "cmd")) ? readdirSync(join(tree, "cmd")) : [];
  if (commands.length === 1) return commands[0] ?? null;
  return (
    module
      .replace(/\/v\d+$/, "")
      .split("/")
      .at(-1) ?? null
  );
}

const inferred = (name: string, command: string): ProcessType => ({ name, command, file: null, line: null });

function read(tree: string, name: string): string | null {
  try {
    return readFileSync(join(tree, name), "utf8");
  } catch {
    return null;
  }
}
