import { add } from "../../../../generators/add.ts";
import type { Decided } from "../../../../generators/change.ts";
import { remove } from "../../../../generators/remove.ts";
import { offered, readSubject } from "../../../../generators/subject.ts";
import { swap } from "../../../../generators/swap.ts";
import { update } from "../../../../generators/update.ts";
import { candidatesFor, rivalsOf } from "../../../core/catalogue.ts";
import { Failure } from "../../../core/failure.ts";
import type { Answers, Catalogue, Receipt } from "../../../core/types.ts";
import { commitChanges } from "../../commit/commit-changes.ts";
import { verifyPacks } from "../create.ts";
import { styleFor } from "../style.ts";
import { changePreview, conflictLines, countChanges, noteLine } from "./change-report.ts";
import type { Proposal } from "./finish-change.ts";
import { openRepo, recordedCatalogue } from "./open-repo.ts";
import { prepareChange } from "./prepare-change.ts";
import { proposalOf } from "./proposal-of.ts";
import { settled } from "./update-verb.ts";

/** Asks one question, by plop's own inquirer. */
export type AskOne = (question: { readonly [key: string]: unknown }) => Promise<unknown>;
export type PlopProposal = { readonly proposal: Proposal; readonly confirmed: boolean };

type Asking = {
  readonly catalogue: Catalogue;
  readonly receipt: Receipt;
  readonly answers: Answers;
  readonly ask: AskOne;
};
type Wish = { readonly title: string; readonly decided: Decided };

type PlopVerb = { readonly description: string; readonly wish: (asking: Asking) => Promise<Wish> };

/** The verbs as generators: the words after `plop`, and what they ask. */
export const plopVerbs: { readonly [name: string]: PlopVerb } = {
  service: { description: "Add a backing service to this repo", wish: (asking) => addOf("service", asking) },
  process: { description: "Add a process to this repo", wish: addProcess },
  platform: {
    description: "Add a platform to deploy this repo to",
    wish: (asking) => addOf("platform", asking),
  },
  ci: { description: "Add continuous integration to this repo", wish: (asking) => addOf("ci", asking) },
  task: { description: "Add a one-off task to this repo", wish: addTask },
  env: { description: "Add a variable of the environment to this repo", wish: addVariable },
  remove: { description: "Remove a service, process, platform, CI, task or variable", wish: removeOne },
  swap: { description: "Put one service or platform in another's place", wish: swapTwo },
  update: { description: "Merge the current templates into this repo", wish: updateAll },
};

/** Asks, works the change out, shows it with a diff of each file, and asks whether to write it. */
export async function propose(
  name: string,
  built: Catalogue,
  { base, ask }: { base: string; ask: AskOne },
): Promise<PlopProposal> {
  const repo = await openRepo(base, built);
  const catalogue = name === "update" ? repo.catalogues.current(repo.receipt) : recordedCatalogue(repo);
  const flags = { "dry-run": false, yes: true };
  if (catalogue.packs !== undefined)
    await verifyPacks(catalogue, { verb: name, positionals: [], texts: {}, switches: flags, lists: {} });
  const { answers } = repo.receipt;
  const { wish } = plopVerbs[name] as PlopVerb;
  const { title, decided } = await wish({ catalogue, receipt: repo.receipt, answers, ask });
  const prepared = await prepareChange({
    catalogue,
    repo,
    decided,
    release: name === "update" ? "running" : "recorded",
  });
  const proposal = proposalOf(prepared, title);
  const { stderr } = process;
  const style = styleFor(stderr);
  const { changes, conflicts, notes } = proposal;
  if (changes.length === 0) return { proposal, confirmed: false };
  stderr.write(`\n  ${style.bold(title)}  ${countChanges(changes)}\n\n${changePreview(changes, style)}\n`);
  stderr.write(notes.map((note) => noteLine(note, style)).join("") + conflictLines(conflicts, style));
  const message = `Write ${changes.length} ${changes.length === 1 ? "file" : "files"}?`;
  return { proposal, confirmed: (await ask({ type: "confirm", message, default: true })) === true };
}

/** Writes what was confirmed; says what was done, and what is left to do. */
export function writeProposal({ proposal, confirmed }: PlopProposal): string {
  const { root, changes, title, conflicts, install } = proposal;
  if (changes.length === 0) return `${title}: there is nothing to do`;
  if (!confirmed) return "nothing was written";
  commitChanges({ root, changes, undo: title });
  const left = [
    ...(conflicts.length === 0
      ? []
      : [`resolve what remains in ${[...new Set(conflicts.map(({ path }) => path))].join(", ")}`]),
    ...(install === null ? [] : [`run ${install.join(" ")}`]),
  ];
  return `${title} (${countChanges(changes)})${left.length === 0 ? "" : `; now ${left.join(", and ")}`}`;
}

