import { type Asked, ask, type Value } from "./ask.ts";
import type { Screen } from "./screen.ts";

export type Given = ReadonlyMap<string, Value>;

/** A question with what is to be read before it. */
export type Step = { readonly id: string; readonly lead: string; readonly asked: Asked };

export type Wizard = {
  /** The first step that isn't given yet, or null. */
  readonly next: (given: Given) => Promise<Step | null>;
  /** What is wrong with what was given, to be read above the same question once more; null where nothing is. */
  readonly problem: (given: Given) => string | null;
  readonly screen: Screen;
};

/**
 * Asks one step after the other until there is none. Which one is next depends on what was given so far, so a step
 * back is to forget the last value and ask for it again, with that value as the one at hand.
 */
export async function wizard({ next, problem, screen }: Wizard): Promise<Given> {
  const given = new Map<string, Value>();
  const remembered = new Map<string, Value>();
  const marks: number[] = [];
  let complaint = "";
  for (;;) {
    const step = await next(given);
    if (step === null) return given;
    const mark = screen.mark();
    if (step.lead + complaint !== "") screen.print(step.lead + complaint);
    complaint = "";
    const initial = remembered.get(step.id);
    const value = await ask(initial === undefined ? step.asked : { ...step.asked, initial }, screen);
    if (value === null) {
      screen.eraseTo(marks.pop() ?? mark);
      given.delete([...given.keys()].at(-1) ?? "");
      continue;
    }
    remembered.set(step.id, value);
    given.set(step.id, value);
    complaint = problem(given) ?? "";
    if (complaint === "") marks.push(mark);
    else {
      given.delete(step.id);
      screen.eraseTo(mark);
    }
  }
}
