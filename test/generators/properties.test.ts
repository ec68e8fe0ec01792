import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { receiptPath } from "../../src/core/receipt.ts";
import { edited, havingSome, linesIn, personEdits, wildEdits, wildlyEdited } from "./edits.ts";
import {
  adding,
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
const subjects = [
  "redis",
  "rabbitmq",
  "heroku",
  "github",
  "clock",
  "task tidy-up",
  "env STRIPE_KEY",
  "worker mailer",
];

const start = (
  services: readonly string[],
  platforms: readonly string[] = ["heroku"],
  ci: string | null = "github",
) =>
  createRepo({
    services: ["postgres", ...services],
    processes: ["web", "worker"],
    jobs: "postgres",
    platforms,
    ci,
  });

const additions = fc.record({
  edits: personEdits,
  subject: fc.constantFrom(...subjects),
  others: fc.subarray(["redis", "rabbitmq"]),
});

function stateWithout(subject: string, others: readonly string[]): Repo {
  return start(
    others.filter((id) => id !== subject),
    subject === "heroku" ? [] : ["heroku"],
    subject === "github" ? null : "github",
  );
}

describe("whatever the person edited", () => {
  it("add then remove is the identity, where they are merged without a conflict", async () => {
    let clean = 0;
    await fc.assert(
      fc.asyncProperty(additions, async ({ edits, subject, others }) => {
        const { repo } = edited(stateWithout(subject, others), edits);
        const added = await run(repo, adding(subject));
        if (added.conflicts.length > 0) return;
        clean++;
        const removed = await run(added, removing(subject));
        expect(removed.conflicts).toEqual([]);
        expect(texts(removed)).toEqual(texts(repo));
      }),
      { numRuns: RUNS, seed: 5 },
    );
    expect(clean).toBeGreaterThan(RUNS / 2);
  });

  it("no line of theirs is lost, be it by add, remove or swap, and a second run changes nothing", async () => {
    const verbs: { readonly [words: string]: readonly [Repo, Verb] } = {
      ...Object.fromEntries(
        subjects.map((subject) => [`add ${subject}`, [stateWithout(subject, []), adding(subject)]] as const),
      ),
      "remove rabbitmq": [start(["redis", "rabbitmq"]), removing("rabbitmq")],
      "remove redis": [start(["redis", "rabbitmq"]), removing("redis")],
      "remove heroku": [start(["rabbitmq"]), removing("heroku")],
      "remove github": [start(["rabbitmq"]), removing("github")],
      "swap postgres redis": [start([]), swapping("postgres", "redis")],
    };
    await fc.assert(
      fc.asyncProperty(personEdits, fc.constantFrom(...Object.keys(verbs)), async (edits, words) => {
        const [repo, verb] = verbs[words] as readonly [Repo, Verb];
        const mine = edited(repo, edits);
        const after = await run(mine.repo, verb);
        for (const { path, line } of mine.written) {
          expect(textOf(after, path) || "gone", `${path} of ${line}`).toContain(line);
        }
        for (const { path } of edits) {
          if (repo.files.has(path) && !mine.repo.files.has(path))
            expect(after.files.has(path), path).toBe(false);
        }
        expect(texts(await run(after, verb))).toEqual(texts(after));
      }),
      { numRuns: RUNS * 2, seed: 6 },
    );
  });

  it("the order of two adds doesn't matter, where they are merged without a conflict", async () => {
    const two = fc.uniqueArray(fc.constantFrom(...subjects.filter((subject) => subject !== "heroku")), {
      minLength: 2,
      maxLength: 2,
    });
    await fc.assert(
      fc.asyncProperty(personEdits, two, async (edits, [one = "", other = ""]) => {
        const from = start([], ["heroku"], one === "github" || other === "github" ? null : "github");
        const { repo } = edited(from, edits);
        const first = await run(await run(repo, adding(one)), adding(other));
        const second = await run(await run(repo, adding(other)), adding(one));
        expect(second.receipt).toEqual(first.receipt);
        if (first.conflicts.length + second.conflicts.length > 0) return;
        expect(texts(second)).toEqual(texts(first));
      }),
      { numRuns: RUNS, seed: 7 },
    );
  });

  it("an update to the same templates changes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(personEdits, async (edits) => {
        const { repo } = edited(start(["redis"]), edits);
        const updated = await run(repo, (answers) => ({ answers, notes: [] }));
        expect(updated.conflicts).toEqual([]);
        expect(texts(updated)).toEqual(texts(repo));
        expect(textOf(updated, receiptPath)).toBe(textOf(repo, receiptPath));
      }),
      { numRuns: RUNS, seed: 8 },
    );
  });
});

describe("whatever lines are put in, taken out, doubled or moved", () => {
  const touched = (repo: Repo, later: Repo) =>
    [...repo.files.keys()].filter(
      (path) =>
        path !== receiptPath && !path.endsWith("-lock.json") && textOf(repo, path) !== textOf(later, path),
    );

  it("add then remove is the identity where they are merged without a conflict, and loses no line", async () => {
    let clean = 0;
    await fc.assert(
      fc.asyncProperty(wildEdits, fc.constantFrom(...subjects), async (edits, subject) => {
        const start = stateWithout(subject, []);
        const paths = touched(start, await run(start, adding(subject)));
        const { repo, written } = wildlyEdited(start, edits, paths);
        const added = await run(repo, adding(subject));
        for (const { path, line } of written) expect(linesIn(added, path), path).toContain(line);
        expect(texts(await run(added, adding(subject)))).toEqual(texts(added));
        const removed = await run(added, removing(subject));
        for (const { path, line } of written) expect(linesIn(removed, path), path).toContain(line);
        if (added.conflicts.length + removed.conflicts.length > 0) return;
        clean++;
        expect(texts(removed)).toEqual(texts(repo));
      }),
      { numRuns: RUNS, seed: Number(process.env.VERB_SEED ?? 15) },
    );
    expect(clean).toBeGreaterThan(RUNS / 5);
  });

  it("what of it the person had already stays, and the rest goes", async () => {
    let clean = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...subjects),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 9 }),
        async (subject, chosen) => {
          const start = stateWithout(subject, []);
          const repo = havingSome(start, await run(start, adding(subject)), chosen);
          const added = await run(repo, adding(subject));
          const removed = await run(added, removing(subject));
          if (added.conflicts.length + removed.conflicts.length > 0) return;
          clean++;
          expect(texts(removed)).toEqual(texts(repo));
        },
      ),
      { numRuns: RUNS, seed: Number(process.env.VERB_SEED ?? 16) },
    );
    expect(clean).toBeGreaterThan(RUNS / 5);
  });
});