async function addOf(
  kind: "service" | "platform" | "ci",
  { catalogue, answers, ask }: Asking,
): Promise<Wish> {
  const present = [...answers.services, ...answers.platforms, ...(answers.ci === null ? [] : [answers.ci])];
  const all = offered(catalogue, answers, kind);
  const choices = all
    .filter((one) => ![one, ...rivalsOf(one, all)].some(({ id }) => present.includes(id)))
    .map(({ id, definition }) => ({ value: id, name: definition.label }));
  const id = await chosen(ask, `Which ${kind}`, choices);
  return wished(catalogue, answers, [id]);
}

async function addProcess({ catalogue, answers, ask }: Asking): Promise<Wish> {
  const choices = offered(catalogue, answers, "process").map(({ id, definition }) => ({
    value: id,
    name: definition.label,
  }));
  const type = await chosen(ask, "Which type of process", choices);
  const name = String(await ask({ type: "input", message: "Its name", default: type }));
  return wished(catalogue, answers, [type, name]);
}

async function addTask({ catalogue, answers, ask }: Asking): Promise<Wish> {
  const name = String(await ask({ type: "input", message: "Name of the task, such as purge-expired" }));
  const description = String(
    await ask({ type: "input", message: "What it does, in a sentence", default: `Runs ${name}.` }),
  );
  return wished(catalogue, answers, ["task", name], { description });
}

async function addVariable({ catalogue, answers, ask }: Asking): Promise<Wish> {
  const name = String(await ask({ type: "input", message: "Name of the variable, such as STRIPE_KEY" }));
  const types = ["string", "url", "port", "integer", "boolean"].map((type) => ({ value: type, name: type }));
  const type = await chosen(ask, "Its type", types);
  const required = (await ask({ type: "confirm", message: "Must it be set", default: false })) === true;
  const sensitive = (await ask({ type: "confirm", message: "Is it a secret", default: false })) === true;
  const description = String(
    await ask({ type: "input", message: "What it is for", default: `${name} of this service` }),
  );
  return wished(catalogue, answers, ["env", name], { type, required, sensitive, description });
}

async function removeOne({ catalogue, answers, ask }: Asking): Promise<Wish> {
  const words = [
    ...answers.services,
    ...answers.processes.map(({ name, type }) => (name === type ? type : `${type} ${name}`)),
    ...answers.platforms,
    ...(answers.ci === null ? [] : [answers.ci]),
    ...answers.tasks.map(({ name }) => `task ${name}`),
    ...answers.env.map(({ name }) => `env ${name}`),
  ];
  const word = await chosen(
    ask,
    "Remove what",
    words.map((value) => ({ value, name: value })),
  );
  const subject = readSubject(catalogue, answers, word.split(" "));
  const others = offered(catalogue, answers, "service").filter(
    ({ id }) => id !== word && answers.services.includes(id),
  );
  const carriers = word === answers.jobs ? candidatesFor("jobs", others) : [];
  const choices = carriers.map(({ id, definition }) => ({ value: id, name: definition.label }));
  const jobs =
    choices.length === 0 ? undefined : await chosen(ask, "Which service carries the jobs then", choices);
  return { title: `remove ${word}`, decided: remove(catalogue, answers, { subject, jobs }) };
}

async function swapTwo({ catalogue, answers, ask }: Asking): Promise<Wish> {
  const present = [...answers.services, ...answers.platforms, ...(answers.ci === null ? [] : [answers.ci])];
  const old = await chosen(
    ask,
    "Swap what",
    present.map((value) => ({ value, name: value })),
  );
  const read = (word: string) => readSubject(catalogue, answers, [word]);
  const { kind } = read(old);
  const choices = offered(catalogue, answers, kind === "service" || kind === "ci" ? kind : "platform")
    .filter(({ id }) => id !== old)
    .map(({ id, definition }) => ({ value: id, name: definition.label }));
  const come = await chosen(ask, "For which", choices);
  return {
    title: `swap ${old} ${come}`,
    decided: swap(catalogue, answers, { old: read(old), new: read(come) }),
  };
}

async function updateAll({ catalogue, receipt }: Asking): Promise<Wish> {
  return {
    title: "update",
    decided: update(catalogue, settled(receipt, catalogue, { texts: {}, switches: {} })),
  };
}

type Details = Omit<Parameters<typeof add>[2], "subject">;

function wished(
  catalogue: Catalogue,
  answers: Answers,
  words: readonly string[],
  details: Details = {},
): Wish {
  const subject = readSubject(catalogue, answers, words);
  return { title: `add ${words.join(" ")}`, decided: add(catalogue, answers, { subject, ...details }) };
}

type Choice = { readonly value: string; readonly name: string };

async function chosen(ask: AskOne, message: string, choices: readonly Choice[]): Promise<string> {
  if (choices.length > 0) return String(await ask({ type: "list", message, choices }));
  throw new Failure({
    code: "change/subject",
    message: `${message}: there is none left to choose.`,
    fix: "create-twelve-factor list prints what there is.",
  });
}
