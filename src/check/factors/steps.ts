import { isDataMap, listAt, mapAt, textAt } from "../parsers/data.ts";
import { parseShell, type SimpleCommand } from "../parsers/shell.ts";
import { nameOf } from "../survey/places.ts";
import { isWorkflow, type Survey } from "../survey/survey.ts";

/** A program that a build of an image, or CI, runs. */
export type Step = SimpleCommand & { readonly of: "image" | "ci"; readonly file: string };

const cache = new WeakMap<Survey, readonly Step[]>();

/** What the RUN lines of images and the scripts of CI come down to, in order. */
export function stepsIn(survey: Survey): readonly Step[] {
  const known = cache.get(survey);
  if (known) return known;
  const steps = [...imageSteps(survey), ...ciSteps(survey)];
  cache.set(survey, steps);
  return steps;
}

function imageSteps({ dockerfiles }: Survey): Step[] {
  return dockerfiles.flatMap(({ file, stages }) =>
    stages.flatMap(({ instructions }) =>
      instructions
        .filter(({ keyword }) => keyword === "RUN")
        .flatMap(({ text, exec, line }) => {
          const shell = text.replace(/^(--\S+\s+)+/, "");
          const commands = exec ? [{ ...emptyCommand, words: exec }] : parseShell(heredocBody(shell));
          return commands.map((command): Step => ({ ...unwrapped(command), of: "image", file, line }));
        }),
    ),
  );
}

const emptyCommand: SimpleCommand = {
  words: [],
  variables: [],
  redirections: [],
  background: false,
  piped: false,
  line: 1,
  exec: true,
};

const heredocBody = (text: string): string =>
  /^<<-?["']?(\w+)["']?\r?\n([\s\S]*?)\n\1\s*$/.exec(text)?.[2] ?? text;

function ciSteps({ data }: Survey): Step[] {
  return [...data].flatMap(([file, documents]) =>
    documents.flatMap((document) => {
      const { value, lineOf } = document;
      const scripts = isWorkflow(file)
        ? workflowScripts(value)
        : nameOf(file) === ".gitlab-ci.yml"
          ? gitlabScripts(value)
          : [];
      return scripts.flatMap(({ text, path }) =>
        parseShell(text.replace(/\$\{\{.*?\}\}/g, "EXPRESSION")).map(
          (command): Step => ({ ...unwrapped(command), of: "ci", file, line: lineOf(path) }),
        ),
      );
    }),
  );
}

type Script = { readonly text: string; readonly path: readonly (string | number)[] };

function workflowScripts(value: unknown): Script[] {
  return Object.entries(mapAt(value, "jobs")).flatMap(([job, stated]) =>
    listAt(stated, "steps").flatMap((step, index): Script[] => {
      const text = textAt(step, "run");
      return text === null ? [] : [{ text, path: ["jobs", job, "steps", index, "run"] }];
    }),
  );
}

function gitlabScripts(value: unknown): Script[] {
  return Object.entries(isDataMap(value) ? value : {}).flatMap(([job, stated]) =>
    ["before_script", "script", "after_script"].flatMap((key) =>
      listAt(stated, key).map((text, index): Script => ({ text: String(text), path: [job, key, index] })),
    ),
  );
}

/** `sudo`, `env X=1`, and `npx --package=pnpm@1 -- pnpm …`, which is pnpm. */
function unwrapped(command: SimpleCommand): SimpleCommand {
  let { words } = command;
  while (words[0] === "sudo" || words[0] === "env" || words[0] === "time") words = words.slice(1);
  const end = words.indexOf("--");
  if (/^(npx|pnpx|bunx)$/.test(words[0] ?? "") && end > 0) words = words.slice(end + 1);
  return { ...command, words };
}
