import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Asked, ask, type Value } from "../prompt/ask.ts";
import { openScreen, type Screen } from "../prompt/screen.ts";

type Answers = { [name: string]: unknown };
type Called = (...args: readonly unknown[]) => unknown;
type Choice = { readonly name?: string; readonly value?: unknown; readonly key?: string };
type Listed = { readonly title: string; readonly value: unknown; readonly key?: string; disabled: boolean };
type Question = {
  readonly type?: string;
  readonly name?: string;
  readonly message?: unknown;
  readonly default?: unknown;
  readonly choices?: unknown;
  readonly when?: unknown;
  readonly askAnswered?: boolean;
  readonly filter?: Called;
  readonly validate?: Called;
  readonly transformer?: Called;
  readonly suffix?: string;
};
/** A question whose message, default and choices are known. */
type Open = Question & { readonly text: string; readonly choices: readonly Listed[] };
type Kind = (question: Open, put: (asked: Partial<Asked>) => Promise<unknown>) => Promise<unknown>;

/** A question that there is no terminal for. */
export class Unanswered extends Error {}

class Separator {
  readonly type = "separator";
  readonly line: string;

  constructor(line = "──────────────") {
    this.line = line;
  }

  toString(): string {
    return this.line;
  }
}

const pick: Kind = ({ choices, default: given }, put) => {
  const real = choices.filter(({ disabled }) => !disabled);
  const found =
    typeof given === "number" ? real[given] : real.find(({ value, key }) => [value, key].includes(given));
  return put({ kind: "select", initial: (found ?? real[0])?.value as string });
};

const kinds: { readonly [type: string]: Kind } = {
  input: async ({ default: given }, put) =>
    (await put({ kind: "text", initial: given == null ? "" : String(given) })) || (given ?? ""),
  number: async ({ default: given }, put) => {
    const text = String(await put({ kind: "text", initial: given == null ? "" : String(given) })).trim();
    return /^(-?\d+|-?\d+\.\d*|\d*\.\d+)(e\d+)?$/.test(text) ? Number(text) : (given ?? Number.NaN);
  },
  confirm: async ({ default: given, transformer }, put) => {
    const value = await put({ kind: "confirm", initial: given == null || Boolean(given) });
    return transformer === undefined ? value : transformer(value);
  },
  list: pick,
  rawlist: pick,
  expand: pick,
  checkbox: ({ choices, default: given }, put) => {
    const all = choices as readonly (Listed & { readonly checked?: boolean })[];
    const chosen = Array.isArray(given) ? given : [];
    const initial = all.filter(({ checked, value }) => checked === true || chosen.includes(value));
    return put({ kind: "multiselect", initial: initial.map(({ value }) => value as string) });
  },
  password: async ({ default: given }, put) =>
    (await put({ kind: "text", initial: "", style: "password" })) || (given ?? ""),
  editor: async ({ text, default: given }) => edited(text, given == null ? "" : String(given)),
};
const validated = ["input", "number", "checkbox", "password", "editor"];

/** What plop asks with, by the questions of this command instead of inquirer's. */
export const bundledInquirer = {
  interactive: true,
  prompt: promptModule(),
  createPromptModule: promptModule,
  registerPrompt(name: string, prompt: unknown): void {
    bundledInquirer.prompt.prompts[name] = prompt;
  },
  restoreDefaultPrompts(): void {
    Object.assign(bundledInquirer.prompt.prompts, kinds);
  },
  Separator,
};

export default bundledInquirer;

type PromptModule = {
  (questions: unknown, given?: Answers): Promise<Answers>;
  prompts: { [type: string]: unknown };
};

function promptModule(): PromptModule {
  const prompts: PromptModule["prompts"] = { ...kinds };
  const prompt = async (questions: unknown, given: Answers = {}): Promise<Answers> => {
    const answers = { ...given };
    for (const question of listOf(questions)) {
      const { name = "", when, askAnswered } = question;
      if (askAnswered !== true && valueAt(answers, name) !== undefined) continue;
      if (when === false || (typeof when === "function" && !(await call(when as Called, answers)))) continue;
      setAt(answers, name, await answerTo(question, answers, prompts));
    }
    return answers;
  };
  return Object.assign(prompt, { prompts });
}

