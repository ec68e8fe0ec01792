import type { PromptObject } from "prompts";
import type { Question } from "../../core/answers.ts";
import { Cancelled } from "./cancelled.ts";
import type { Screen } from "./screen.ts";

export type Asked = Pick<Question, "kind" | "message" | "choices" | "initial" | "validate"> & {
  readonly style?: "password";
};
export type Value = string | boolean | readonly string[];

/** Puts one question to the terminal. Null is a step back (Escape); Ctrl-C and a terminal that went away cancel. */
export async function ask(asked: Asked, screen: Screen): Promise<Value | null> {
  const { default: prompts } = await import("prompts");
  const { stdin } = process;
  let pressed = "";
  let hangUp = () => {};
  const gone = new Promise<never>((_, reject) => {
    hangUp = () => reject(new Cancelled());
  });
  const note = (_: string, key: { name?: string } | undefined) => {
    pressed = key?.name ?? "";
  };
  stdin.prependListener("keypress", note);
  stdin.once("end", hangUp);
  try {
    let cancelled = false;
    const onCancel = () => {
      cancelled = true;
    };
    const prompt = { ...asPrompt(asked), stdin, stdout: screen.canvas } as unknown as PromptObject;
    const drawn = prompts(prompt, { onCancel });
    const { value } = await Promise.race([drawn, gone]);
    if (!cancelled) return value;
    if (pressed === "escape") return null;
    throw new Cancelled();
  } finally {
    stdin.removeListener("keypress", note);
    stdin.removeListener("end", hangUp);
  }
}

function asPrompt({ kind, message, choices, initial, validate, style }: Asked): PromptObject {
  switch (kind) {
    case "text":
      return { type: "text", name: "value", message, initial: initial as string, validate, style };
    case "confirm":
      return { type: "confirm", name: "value", message, initial: initial as boolean };
    case "select": {
      const at = choices.findIndex(({ value }) => value === initial);
      return {
        type: "select",
        name: "value",
        message,
        choices: [...choices],
        initial: Math.max(0, at),
        hint: " ",
      };
    }
    case "multiselect": {
      const chosen = initial as readonly string[];
      const marked = choices.map((choice) => ({ ...choice, selected: chosen.includes(choice.value) }));
      return {
        type: "multiselect",
        name: "value",
        message,
        choices: marked,
        hint: "space to pick",
        instructions: false,
      };
    }
  }
}
