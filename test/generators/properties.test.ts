import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PartialAnswers } from "../../src/core/answers.ts";
import { servicesFor, templatesOf } from "../../src/core/catalogue.ts";
import { Failure } from "../../src/core/failure.ts";
import { receiptPath } from "../../src/core/receipt.ts";
import {
  changedIn,
  commented,
  edited,
  havingSome,
  linesIn,
  personEdits,
  wildEdits,
  wildlyEdited,
} from "./edits.ts";
import {
  adding,
  catalogue,
  createRepo,
  type Repo,
  removing,
  run,
  swapping,
  textOf,
  texts,
  type Verb,
} from "./repo-model.ts";

const RUNS = Number(process.env.VERB_RUNS ?? 40);
const SEED = Number(process.env.VERB_SEED ?? 5);
const services = ["postgres", "redis", "rabbitmq"];
const stacks = templatesOf(catalogue, "stack");
const subjects = [
  ...["redis", "rabbitmq", "postgres", "heroku", "github", "clock", "worker mailer"],
  ...["task tidy-up", "task clean-up", "env STRIPE_KEY", "env API_URL"],
];

/** Of any stack with its own package managers and services; mostly those that every stack has. */
const anyAnswers: fc.Arbitrary<PartialAnswers> = fc.constantFrom(...stacks).chain((stack) => {
  const offered = servicesFor(catalogue, stack).map(({ id }) => id);
  return fc
    .record({
      stack: fc.constant(stack.id),
      services: fc.oneof(
        { weight: 4, arbitrary: fc.subarray(services) },
        { weight: 1, arbitrary: fc.subarray(offered) },
      ),
      processes: fc.constantFrom(["web"], ["web", "worker"], ["web", "worker"], ["web", "worker", "clock"]),
      platforms: fc.subarray(["heroku"]),
      ci: fc.constantFrom(null, "github"),
      packageManager: fc.constantFrom(...Object.keys(stack.definition.packageManagers)),
      example: fc.boolean(),
    })
    .map((answers) => ({ ...answers, processes: answers.services.length > 0 ? answers.processes : ["web"] }))
    .filter(isPossible);
});

