import { candidatesFor, findTemplate } from "../src/core/catalogue.ts";
import { Failure } from "../src/core/failure.ts";
import type { Answers, Catalogue } from "../src/core/types.ts";
import type { Decided } from "./change.ts";
import { settle } from "./requirements.ts";
import type { Subject } from "./subject.ts";

export type Exchange = { readonly old: Subject; readonly new: Subject; readonly jobs?: string | undefined };

/** The answers with one service, platform or CI in another's place. Jobs go along, since that was asked for. */
export function swap(catalogue: Catalogue, before: Answers, exchange: Exchange): Decided {
  const [gone, come] = [exchange.old, exchange.new];
  if (!("id" in gone) || !("id" in come) || gone.kind !== come.kind || gone.kind === "process")
    return refuse(
      "Only two of one kind can be swapped: services, platforms or CIs.",
      "Run remove for the one and add for the other.",
    );
  const present = idsOf(before, gone.kind);
  if (gone.id === come.id || (!present.includes(gone.id) && present.includes(come.id)))
    return { answers: before, notes: [] };
  if (!present.includes(gone.id)) return refuse(`${gone.id} isn't in this repo.`, `Run add ${come.id}.`);
  const ids = [...new Set([...present.filter((id) => id !== gone.id), come.id])];
  const after = withIds(before, gone.kind, ids);
  const jobs =
    exchange.jobs ?? (before.jobs === gone.id && canCarry(catalogue, come.id) ? come.id : undefined);
  return settle({ catalogue, before, after, jobs });
}

type Kind = "service" | "platform" | "ci";

function idsOf(answers: Answers, kind: Kind): readonly string[] {
  if (kind === "service") return answers.services;
  if (kind === "platform") return answers.platforms;
  return answers.ci === null ? [] : [answers.ci];
}

function withIds(answers: Answers, kind: Kind, ids: readonly string[]): Answers {
  if (kind === "service") return { ...answers, services: ids };
  if (kind === "platform") return { ...answers, platforms: ids };
  return { ...answers, ci: ids[0] ?? null };
}

function canCarry(catalogue: Catalogue, id: string): boolean {
  const service = findTemplate(catalogue, "service", id);
  return service !== undefined && candidatesFor("jobs", [service]).length > 0;
}

function refuse(message: string, fix: string): never {
  throw new Failure({ code: "change/swap", message, fix });
}