/** A list, one question, or questions by their names. */
function listOf(questions: unknown): readonly Question[] {
  if (Array.isArray(questions)) return questions;
  const entries = Object.entries(questions as { readonly [name: string]: Question });
  const isNamed = entries.every(
    ([, each]) => typeof each === "object" && each !== null && !Array.isArray(each),
  );
  return isNamed ? entries.map(([name, each]) => ({ name, ...each })) : [questions as Question];
}

async function answerTo(
  question: Question,
  answers: Answers,
  prompts: PromptModule["prompts"],
): Promise<unknown> {
  const type = question.type !== undefined && question.type in prompts ? question.type : "input";
  const kind = kinds[type];
  if (kind === undefined)
    throw new Error(`Only plop itself asks a question of type ${type}: npm install --save-dev plop`);
  const of = (value: unknown) => (typeof value === "function" ? call(value as Called, answers) : value);
  const message = String((await of(question.message)) || `${question.name}:`);
  const given = await of(question.default);
  const listed = ((await of(question.choices)) ?? []) as readonly unknown[];
  const choices = listed.map((each) => asListed(each, answers));
  const text = `${message}${question.suffix ?? ""}`;
  if (!bundledInquirer.interactive) throw new Unanswered(message);
  const screen = openScreen(process.stderr);
  const put = (asked: Partial<Asked>) =>
    putOn(screen, {
      kind: "text",
      message: text,
      choices: choices as never,
      validate: () => true,
      ...asked,
    } as Asked);
  for (;;) {
    let value = await kind({ ...question, text, default: given, choices }, put);
    if (question.filter !== undefined && type !== "confirm")
      value = await call(question.filter, value, answers);
    const isFine =
      question.validate === undefined ||
      !validated.includes(type) ||
      (await call(question.validate, value, answers).catch((error) => error));
    if (isFine === true) return value;
    screen.print(`>> ${isFine || "Please enter a valid value"}\n`);
  }
}

/** There is no question to go back to. */
async function putOn(screen: Screen, asked: Asked): Promise<Value> {
  for (;;) {
    const value = await ask(asked, screen);
    if (value !== null) return value;
  }
}

function asListed(choice: unknown, answers: Answers): Listed {
  if (typeof choice !== "object" || choice === null) {
    return { title: String(choice), value: choice, disabled: false };
  }
  if ((choice as Separator).type === "separator") {
    return { title: String((choice as Separator).line ?? choice), value: choice, disabled: true };
  }
  const { name, value = name, disabled, ...rest } = choice as Choice & { readonly disabled?: unknown };
  const isDisabled = Boolean(typeof disabled === "function" ? disabled(answers) : disabled);
  return { ...rest, title: String(name ?? value), value, disabled: isDisabled };
}

/** A function of a plopfile: it gives a value, a promise of one, or takes `this.async()` to call back. */
function call(given: Called, ...args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let isLater = false;
    const async = () => {
      isLater = true;
      return (error: unknown, value: unknown) => (error ? reject(error) : resolve(value));
    };
    Promise.resolve(given.call({ async }, ...args)).then((value) => isLater || resolve(value), reject);
  });
}

function valueAt(answers: Answers, name: string): unknown {
  if (name === "") return undefined;
  const nested = name.split(".").reduce<unknown>((at, key) => (at as Answers | undefined)?.[key], answers);
  return answers[name] ?? nested;
}

function setAt(answers: Answers, name: string, value: unknown): void {
  const keys = name.split(".");
  if (keys.some((key) => ["__proto__", "constructor"].includes(key))) return;
  let at = answers;
  for (const key of keys.slice(0, -1)) {
    if (typeof at[key] !== "object" || at[key] === null) at[key] = {};
    at = at[key] as Answers;
  }
  at[keys.at(-1) as string] = value;
}

/** What the person's own editor makes of a text. */
function edited(message: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "twelve-factor-"));
  const file = join(folder, "answer.txt");
  const [editor = "vi", ...words] = (process.env.VISUAL || process.env.EDITOR || "vi").split(/\s+/);
  try {
    writeFileSync(file, text);
    process.stderr.write(`${message}\n`);
    spawnSync(editor, [...words, file], { stdio: "inherit" });
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
