import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { commitChanges } from "../../src/io/commit/commit-changes.ts";
import { pendingJournal } from "../../src/io/commit/pending-journal.ts";
import { recover } from "../../src/io/commit/recover.ts";
import {
  bundleChild,
  type ChildRequest,
  changesOf,
  discard,
  inPairs,
  makeRepo,
  runChild,
  scratch,
  snapshot,
} from "./commit-scenario.ts";

// Some hundred processes are started, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const directory = scratch("kill");
let script = "";
let before: ReturnType<typeof snapshot> = {};
let after: ReturnType<typeof snapshot> = {};
let steps: readonly string[] = [];

beforeAll(async () => {
  script = await bundleChild(directory);
  const root = repo("whole");
  before = snapshot(root);
  steps = (await child({ verb: "commit", root })).report?.steps ?? [];
  after = snapshot(root);
});
afterAll(() => discard(directory));

const repo = (name: string, git = true) => {
  const root = join(directory, name);
  mkdirSync(root);
  makeRepo(root, git);
  return root;
};
const child = (request: ChildRequest) => runChild([process.execPath, script], request);
const receipt = ".twelve-factor.json";
const other = [{ kind: "add" as const, path: "other.txt", after: { content: "", executable: false } }];
const indexes = (names: readonly string[]) => names.map((_, index) => index);

describe("a commit that is not interrupted", () => {
  it("makes exactly the changes, keeps modes and line ends, and leaves no journal", () => {
    expect(steps.filter((name) => name === "torn").length).toBeGreaterThan(10);
    expect(after).toMatchObject({
      ".twelve-factor.json": '644 { "release": 1 }\n',
      "package.json": '644 {\r\n  "name": "new"\r\n}\r\n',
      "bin/run": "755 #!/bin/sh\nexec new\n",
      "bin/plain": "755 not yet executable\n",
      "bin/dev": "755 #!/bin/sh\n",
      "empty/": "755",
      "half/stays.txt": "644 stays\n",
      "src/new/deep.ts": "644 export {};\n",
    });
    expect(after["README.md"]).toMatch(/^600 # Ours/);
    expect(Object.keys(after).filter((path) => /gone|three|\.git\/./.test(path))).toEqual([]);
  });
});

describe.each([{ git: true }, { git: false }])("kill -9 at every step of a commit (%o)", ({ git }) => {
  it("leaves what recover turns into the new tree, and recover --abort into the old one", async () => {
    const expected = git ? { before, after } : { before: withoutGit(before), after: withoutGit(after) };
    const committed = steps.indexOf("committed");
    const done = steps.indexOf("marked-done");
    await inPairs(indexes(steps), async (killAt) => {
      const at = `step ${killAt}, ${steps[killAt]}`;
      const root = repo(`commit-${git}-${killAt}`, git);
      const { signal } = await child({ verb: "commit", root, killAt });
      expect(signal).toBe("SIGKILL");

      const applying = killAt >= committed && killAt < done;
      const pending = pendingJournal(root);
      if (applying) expect(pending, at).toMatchObject({ phase: "applying", running: false });
      if (pending !== null) {
        expect(() => commitChanges({ root, changes: other }), at).toThrow(/interrupted|ended in the middle/);
      }

      const finished = copy(root, "finished");
      const { outcome, paths } = recover({ root: finished, abort: false });
      if (applying)
        expect({ outcome, last: paths.at(-1) }, at).toEqual({ outcome: "finished", last: receipt });
      expect(snapshot(finished), at).toEqual(killAt >= committed ? expected.after : expected.before);
      expect(pendingJournal(finished), at).toBeNull();

      expect(recover({ root, abort: true }).outcome === "undone", at).toBe(applying);
      expect(snapshot(root), at).toEqual(killAt >= done ? expected.after : expected.before);
      if (killAt < done) {
        commitChanges({ root, changes: changesOf(root) });
        expect(snapshot(root), at).toEqual(expected.after);
      }
      discard(root);
      discard(finished);
    });
  });
});

const middle = () => steps.indexOf("replaced", steps.indexOf("replaced") + 3);
const lastOf = (name: string) => () => steps.lastIndexOf(name);

describe.each([
  { first: false, second: false, killedAt: [middle] },
  { first: false, second: true, killedAt: [middle, lastOf("staged")] },
  { first: true, second: false, killedAt: [lastOf("deleted"), lastOf("marked-done")] },
  { first: true, second: true, killedAt: [lastOf("applied")] },
])(
  "kill -9 at every step inside recover (abort: $first, then abort: $second)",
  ({ first, second, killedAt }) => {
    it("leaves what the last recover was asked for", async () => {
      for (const killAt of killedAt.map((point) => point())) {
        const killed = repo(`killed-${first}-${second}-${killAt}`);
        await child({ verb: "commit", root: killed, killAt });
        const trial = copy(killed, "trial");
        const names = (await child({ verb: "recover", root: trial, abort: first })).report?.steps ?? [];
        expect(names.length).toBeGreaterThan(5);
        discard(trial);
        await inPairs(indexes(names), async (at) => {
          const root = copy(killed, String(at));
          const { signal } = await child({ verb: "recover", root, abort: first, killAt: at });
          expect(signal).toBe("SIGKILL");
          recover({ root, abort: second });
          const abort = at >= names.indexOf("marked-done") ? first : second;
          const isNew =
            killAt >= steps.indexOf("marked-done") || (killAt >= steps.indexOf("committed") && !abort);
          expect(snapshot(root), `${killAt}, then ${at}, ${names[at]}`).toEqual(isNew ? after : before);
          discard(root);
        });
        discard(killed);
      }
    });
  },
);

function copy(from: string, name: string): string {
  const to = `${from}-${name}`;
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
  return to;
}

function withoutGit(tree: ReturnType<typeof snapshot>) {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => path !== ".git/"));
}
