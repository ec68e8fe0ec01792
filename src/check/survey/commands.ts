import { type Data, isDataMap, listAt, mapAt, textAt } from "../parsers/data.ts";
import type { Dockerfile } from "../parsers/dockerfile.ts";
import { lastInstruction } from "../parsers/dockerfile.ts";
import type { ProcfileEntry } from "../parsers/procfile.ts";
import { parseShell, type SimpleCommand } from "../parsers/shell.ts";
import type { Repo } from "../repo.ts";
import { below, folderOf, foldersAbove, nameOf, resolvePath } from "./places.ts";

/** A line that starts a process of a deploy, and what it comes down to. */
export type Command = {
  readonly file: string;
  readonly line: number;
  /** The process type, where it has a name. */
  readonly process: string;
  readonly text: string;
  readonly origin: "Procfile" | "image" | "descriptor" | "script";
  /** A list of words that no shell reads. */
  readonly exec: boolean;
  /** Runs once before a release is live, or on demand. */
  readonly once: boolean;
  readonly programs: readonly Program[];
  /** The line that led to this one, as `npm start` leads to a script. */
  readonly through: Command | null;
};

/** A program that is run, by its own name: wrappers like `exec env tini --` are taken off. */
export type Program = SimpleCommand & {
  readonly name: string;
  readonly args: readonly string[];
};

type Sources = {
  readonly repo: Repo;
  readonly procfiles: readonly { readonly file: string; readonly entries: readonly ProcfileEntry[] }[];
  readonly dockerfiles: readonly Dockerfile[];
  readonly data: ReadonlyMap<string, readonly Data[]>;
};

const onceNames = /^(release|console|shell|migrate|seed|admin)$|release_command|^job/;

export function readCommands(sources: Sources): Command[] {
  const stated = [
    ...sources.procfiles.flatMap(({ file, entries }) =>
      entries.map(({ name, command, line }) =>
        commandOf({ file, line, process: name, text: command, origin: "Procfile", exec: false }),
      ),
    ),
    ...sources.dockerfiles.flatMap(imageCommands),
    ...[...sources.data].flatMap(([file, documents]) =>
      documents.flatMap((document) => descriptorCommands(file, document)),
    ),
  ];
  const all = stated.length > 0 ? stated : startScripts(sources);
  return all.flatMap((command) => [command, ...followed(command, sources, 0)]);
}

type Parts = Pick<Command, "file" | "line" | "process" | "text" | "origin" | "exec"> & {
  readonly words?: readonly string[];
  readonly through?: Command;
};

function commandOf({ words, through, ...parts }: Parts): Command {
  const once = onceNames.test(parts.process) || (through?.once ?? false);
  return { ...parts, once, through: through ?? null, programs: programsOf(parts.text, words) };
}

function programsOf(text: string, words?: readonly string[]): Program[] {
  const simple: SimpleCommand[] = words
    ? [{ words, variables: [], redirections: [], background: false, piped: false, line: 1, exec: true }]
    : parseShell(text);
  return simple.flatMap((command) => {
    const [first = "", second = ""] = command.words;
    if (/^(ba|da|a|z)?sh$/.test(nameOf(first)) && /^-\w*c$/.test(second) && command.words[2] !== undefined)
      return programsOf(command.words[2]);
    const words = unwrap(command.words);
    const name = nameOf(words[0] ?? "");
    return name === "" && command.redirections.length === 0
      ? []
      : [{ ...command, words, name, args: words.slice(1) }];
  });
}

const wrappers: { readonly [name: string]: number } = {
  exec: 0,
  env: 0,
  "cross-env": 0,
  tini: 0,
  "dumb-init": 0,
  "docker-init": 0,
  nice: 0,
  time: 0,
  "run-program": 0,
  launcher: 0,
  gosu: 1,
  "su-exec": 1,
  chpst: 0,
  stdbuf: 0,
};

/** Takes off the programs that only start another one. */
function unwrap(words: readonly string[]): readonly string[] {
  let rest = words;
  for (
    let name = nameOf(rest[0] ?? "");
    Object.hasOwn(wrappers, name) && rest.length > 1;
    name = nameOf(rest[0] ?? "")
  ) {
    rest = rest.slice(1);
    while (rest[0] && (/^-/.test(rest[0]) || /^\w+=/.test(rest[0]))) rest = rest.slice(1);
    rest = rest.slice(wrappers[name] ?? 0);
  }
  return rest;
}

function imageCommands(dockerfile: Dockerfile): Command[] {
  const { file } = dockerfile;
  const entry = lastInstruction(dockerfile, "ENTRYPOINT");
  const command = lastInstruction(dockerfile, "CMD");
  const last = command ?? entry;
  if (!last) return [];
  const words = [...(entry?.exec ?? []), ...(command?.exec ?? [])];
  const isExec = (entry === null || entry.exec !== null) && (command === null || command.exec !== null);
  const text = [entry, command]
    .flatMap((instruction) => (instruction ? [instruction.exec?.join(" ") ?? instruction.text] : []))
    .join(" ");
  const parts = { file, line: last.line, process: "image", text, origin: "image" as const, exec: isExec };
  return [commandOf(isExec ? { ...parts, words } : parts)];
}

