import type { ActionType, NodePlopAPI } from "node-plop";
import { missingAnswers, type PartialAnswers, type Question } from "../src/core/answers.ts";
import { Failure } from "../src/core/failure.ts";
import type { Catalogue } from "../src/core/types.ts";
import { readBuiltCatalogue } from "../src/io/catalogue.ts";
import { checkedAnswers, checkedTarget } from "../src/io/cli/checked.ts";
import { openConflicts, type Prepared, prepare } from "../src/io/cli/prepare.ts";
import {
  type AskOne,
  type PlopProposal,
  plopVerbs,
  propose,
  writeProposal,
} from "../src/io/cli/repo/plop-verbs.ts";
import { styleFor } from "../src/io/cli/style.ts";
import { summary } from "../src/io/cli/summary.ts";
import { writeFiles } from "../src/io/cli/write.ts";

/** What plop hands to a generator's prompts; plop brings its own inquirer. */
type Inquirer = {
  readonly prompt: (questions: readonly object[]) => Promise<{ readonly [name: string]: unknown }>;
};

/** Our generators for a plopfile that exists: `await plop.load("create-twelve-factor")`. */
export default function plopfile(plop: NodePlopAPI): void {
  plop.setDefaultInclude({ generators: true });
  const catalogue = readBuiltCatalogue();
  for (const [name, { description }] of Object.entries(plopVerbs)) {
    plop.setGenerator(name, {
      description,
      prompts: (inquirer) => {
        const ask = asker(inquirer as unknown as Inquirer);
        return propose(name, catalogue, { base: plop.getDestBasePath(), ask });
      },
      actions: [(async (given: PlopProposal) => writeProposal(given)) as unknown as ActionType],
    });
  }
  plop.setGenerator("create", {
    description: "A twelve-factor service that is ready to operate",
    prompts: (inquirer) => ask(catalogue, inquirer as unknown as Inquirer, plop.getDestBasePath()),
    actions: [
      ((given: Given) => writePrepared(catalogue, given, plop.getDestBasePath())) as unknown as ActionType,
    ],
  });
}

function asker(inquirer: Inquirer): AskOne {
  return async (question) => (await inquirer.prompt([{ ...question, name: "value" }])).value;
}

type Given = { readonly answers: PartialAnswers; readonly confirmed: boolean };

/** The questions of the command, one at a time, since one may decide about the next; then the preview. */
async function ask(catalogue: Catalogue, inquirer: Inquirer, base: string): Promise<Given> {
  let answers: PartialAnswers = {};
  for (
    let [open] = missingAnswers(catalogue, answers);
    open !== undefined;
    [open] = missingAnswers(catalogue, answers)
  ) {
    const { value } = await inquirer.prompt([{ ...asInquirer(open), name: "value" }]);
    answers = { ...answers, [open.key]: open.key === "ci" && value === "none" ? null : value };
  }
  const prepared = await prepareIn(catalogue, answers, base);
  process.stderr.write(`${summary(prepared, styleFor(process.stderr), process.stderr.columns ?? 80)}\n`);
  const message = `Write ${prepared.reconciliation.changes.length} files?`;
  const { confirmed } = await inquirer.prompt([
    { type: "confirm", name: "confirmed", message, default: true },
  ]);
  return { answers, confirmed: confirmed === true };
}

async function writePrepared(
  catalogue: Catalogue,
  { answers, confirmed }: Given,
  base: string,
): Promise<string> {
  if (!confirmed) return "nothing was written";
  const prepared = await prepareIn(catalogue, answers, base);
  const conflicts = openConflicts(prepared);
  if (conflicts.length > 0) {
    throw new Failure({
      code: "create/conflicts",
      message: `These files are there already, with other contents: ${conflicts.join(", ")}.`,
      fix: "Choose another name, or use the command create-twelve-factor, which asks for each file.",
    });
  }
  await writeFiles(prepared);
  return `${prepared.target.root} (${prepared.reconciliation.changes.length} files)`;
}

async function prepareIn(catalogue: Catalogue, given: PartialAnswers, base: string): Promise<Prepared> {
  const answers = checkedAnswers(catalogue, given);
  return prepare({
    catalogue,
    answers,
    target: checkedTarget(`${base}/${answers.name}`),
    decisions: new Map(),
  });
}

function asInquirer({ kind, message, choices, initial, validate }: Question): object {
  const options = choices.map(({ value, title }) => ({ value, name: title }));
  switch (kind) {
    case "text":
      return { type: "input", message, default: initial, validate };
    case "confirm":
      return { type: "confirm", message, default: initial };
    case "select":
      return { type: "list", message, choices: options, default: initial };
    case "multiselect":
      return { type: "checkbox", message, choices: options, default: initial };
  }
}
