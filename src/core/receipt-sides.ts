import { Failure } from "./failure.ts";
import { readReceipt, receiptPath, rejecting, suppressed } from "./receipt.ts";
import type { Answers, Receipt } from "./types.ts";

/** A receipt that two branches changed: what each made of it, and what they had in common, where that is known. */
export type ReceiptSides = {
  readonly base: Receipt | null;
  readonly ours: Receipt;
  readonly theirs: Receipt;
};

/** Reads a receipt with git's conflict markers; null where it has none. `base` is its text before the branches, or null. */
export function readReceiptSides(text: string, base: string | null): ReceiptSides | null {
  const sides = splitMarked(text);
  if (sides === null) return null;
  const common = base ?? sides.base;
  return {
    base: common === null ? null : readReceipt(common),
    ours: readReceipt(sides.ours),
    theirs: readReceipt(sides.theirs),
  };
}

/** One receipt of both: lists as sets, everything else as the one side that changed it. */
export function mergeReceiptSides({ base, ours, theirs }: ReceiptSides): Receipt {
  const pick = <T>(what: string, of: (receipt: Receipt) => T): T => {
    const [mine, other] = [of(ours), of(theirs)];
    if (same(mine, other)) return mine;
    if (base !== null && same(of(base), mine)) return other;
    if (base !== null && same(of(base), other)) return mine;
    throw new Failure({
      code: "receipt/conflict",
      message: `Both branches changed ${what} in ${receiptPath}: ${JSON.stringify(mine)} and ${JSON.stringify(other)}.`,
      fix: "Keep one of the two lines there, without the markers around them, and run this again.",
    });
  };
  const join = <T>(of: (receipt: Receipt) => readonly T[], keyOf: (item: T) => string, what: string) => {
    const keys = (receipt: Receipt | null) =>
      new Map(receipt === null ? [] : of(receipt).map((item) => [keyOf(item), item]));
    const [known, mine, other] = [keys(base), keys(ours), keys(theirs)];
    const stays = (key: string) => (known.has(key) ? mine.has(key) && other.has(key) : true);
    return [...new Set([...mine.keys(), ...other.keys()])].filter(stays).map((key): T => {
      const [a, b] = [mine.get(key) ?? other.get(key), other.get(key) ?? mine.get(key)] as [T, T];
      if (same(a, b)) return a;
      return pick(`${what} ${key}`, (receipt) => keys(receipt).get(key) as T);
    });
  };
  const answer = <K extends keyof Answers>(key: K) => pick(key, (receipt) => receipt.answers[key]);
  const itself = (text: string) => text;
  const byName = (item: { readonly name: string }) => item.name;
  return {
    release: pick("the release", (receipt) => receipt.release),
    packs: join(
      (receipt) => receipt.packs,
      ({ name }) => name,
      "the pack",
    ),
    answers: {
      name: answer("name"),
      description: answer("description"),
      license: answer("license"),
      author: answer("author"),
      stack: answer("stack"),
      services: join((receipt) => receipt.answers.services, itself, "the service"),
      jobs: answer("jobs"),
      processes: join((receipt) => receipt.answers.processes, byName, "the process"),
      platforms: join((receipt) => receipt.answers.platforms, itself, "the platform"),
      ci: answer("ci"),
      packageManager: answer("packageManager"),
      example: answer("example"),
      env: join((receipt) => receipt.answers.env, byName, "the variable"),
      tasks: join((receipt) => receipt.answers.tasks, byName, "the task"),
      ...factsOf(pick("the facts", (receipt) => receipt.answers.facts ?? null)),
      ...mores(pick("what the packs ask", (receipt) => receipt.answers.more ?? {})),
    },
    kept: join((receipt) => receipt.kept, itself, "what was kept").toSorted(),
    ...rejecting(join((receipt) => receipt.rejected ?? [], JSON.stringify, "the rejection of")),
    ...suppressed(join((receipt) => receipt.suppressions ?? [], JSON.stringify, "the suppression")),
  };
}

function factsOf(facts: Answers["facts"] | null): Pick<Answers, "facts"> {
  return facts ? { facts } : {};
}

function mores(more: NonNullable<Answers["more"]>): Pick<Answers, "more"> {
  return Object.keys(more).length === 0 ? {} : { more };
}

type Texts = { readonly base: string | null; readonly ours: string; readonly theirs: string };

/** The two or three texts that a text with git's markers stands for. */
function splitMarked(text: string): Texts | null {
  const sides: { [side in keyof Texts]: string[] } = { base: [], ours: [], theirs: [] };
  let at: keyof Texts | null = null;
  let [marked, hasBase] = [false, true];
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    if (/^<{7}( |$)/.test(line)) {
      [at, marked] = ["ours", true];
      continue;
    }
    if (at === "ours" && /^\|{7}( |$)/.test(line)) {
      at = "base";
      continue;
    }
    if (at !== null && /^={7}$/.test(line)) {
      if (at === "ours") hasBase = false;
      at = "theirs";
      continue;
    }
    if (at === "theirs" && /^>{7}( |$)/.test(line)) {
      at = null;
      continue;
    }
    for (const side of ["base", "ours", "theirs"] as const) {
      if (at === null || at === side) sides[side].push(line);
    }
  }
  if (!marked) return null;
  const joined = (side: keyof Texts) => sides[side].join("\n");
  return { base: hasBase ? joined("base") : null, ours: joined("ours"), theirs: joined("theirs") };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