function isPossible(answers: PartialAnswers): boolean {
  try {
    createRepo(answers);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

type Lines = readonly { readonly path: string; readonly line: string }[];
type Edited = { readonly repo: Repo; readonly written: Lines };
type Edit = (repo: Repo, later: Repo) => Edited;

/** Edits as people make them, and such as nobody would. The wild ones are in the files that a verb changes. */
const kinds: readonly (readonly [kind: string, edits: fc.Arbitrary<Edit>])[] = [
  ["realistic edits", personEdits.map((list) => named(list, (repo: Repo) => edited(repo, list)))],
  [
    "wild edits",
    wildEdits.map((list) => named(list, (repo: Repo, later: Repo) => wildlyEdited(repo, list, later))),
  ],
];

/** A function that fast-check prints as what it was made from. */
function named<F extends object>(from: unknown, edit: F): F {
  return Object.assign(edit, { [fc.toStringMethod]: () => JSON.stringify(from) });
}

/** What a verb makes of a repo, or null where it refuses. */
async function tried(repo: Repo, verb: Verb): Promise<Repo | null> {
  try {
    return await run(repo, verb);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

function expectAll(written: Lines, { files, ...repo }: Repo, because: string): void {
  for (const { path, line } of written)
    expect(
      linesIn({ ...repo, files }, path).some((each) => each.includes(line)),
      `${path} of ${line} ${because}`,
    ).toBe(true);
}

describe.each(kinds)("whatever the answers, with %s", (kind, edits) => {
  const least = kind === "wild edits" ? RUNS / 10 : RUNS / 4;

  it("add then remove is the identity, where they are merged without a conflict", async () => {
    let clean = 0;
    await fc.assert(
      fc.asyncProperty(anyAnswers, edits, fc.constantFrom(...subjects), async (answers, edit, subject) => {
        const start = createRepo(answers);
        const there = await tried(start, adding(subject));
        if (there === null || changedIn(start, there).length === 0) return;
        const { repo } = edit(start, there);
        const added = await run(repo, adding(subject));
        if (added.conflicts.length > 0) return;
        const removed = await run(added, removing(subject));
        if (removed.conflicts.length > 0) return;
        clean++;
        expect(texts(removed)).toEqual(texts(repo));
      }),
      { numRuns: RUNS * 2, seed: SEED },
    );
    expect(clean).toBeGreaterThan(least);
  });

  it("no line of theirs is lost, no file comes back, and a second run changes nothing", async () => {
    const verbs: { readonly [words: string]: Verb } = {
      ...Object.fromEntries(subjects.map((subject) => [`add ${subject}`, adding(subject)])),
      ...Object.fromEntries(subjects.slice(0, 6).map((subject) => [`remove ${subject}`, removing(subject)])),
      "remove postgres --jobs redis": removing("postgres", "redis"),
      "swap postgres redis": swapping("postgres", "redis"),
      "swap redis rabbitmq": swapping("redis", "rabbitmq"),
    };
    let done = 0;
    await fc.assert(
      fc.asyncProperty(
        anyAnswers,
        edits,
        fc.constantFrom(...Object.keys(verbs)),
        async (answers, edit, words) => {
          const start = createRepo(answers);
          const verb = verbs[words] as Verb;
          const there = await tried(start, verb);
          if (there === null) return;
          done++;
          const mine = edit(start, there);
          const after = await run(mine.repo, verb);
          expectAll(mine.written, after, `after ${words}`);
          for (const path of start.files.keys()) {
            if (!mine.repo.files.has(path)) expect(after.files.has(path), path).toBe(false);
          }
          expect(texts(await run(after, verb))).toEqual(texts(after));
        },
      ),
      { numRuns: RUNS * 3, seed: SEED + 1 },
    );
    expect(done).toBeGreaterThan(RUNS);
  });

  it("the order of two adds doesn't matter, where they are merged without a conflict", async () => {
    const two = fc.uniqueArray(fc.constantFrom(...subjects), { minLength: 2, maxLength: 2 });
    let clean = 0;
    await fc.assert(
      fc.asyncProperty(anyAnswers, edits, two, async (answers, edit, [one = "", other = ""]) => {
        const start = createRepo(answers);
        const in2 = async (repo: Repo, first: string, second: string) => {
          const half = await tried(repo, adding(first));
          return half === null ? null : { half, whole: await tried(half, adding(second)) };
        };
        const there = await in2(start, one, other);
        const back = await in2(start, other, one);
        if (!there?.whole || !back?.whole) return;
        const [jobs, others] = [there, back].map(({ whole }) => whole?.receipt.answers.jobs);
        // The first worker takes the best queue that there is, and a better one that comes later doesn't move it.
        if (jobs !== others) {
          expect(start.receipt.answers.jobs).toBeNull();
          return;
        }
        const { repo } = edit(start, there.whole);
        const [first, second] = [await in2(repo, one, other), await in2(repo, other, one)];
        expect(second?.whole?.receipt.answers).toEqual(first?.whole?.receipt.answers);
        const all = [first?.half, first?.whole, second?.half, second?.whole];
        if (all.some((each) => each?.conflicts.length !== 0)) return;
        clean++;
        expect(texts(second?.whole as Repo)).toEqual(texts(first?.whole as Repo));
      }),
      { numRuns: RUNS * 2, seed: SEED + 2 },
    );
    expect(clean).toBeGreaterThan(least);
  });

  it("an update to the same templates changes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(anyAnswers, edits, async (answers, edit) => {
        const start = createRepo(answers);
        const { repo } = edit(start, await run(start, adding("env STRIPE_KEY")));
        const updated = await run(repo, (answers) => ({ answers, notes: [] }));
        expect(updated.conflicts).toEqual([]);
        expect(texts(updated)).toEqual(texts(repo));
        expect(textOf(updated, receiptPath)).toBe(textOf(repo, receiptPath));
      }),
      { numRuns: RUNS, seed: SEED + 3 },
    );
  });
});

describe("what a verb adds, of which the person had some", () => {
  it("stays where they had it, and the rest goes", async () => {
    let clean = 0;
    await fc.assert(
      fc.asyncProperty(
        anyAnswers,
        fc.constantFrom(...subjects),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 9 }),
        async (answers, subject, chosen) => {
          const start = createRepo(answers);
          const there = await tried(start, adding(subject));
          if (there === null || changedIn(start, there).length === 0) return;
          const repo = havingSome(start, there, chosen);
          const added = await run(repo, adding(subject));
          const removed = await run(added, removing(subject));
          if (added.conflicts.length + removed.conflicts.length > 0) return;
          clean++;
          expect(texts(removed)).toEqual(texts(repo));
        },
      ),
      { numRuns: RUNS * 2, seed: SEED + 4 },
    );
    expect(clean).toBeGreaterThan(RUNS / 4);
  });
});

describe("what a verb takes away, in which the person wrote comments", () => {
  const whole = createRepo({
    ...{ services, processes: ["web", "worker", "clock"], jobs: "postgres" },
    ...{ platforms: ["heroku"], ci: "github" },
  });

  it.each(subjects.flatMap((subject) => [1, 3].map((every) => [subject, every] as const)))(
    "goes without one of them (%s, at every %d. line)",
    async (subject, every) => {
      const repo = await run(whole, adding(subject));
      const without = await tried(repo, removing(subject));
      if (without === null) return expect(subject).toBe("postgres");
      const mine = commented(repo, without, every);
      const removed = await run(mine.repo, removing(subject));
      expect(mine.written.length).toBeGreaterThan(2);
      expectAll(mine.written, removed, `after remove ${subject}`);
    },
  );
});
