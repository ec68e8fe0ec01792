import { add } from "../../../../generators/add.ts";
import type { Decided } from "../../../../generators/change.ts";
import { remove } from "../../../../generators/remove.ts";
import { readSubject } from "../../../../generators/subject.ts";
import { swap } from "../../../../generators/swap.ts";
import { Failure } from "../../../core/failure.ts";
import type { Answers, Catalogue } from "../../../core/types.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import type { Invocation } from "../argv.ts";
import { verifyPacks } from "../create.ts";
import { endOnSignals } from "../interruption.ts";
import { finishChange } from "./finish-change.ts";
import { openRepo, recordedCatalogue } from "./open-repo.ts";
import { prepareChange } from "./prepare-change.ts";
import { proposalOf } from "./proposal-of.ts";

/** Adds, removes or swaps, in the repo that the working directory lies in. */
export async function changeRepo(invocation: Invocation): Promise<number> {
  const interruption = endOnSignals();
  const repo = await openRepo(".", readBuiltCatalogue(), invocation.lists.pack);
  const catalogue = recordedCatalogue(repo);
  if (catalogue.packs !== undefined) await verifyPacks(catalogue, invocation);
  const decided = decide(catalogue, repo.receipt.answers, invocation);
  const prepared = await prepareChange({ catalogue, repo, decided, release: "recorded" });
  const title = [invocation.verb, ...invocation.positionals].join(" ");
  return finishChange(proposalOf(prepared, title), invocation, interruption);
}

function decide(
  catalogue: Catalogue,
  answers: Answers,
  { verb, positionals, texts, switches }: Invocation,
): Decided {
  const { jobs, description, type, processes, command, default: preset, sample } = texts;
  if (positionals.length === 0 || (verb === "swap" && positionals.length === 1)) throw nameless(verb);
  if (verb === "swap") {
    const [old = "", come = ""] = positionals;
    const read = (word: string) => readSubject(catalogue, answers, [word]);
    return swap(catalogue, answers, { old: read(old), new: read(come), jobs });
  }
  const subject = readSubject(catalogue, answers, positionals);
  if (verb === "remove") return remove(catalogue, answers, { subject, jobs });
  const { required, sensitive } = switches;
  const listed = processes
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return add(catalogue, answers, {
    subject,
    jobs,
    command,
    description,
    type,
    required,
    sensitive,
    processes: listed,
    default: preset,
    example: sample,
  });
}

function nameless(verb: string): Failure {
  const example = { add: "add redis", remove: "remove redis", swap: "swap rabbitmq redis" }[verb];
  return new Failure({
    code: "usage/missing",
    message: `${verb} needs to know what.`,
    fix: `Name it, as in ${example}. create-twelve-factor list prints what there is.`,
  });
}
