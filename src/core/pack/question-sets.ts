import type { PartialAnswers } from "../answers.ts";
import { Failure } from "../failure.ts";
import type { Catalogue, More, PackQuestion } from "../types.ts";
import { combinationsOf } from "./combinations.ts";
import { problemOf } from "./extension.ts";
import { sampleTree } from "./sample.ts";

export type QuestionSets = {
  /** How many sets of answers were rendered, and whether they are all that there are, or any two of them in one. */
  readonly rendered: number;
  readonly exhaustive: boolean;
  readonly failures: readonly { readonly more: More; readonly error: string }[];
  /** Questions of which no answer is known, so that nothing could be rendered. */
  readonly unanswered: readonly string[];
};

const most = 64;

/** Renders what packs ask, any two answers in one set, the defaults for all else; texts as the samples have them. */
export function renderQuestionSets(catalogue: Catalogue, samples: readonly PartialAnswers[]): QuestionSets {
  const { questions = [] } = catalogue;
  const dimensions = questions.map((question) => [question.name, answersTo(question, samples)] as const);
  const unanswered = dimensions.filter(([, values]) => values.length === 0).map(([name]) => name);
  if (questions.length === 0 || unanswered.length > 0)
    return { rendered: 0, exhaustive: true, failures: [], unanswered };
  const { combinations, exhaustive } = combinationsOf(dimensions, most);
  const fixed = catalogue.extension?.given({}).more ?? {};
  const failures = combinations.flatMap((combination) => {
    const more = { ...combination, ...fixed } as More;
    try {
      sampleTree(catalogue, { more }, "pack test");
      return [];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return [{ more, error: error.message }];
    }
  });
  return { rendered: combinations.length, exhaustive, failures, unanswered };
}

function answersTo(
  question: PackQuestion,
  samples: readonly PartialAnswers[],
): readonly (string | boolean)[] {
  const { name, type, values, default: preset } = question;
  if (type === "boolean") return [true, false];
  if (type === "enum") return values;
  const stated = samples.flatMap(({ more }) => more?.[name] ?? []);
  const known = [...(preset === null ? [] : [preset]), ...stated, "sample"];
  return [...new Set(known)].filter((value) => problemOf(question, value) === null);
}
