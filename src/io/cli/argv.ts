import { Failure } from "../../core/failure.ts";
import { nearest } from "../../core/nearest.ts";
import { printable } from "../../core/printable.ts";
import { commonFlags, type Flag, type Verb, verbs } from "./verbs.ts";

/** What was asked for: a verb, its arguments, and each flag once, a switch as a boolean. */
export type Invocation = {
  readonly verb: string;
  readonly positionals: readonly string[];
  readonly texts: { readonly [flag: string]: string };
  readonly switches: { readonly [flag: string]: boolean };
  /** What may be given several times, in order; absent where it isn't given. */
  readonly lists: { readonly [flag: string]: readonly string[] };
};

/** Reads the arguments; a word that isn't known is refused with the one that was probably meant. */
export function parseArgv(argv: readonly string[], more: Flags = {}): Invocation {
  const end = argv.indexOf("--");
  const queue = end < 0 ? [...argv] : argv.slice(0, end);
  const words: string[] = [];
  const given: Given[] = [];
  while (queue.length > 0) {
    const word = queue.shift() as string;
    if (word === "-" || !word.startsWith("-")) words.push(word);
    else given.push(readFlag(word, queue, more));
  }
  const named = words[0] !== undefined && Object.hasOwn(verbs, words[0]);
  const verb = named ? (words.shift() as string) : "create";
  const positionals = [...words, ...(end < 0 ? [] : argv.slice(end + 1))];
  return { verb, positionals: checkPositionals(verb, positionals), ...checkFlags(verb, given, more) };
}

/** Flags of the questions of packs. */
type Flags = Verb["flags"];

type Given = { readonly name: string; readonly spelled: string; readonly value: string | boolean };

function readFlag(word: string, queue: string[], more: Flags): Given {
  const [spelled = "", inline] = splitOnce(word);
  const found = findFlag(spelled, more);
  if (found === null)
    return refuse("unknown-flag", `There is no flag ${shown(spelled)}.`, suggestion(spelled));
  const { name, flag, negated } = found;
  if (flag.value === undefined) {
    if (inline === undefined) return { name, spelled, value: !negated };
    return refuse("flag-value", `${spelled} takes no value.`, `Write ${spelled} alone.`);
  }
  const value = inline ?? (isValue(queue[0]) ? queue.shift() : undefined);
  if (value !== undefined) return { name, spelled, value };
  const fix = `Write ${spelled} ${flag.value}, or ${spelled}=${flag.value} where the value begins with a hyphen.`;
  return refuse("flag-value", `${spelled} needs a value.`, fix);
}

function splitOnce(word: string): readonly [string, string?] {
  const at = word.indexOf("=");
  return at < 0 || !word.startsWith("--") ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function findFlag(spelled: string, more: Flags): { name: string; flag: Flag; negated: boolean } | null {
  // Most flags are those of create, which are the first.
  for (const { flags } of [...Object.values(verbs), { flags: commonFlags }, { flags: more }]) {
    for (const [name, flag] of Object.entries(flags)) {
      if (spelled === `--${name}` || spelled === `-${flag.short}`) return { name, flag, negated: false };
      if (flag.negated && spelled === `--no-${name}`) return { name, flag, negated: true };
    }
  }
  return null;
}

function suggestion(spelled: string): string {
  const known = allFlags().flatMap(([name, flag]) => [
    `--${name}`,
    ...(flag.negated ? [`--no-${name}`] : []),
  ]);
  const near = spelled.startsWith("--") ? nearest(spelled, known) : null;
  return near === null ? "See --help for the flags that there are." : `Did you mean ${near}?`;
}

function allFlags(): readonly (readonly [string, Flag])[] {
  return [
    ...Object.values(verbs).flatMap((verb) => Object.entries(verb.flags)),
    ...Object.entries(commonFlags),
  ];
}

function isValue(word: string | undefined): boolean {
  return word !== undefined && (word === "-" || !word.startsWith("-"));
}

function checkPositionals(verb: string, positionals: readonly string[]): readonly string[] {
  const extra = positionals[(verbs[verb] as Verb).positionals];
  if (extra === undefined) return positionals;
  const near = verb === "create" ? nearest(positionals[0] ?? "", Object.keys(verbs)) : null;
  const fix =
    near === null ? `See ${verb === "create" ? "" : `${verb} `}--help.` : `Did you mean the verb ${near}?`;
  return refuse("argument", `"${shown(extra)}" is one argument too many for ${verb}.`, fix);
}

function checkFlags(
  verb: string,
  given: readonly Given[],
  more: Flags,
): Omit<Invocation, "verb" | "positionals"> {
  const lists: { [flag: string]: readonly string[] } = {};
  const texts: { [flag: string]: string } = {};
  const switches: { [flag: string]: boolean } = {};
  for (const { name, spelled, value } of given) {
    const flag = (verbs[verb] as Verb).flags[name] ?? more[name];
    if (flag === undefined) {
      const owners = Object.keys(verbs).filter((owner) => Object.hasOwn((verbs[owner] as Verb).flags, name));
      refuse("unknown-flag", `${verb} has no flag ${spelled}.`, `It belongs to ${owners.join(", ")}.`);
    }
    if (flag?.many && typeof value === "string") {
      lists[name] = [...(lists[name] ?? []), value];
      continue;
    }
    if (Object.hasOwn(texts, name) || Object.hasOwn(switches, name)) {
      refuse("flag-twice", `${spelled} is given twice.`, "Give it once; a list is written a,b.");
    }
    if (typeof value === "string") texts[name] = value;
    else switches[name] = value;
  }
  return { texts, switches, lists };
}

function shown(word: string): string {
  return printable(word).slice(0, 60);
}

function refuse(code: string, message: string, fix: string): never {
  throw new Failure({ code: `usage/${code}`, message, fix });
}