function descriptorCommands(file: string, { value, lineOf }: Data): Command[] {
  const name = nameOf(file);
  const make = (process: string, stated: unknown, path: readonly (string | number)[]): Command[] => {
    const words = Array.isArray(stated) ? stated.map(String) : undefined;
    if (!words && typeof stated !== "string") return [];
    const text = words?.join(" ") ?? String(stated);
    const parts = {
      file,
      line: lineOf(path),
      process,
      text,
      origin: "descriptor" as const,
      exec: words !== undefined,
    };
    return [commandOf(words ? { ...parts, words } : parts)];
  };
  if (/^fly[\w.-]*\.toml$/.test(name))
    return [
      ...Object.entries(mapAt(value, "processes")).flatMap(([key, command]) =>
        make(key, command, ["processes", key]),
      ),
      ...make("release", textAt(value, "deploy", "release_command") ?? undefined, [
        "deploy",
        "release_command",
      ]),
    ];
  if (name === "render.yaml" || name === "render.yml")
    return listAt(value, "services").flatMap((service, index) => [
      ...make(textAt(service, "type") ?? "web", textAt(service, "startCommand") ?? undefined, [
        "services",
        index,
        "startCommand",
      ]),
      ...make("release", textAt(service, "preDeployCommand") ?? undefined, [
        "services",
        index,
        "preDeployCommand",
      ]),
    ]);
  if (name === "heroku.yml")
    return Object.entries(mapAt(value, "run")).flatMap(([key, command]) =>
      make(key, isDataMap(command) ? command.command : command, ["run", key]),
    );
  if (isCompose(file))
    return Object.entries(mapAt(value, "services")).flatMap(([key, service]) =>
      isDataMap(service) && service.build !== undefined
        ? make(key, service.command, ["services", key, "command"])
        : [],
    );
  return [];
}

export const isCompose = (path: string): boolean =>
  /^(docker-)?compose([.-][\w.-]+)?\.ya?ml$/.test(nameOf(path)) && !/(^|\/)\.devcontainer\//.test(path);

/** Where nothing else says how the app is started, its package does. */
function startScripts({ data }: Sources): Command[] {
  return [...data].flatMap(([file, [document]]) => {
    const script = nameOf(file) === "package.json" ? textAt(document?.value, "scripts", "start") : null;
    if (script === null || !document) return [];
    const line = document.lineOf(["scripts", "start"]);
    return [commandOf({ file, line, process: "web", text: script, origin: "script", exec: false })];
  });
}

/** The scripts that a command leads to: of a package, or a file of the repo. */
function followed(command: Command, sources: Sources, depth: number): Command[] {
  if (depth > 2) return [];
  const next = command.programs.flatMap((program) => {
    const script = packageScript(command, program, sources) ?? scriptFile(command, program, sources);
    return script ? [script] : [];
  });
  return next.flatMap((script) => [script, ...followed(script, sources, depth + 1)]);
}

/** The script that `npm start`, `yarn x`, `pnpm run x` or `node --run x` names. */
export function scriptNameOf({ name, args }: Program): string | null {
  const words = args.filter((word) => !word.startsWith("-"));
  const [first = "", second = ""] = words;
  if (name === "node") return args[0] === "--run" ? (args[1] ?? null) : null;
  if (!/^(npm|yarn|pnpm|bun)$/.test(name)) return null;
  if (/^run(-script)?$/.test(first)) return second || null;
  if (/^(start|test|stop|restart)$/.test(first)) return first;
  return (name === "yarn" || name === "pnpm") && first !== "" && !/^(install|exec|dlx|node|add)$/.test(first)
    ? first
    : null;
}

function packageScript(command: Command, program: Program, { data }: Sources): Command | null {
  const script = scriptNameOf(program);
  if (script === null) return null;
  for (const folder of foldersAbove(command.file)) {
    const file = below(folder, "package.json");
    const document = data.get(file)?.[0];
    if (!document) continue;
    const text = textAt(document.value, "scripts", script);
    if (text === null) return null;
    const line = document.lineOf(["scripts", script]);
    return commandOf({
      file,
      line,
      process: command.process,
      text,
      origin: "script",
      exec: false,
      through: command,
    });
  }
  return null;
}

function scriptFile(command: Command, { words }: Program, { repo }: Sources): Command | null {
  const word = words.find(
    (each) =>
      /(^|\/)[\w.-]+(\.sh)?$/.test(each) && (/\.sh$/.test(each) || /^(\.\/|\/|bin\/|scripts?\/)/.test(each)),
  );
  if (word === undefined || words.indexOf(word) > 1) return null;
  const relative = word.replace(/^\.?\//, "");
  const folder = folderOf(command.file);
  const candidates = [
    resolvePath(folder, relative),
    ...repo.paths.filter((path) => nameOf(path) === nameOf(word)),
  ];
  for (const file of candidates) {
    const text = file ? repo.read(file) : null;
    if (!file || text === null || !/^#!.*\b(ba|da|a|z)?sh\b/.test(text)) continue;
    return commandOf({
      file,
      line: 1,
      process: command.process,
      text,
      origin: "script",
      exec: false,
      through: command,
    });
  }
  return null;
}
