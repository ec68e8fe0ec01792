import type { CommandFact } from "./definition.ts";
import { Failure } from "./failure.ts";
import { printable } from "./printable.ts";
import type { Answers, Json, StackFacts, Template } from "./types.ts";

/** What a stack says of one language that its facts may name; `{version}` is that of its tool. */
type LanguageFacts = { readonly tool: string; readonly [fact: string]: Json };

/** What `piece` of a repo's facts is in the conditions of layers. */
export const pieceToken = (piece: string): string => `adopted-${piece}`;

/** The pieces that a stack has layers for, in the order of its template. */
export function piecesOf({ definition }: Template): readonly string[] {
  const prefix = pieceToken("");
  return definition.traits.flatMap((trait) => (trait.startsWith(prefix) ? [trait.slice(prefix.length)] : []));
}

/** The languages that a stack knows. */
export function languagesOf({ definition }: Template): readonly string[] {
  return Object.keys(definition.facts.languages as object);
}

/** A stack whose facts are answers, as those of one repo make it. All others are as they are. */
export function withAnsweredFacts(stack: Template, { facts, packageManager }: Answers): Template {
  const { definition } = stack;
  if (definition.answered !== true || facts === undefined) return stack;
  const language = (definition.facts.languages as { readonly [id: string]: LanguageFacts })[
    facts.language
  ] as LanguageFacts;
  const version = facts.toolchain[language.tool] ?? "";
  const known = Object.fromEntries(
    Object.entries(language).map(([key, fact]) => [
      key,
      typeof fact === "string" ? fact.replace("{version}", version) : fact,
    ]),
  );
  const manager = definition.packageManagers[packageManager] as { readonly [key: string]: Json };
  const steps = {
    install: wordsIn(facts.install),
    build: wordsIn(facts.build),
    test: wordsIn(facts.test),
    manifests: facts.manifests,
    start: wordsIn(facts.commands.web ?? Object.values(facts.commands)[0] ?? ""),
  };
  const release = commandOf(facts.release);
  return {
    ...stack,
    definition: {
      ...definition,
      label: facts.framework,
      traits: [
        facts.language,
        ...facts.pieces.map(pieceToken),
        ...(facts.release === "" ? [] : ["released"]),
      ],
      toolchain: facts.toolchain,
      facts: {
        ...definition.facts,
        setup: "",
        ...known,
        version,
        ecosystem: manager.ecosystem as string,
        ...steps,
      },
      packageManagers: {
        [packageManager]: {
          ...{ run: "", prefix: "", checks: [], caches: [], installProduction: steps.install },
          ...manager,
          ...steps,
        },
      },
      processes: {
        ...Object.fromEntries(
          Object.entries(facts.commands).map(([name, command]) => [
            name,
            commandOf(command, facts.dev?.[name]),
          ]),
        ),
        release,
      },
      tasks: {},
    },
  };
}

function commandOf(command: string, dev = command): CommandFact {
  return { command: wordsIn(command), dev: wordsIn(dev), description: "" };
}

function wordsIn(command: string): readonly string[] {
  return command === "" ? [] : command.split(" ");
}

/** Throws a `Failure` where the facts of such a stack are missing, or can't go into files as they are. */
export function checkFacts({ facts, processes, packageManager }: Answers, stack: Template): void {
  if (facts === undefined) {
    refuse(
      "stack",
      `The stack ${stack.id} is that of a repo which is there already.`,
      `Run create-twelve-factor adopt in it, or choose another stack.`,
    );
  }
  if (!languagesOf(stack).includes(facts.language))
    refuse("language", `"${shown(facts.language)}" isn't a language of ${stack.id}.`, languagesFix(stack));
  if (!(packageManager in stack.definition.packageManagers))
    refuse(
      "package-manager",
      `"${shown(packageManager)}" isn't a package manager of ${stack.id}.`,
      `Use one of ${Object.keys(stack.definition.packageManagers).join(", ")}.`,
    );
  if (!/^[\w .+#/-]{1,40}$/.test(facts.framework))
    refuse(
      "framework",
      `"${shown(facts.framework)}" can't name a framework.`,
      "Use up to 40 plain characters.",
    );
  for (const [tool, version] of Object.entries(facts.toolchain)) {
    if (/^[a-z][a-z\d-]{0,30}$/.test(tool) && /^[a-z\d][\w.+-]{0,40}$/i.test(version)) continue;
    const what = `"${shown(`${tool}=${version}`)}" isn't a tool and its version.`;
    refuse("toolchain", what, "Write --tool nodejs=22.11.0.");
  }
  for (const key of ["install", "build", "test", "release"] as const) checkCommand(key, facts[key]);
  for (const command of [...Object.values(facts.commands), ...Object.values(facts.dev ?? {})])
    checkCommand("command", command);
  for (const { name } of processes) {
    if (facts.commands[name]) continue;
    refuse("command", `It isn't known how ${name} is started.`, `Say it: --command "${name}=…"`);
  }
  const pieces = piecesOf(stack);
  const strange = facts.pieces.find((piece) => !pieces.includes(piece));
  if (strange !== undefined)
    refuse("only", `"${shown(strange)}" is no piece of a repo.`, `Use some of ${pieces.join(", ")}.`);
  const path = facts.manifests.find(
    (each) => !/^[\w./-]{1,100}$/.test(each) || /(^|\/)\.\.(\/|$)|^\//.test(each),
  );
  if (path !== undefined)
    refuse("manifests", `"${shown(path)}" can't be a manifest.`, "Give a path below the root.");
}

const languagesFix = (stack: Template): string => `Use one of ${languagesOf(stack).join(", ")}.`;

/** Whether a command may go into every file that names one: plain words, which no shell and no format reads otherwise. */
export function isPlainCommand(command: string): boolean {
  const words = command.split(" ");
  return (
    command === "" ||
    (command.length <= 300 &&
      words.every((word) => /^[A-Za-z0-9_./@+=:%,-]+$/.test(word) && !/^[%,]|:$/.test(word)) &&
      /^[A-Za-z_./][\w./-]+$/.test(words[0] as string))
  );
}

function checkCommand(flag: string, command: string): void {
  if (isPlainCommand(command)) return;
  refuse(
    flag,
    `"${shown(command)}" can't be a command: it is to be a program and its arguments, which no shell has to read.`,
    "Write it without quotes, variables, && and |, or name a script of the repo that does it.",
  );
}

function shown(value: string): string {
  return printable(value).slice(0, 80);
}

function refuse(key: string, message: string, fix: string): never {
  throw new Failure({ code: `answers/${key}`, message, fix });
}

/** What is wrong with the form of such facts, as a file states them; null where nothing is. */
export function factsFault(value: unknown): string | null {
  const fault = "Give the facts as adopt wrote them.";
  if (value === null || typeof value !== "object" || Array.isArray(value)) return fault;
  const texts = (map: unknown) =>
    map !== null && typeof map === "object" && Object.values(map).every((item) => typeof item === "string");
  const facts = value as { readonly [key in keyof StackFacts]: unknown };
  const isText = (["language", "framework", "install", "build", "test", "release"] as const).every(
    (key) => typeof facts[key] === "string",
  );
  const areMaps = [facts.toolchain, facts.commands, facts.dev ?? {}].every(texts);
  const areLists = [facts.pieces, facts.manifests].every((list) => Array.isArray(list) && texts(list));
  return isText && areMaps && areLists ? null : fault;
}
