import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import type { Change } from "../../src/core/types.ts";
import { commitChanges } from "../../src/io/commit/commit-changes.ts";
import { journalDirectory } from "../../src/io/commit/journal.ts";
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

const directory = scratch("commit");
/** Root may write everything, so what the system refuses is tried as nobody. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65534 } : {};
let script = "";
let root = "";
let count = 0;

beforeAll(async () => {
  chmodSync(directory, 0o755);
  script = await bundleChild(directory);
});
afterAll(() => discard(directory));
beforeEach(() => {
  root = join(directory, `repo-${count++}`);
  mkdirSync(root);
  makeRepo(root);
});

const child = (request: ChildRequest) => runChild([process.execPath, script], request);
const file = (content: string, executable = false) => ({ content, executable });
const add = (path: string): Change => ({ kind: "add", path, after: file("new\n") });
const modify = (path: string, content: string): Change => ({
  kind: "modify",
  path,
  before: file(content),
  after: file("new\n"),
});

function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("what commitChanges refuses, with nothing written", () => {
  const refusals: {
    what: string;
    prepare?: () => void;
    change: () => Change;
    code: string;
    names: RegExp;
  }[] = [
    {
      what: "a target that is a symbolic link",
      prepare: () => symlinkSync("README.md", join(root, "link.md")),
      change: () => modify("link.md", "# Mine\n"),
      code: "path-refused",
      names: /link\.md.*symbolic link/,
    },
    {
      what: "a parent that is a symbolic link",
      prepare: () => symlinkSync("half", join(root, "linked")),
      change: () => add("linked/deep/new.txt"),
      code: "path-refused",
      names: /parent `linked` is a symbolic link/,
    },
    {
      what: "a dangling link",
      prepare: () => symlinkSync("/nowhere/at/all", join(root, "dangling")),
      change: () => add("dangling"),
      code: "path-refused",
      names: /symbolic link/,
    },
    {
      what: "a directory",
      change: () => add("half"),
      code: "path-refused",
      names: /is a directory/,
    },
    {
      what: "a parent that is a file",
      change: () => add("README.md/new.txt"),
      code: "path-refused",
      names: /parent `README.md` is a file/,
    },
    {
      what: "a file that exists",
      change: () => add("README.md"),
      code: "file-changed",
      names: /exists already/,
    },
    {
      what: "a file that the user changed",
      change: () => modify("README.md", "# Other\n"),
      code: "file-changed",
      names: /README\.md.*content is another/,
    },
    {
      what: "a file that differs in its line ends",
      change: () => modify("package.json", '{\n  "name": "old"\n}\n'),
      code: "file-changed",
      names: /package\.json/,
    },
    {
      what: "a file that is gone",
      change: () => ({ kind: "delete", path: "lost.txt", before: file("x") }),
      code: "file-changed",
      names: /is gone/,
    },
    {
      what: "a read-only file",
      prepare: () => chmodSync(join(root, "README.md"), 0o444),
      change: () => modify("README.md", "# Mine\n"),
      code: "read-only",
      names: /README\.md.*read-only/,
    },
    {
      what: "a name that differs from one on disk by case",
      change: () => add("readme.md"),
      code: "path-refused",
      names: /`README\.md` is there/,
    },
    {
      what: "a directory that differs from one on disk by case",
      change: () => add("Half/new.txt"),
      code: "path-refused",
      names: /`half` is there/,
    },
  ];

  it.each(refusals)("$what", ({ prepare, change, code, names }) => {
    prepare?.();
    const before = snapshot(root);
    const failure = failureOf(() => commitChanges({ root, changes: [add("fine.txt"), change()] }));
    expect(failure).toMatchObject({ code, state: "Nothing was written." });
    expect(failure.message).toMatch(names);
    expect(failure.fix).not.toBe("");
    expect(snapshot(root)).toEqual(before);
  });

  it("names all files that are in the way at once", () => {
    const changes = [add("README.md"), modify("bin/plain", "other"), add("new.txt")];
    const { message } = failureOf(() => commitChanges({ root, changes }));
    expect(message).toMatch(/README\.md.*\n.*bin\/plain/);
    expect(message).not.toContain("new.txt");
  });
});

describe("where the journal lies", () => {
  const git = (cwd: string, ...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], {
      cwd,
      encoding: "utf8",
    }).trim();
  const gitPath = (cwd: string) => join(cwd, git(cwd, "rev-parse", "--git-path", "twelve-factor"));

  it("is where git says, also in a linked work tree, and never in the tree itself", () => {
    rmSync(join(root, ".git"), { recursive: true });
    git(root, "init", "-q");
    git(root, "commit", "-q", "--allow-empty", "-m", "x");
    const linked = `${root}-linked`;
    git(root, "worktree", "add", "-q", linked);
    expect(journalDirectory(root)).toBe(gitPath(root));
    expect(journalDirectory(linked)).toBe(git(linked, "rev-parse", "--git-path", "twelve-factor"));

    commitChanges({
      root: linked,
      changes: [add("a.txt")],
      onStep: () => expect(git(linked, "status", "--porcelain")).not.toContain("twelve-factor/"),
    });
    expect(git(linked, "status", "--porcelain")).toBe("?? a.txt");
  });

  it("is one of its own for each part of a larger repo", () => {
    const [one, two] = ["half", "gone"].map((part) => journalDirectory(join(root, part)));
    expect(one).not.toBe(two);
    expect(dirname(one ?? "")).toBe(journalDirectory(root));
    commitChanges({ root: join(root, "half"), changes: [add("a.txt")] });
    expect(readdirSync(join(root, ".git"))).toEqual([]);
  });

  it("is found again when git came in between", async () => {
    rmSync(join(root, ".git"), { recursive: true });
    await child({ verb: "commit", root, killAt: 40 });
    mkdirSync(join(root, ".git"));
    expect(pendingJournal(root)?.directory).toBe(join(root, ".twelve-factor"));
    recover({ root, abort: true });
    expect(journalDirectory(root)).toBe(join(root, ".git/twelve-factor"));
  });

  it("may lie on another file system, where originals cannot be linked", async (ctx) => {
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), "twelve-factor-git-")));
    if (lstatSync(elsewhere).dev === lstatSync(root).dev) ctx.skip("not run: there is only one file system");
    rmSync(join(root, ".git"), { recursive: true });
    writeFileSync(join(root, ".git"), `gitdir: ${elsewhere}\n`);
    const before = snapshot(root);
    const { report } = await child({ verb: "commit", root: copied(root) });
    const committed = report?.steps.indexOf("applied") ?? 0;
    await child({ verb: "commit", root, killAt: committed });
    expect(snapshot(root)).not.toEqual(before);
    expect(recover({ root, abort: true }).outcome).toBe("undone");
    expect(snapshot(root)).toEqual(before);
    expect(readdirSync(elsewhere)).toEqual([]);
    discard(elsewhere);
  });
});

describe("two at once", () => {
  it("refuses the second one, which names the first, and lets nobody recover meanwhile", () => {
    const refused: Failure[] = [];
    commitChanges({
      root,
      changes: [add("first.txt")],
      onStep: (name) => {
        if (name !== "committed") return;
        expect(pendingJournal(root)).toMatchObject({
          phase: "applying",
          running: true,
          owner: { pid: process.pid },
        });
        refused.push(failureOf(() => commitChanges({ root, changes: [add("second.txt")] })));
        refused.push(failureOf(() => recover({ root, abort: true })));
      },
    });
    expect(refused.map(({ code }) => code)).toEqual(["locked", "locked"]);
    for (const { message } of refused)
      expect(message).toContain(`process id ${process.pid} on ${hostname()}`);
    expect(existsSync(join(root, "first.txt"))).toBe(true);
    expect(existsSync(join(root, "second.txt"))).toBe(false);
  });

  it("lets 8 parallel runs through one at a time, and loses no change", async () => {
    writeFileSync(join(root, "count.txt"), "0\n");
    const runs = Array.from({ length: 8 }, () => child({ verb: "count", root, times: 5 }));
    const refused = (await Promise.all(runs)).flatMap(({ report }) => report?.refused ?? ["no report"]);
    expect(readFileSync(join(root, "count.txt"), "utf8")).toBe("40\n");
    for (const refusal of refused)
      expect(refusal).toMatch(/^(locked: The run with process id \d+|file-changed|locked: Other)/);
    expect(readdirSync(join(root, ".git"))).toEqual([]);
  });

  it("lets one of 8 parallel recoveries take a dead owner's lock over", async () => {
    const before = snapshot(root);
    await child({ verb: "commit", root, killAt: 50 });
    const runs = Array.from({ length: 8 }, () => child({ verb: "recover", root, abort: true }));
    const reports = (await Promise.all(runs)).map(({ report }) => report?.outcome ?? report?.failure?.code);
    expect(reports.filter((report) => report === "undone")).toEqual(["undone"]);
    expect(reports.filter((report) => !["undone", "locked", "nothing"].includes(report ?? ""))).toEqual([]);
    expect(snapshot(root)).toEqual(before);
  });

  it("takes no lock over from another machine, and a lock that a power cut emptied only in recover", () => {
    const journal = join(root, ".git/twelve-factor");
    mkdirSync(journal);
    const owner = { pid: 1, start: "", machine: "00000000", host: "far-away", nonce: "1--00000000-x" };
    writeFileSync(join(journal, "lock"), JSON.stringify(owner));
    expect(failureOf(() => recover({ root, abort: false }))).toMatchObject({ code: "locked" });
    expect(failureOf(() => commitChanges({ root, changes: [add("a")] })).message).toContain("far-away");

    writeFileSync(join(journal, "lock"), "");
    expect(failureOf(() => commitChanges({ root, changes: [add("a")] })).code).toBe("stale-lock");
    expect(recover({ root, abort: false }).outcome).toBe("discarded");
    commitChanges({ root, changes: [add("a")] });
  });
});

describe("a user's edit between the kill and recover", () => {
  let steps: readonly string[] = [];
  beforeEach(async () => {
    const { report } = await child({ verb: "commit", root: copied(root) });
    steps = report?.steps ?? [];
    await child({ verb: "commit", root, killAt: steps.lastIndexOf("torn") });
  });

  it.each([false, true])("is kept, and so is the journal (abort: %s)", (abort) => {
    writeFileSync(join(root, "README.md"), "my edit\n");
    const before = snapshot(root);
    const failure = failureOf(() => recover({ root, abort }));
    expect(failure.code).toBe("edited-since");
    expect(failure.message).toMatch(/README\.md/);
    expect(failure.message).not.toMatch(/package\.json/);
    const { ".git/twelve-factor/lock": _, ...rest } = before;
    expect(snapshot(root)).toEqual(rest);
    expect(pendingJournal(root)?.phase).toBe("applying");
    expect(failureOf(() => commitChanges({ root, changes: [add("a")] })).fix).toContain("recover");

    rmSync(join(root, "README.md"));
    expect(recover({ root, abort }).outcome).toBe(abort ? "undone" : "finished");
    expect(readFileSync(join(root, "README.md"), "utf8")).toMatch(abort ? "# Mine" : "# Ours");
  });

  it("is not written through, when it is a link", () => {
    writeFileSync(join(directory, "private"), "private\n");
    rmSync(join(root, ".twelve-factor.json"), { force: true });
    symlinkSync(join(directory, "private"), join(root, ".twelve-factor.json"));
    expect(failureOf(() => recover({ root, abort: false })).message).toMatch(/symbolic link/);
    expect(readFileSync(join(directory, "private"), "utf8")).toBe("private\n");
  });

  it("stops at a damaged journal, and keeps it", () => {
    const plan = join(root, ".git/twelve-factor/plan.json");
    writeFileSync(plan, readFileSync(plan, "utf8").replace("README.md", "README.MD"));
    expect(failureOf(() => recover({ root, abort: true })).code).toBe("journal-damaged");
    expect(existsSync(plan)).toBe(true);
  });
});

describe("a file that is edited while the commit is under way", () => {
  it("is kept, and the rest is taken back", () => {
    const before = snapshot(root);
    const failure = failureOf(() =>
      commitChanges({
        root,
        changes: changesOf(root),
        onStep: (name) => {
          if (name === "committed") writeFileSync(join(root, "bin/plain"), "my edit\n");
        },
      }),
    );
    expect(failure).toMatchObject({ code: "edited-since", state: expect.stringContaining("taken back") });
    expect(snapshot(root)).toEqual({ ...before, "bin/plain": "644 my edit\n" });
  });
});

describe("a system that refuses", () => {
  it("a full disk at every step leaves the old tree, or the new one and success", async (ctx) => {
    const mount = join(directory, "mount");
    mkdirSync(mount);
    const namespace = ["unshare", process.getuid?.() === 0 ? "-m" : "-rm", "sh", "-c"];
    const mounted = ["mount -t tmpfs -o size=1m tmpfs", `'${mount}'`].join(" ");
    try {
      execFileSync(namespace[0] ?? "", [...namespace.slice(1), mounted], { stdio: "ignore" });
    } catch {
      ctx.skip("not run: this system lets nobody mount a small file system");
    }
    const command = [...namespace, `${mounted} && exec "$0" "$@"`, process.execPath, script];
    const starved = (await runChild(command, { verb: "starve", root: mount })).report?.starved ?? [];
    expect(starved.length).toBeGreaterThan(50);
    for (const { step, code, state, tree } of starved) {
      if (code === null) expect(tree, step).toBe("new");
      else expect({ step, code, tree, state }).toMatchObject({ step, code: "no-space", tree: "old" });
    }
    const states = new Set(starved.map(({ state }) => state));
    expect(states).toEqual(new Set(["Nothing was written.", "", expect.stringContaining("taken back")]));
  });

  it("a directory that may not be written is refused before anything happens", async () => {
    giveAway(root);
    chmodSync(join(root, "half"), 0o555);
    const before = snapshot(root);
    const { report } = await child({ verb: "commit", root, ...unprivileged });
    expect(report?.failure).toMatchObject({ code: "read-only", state: "Nothing was written." });
    expect(report?.failure?.message).toContain("half");
    expect(snapshot(root)).toEqual(before);
  });

  it("a journal directory that may not be written is refused", async () => {
    giveAway(root);
    chmodSync(join(root, ".git"), 0o555);
    const before = snapshot(root);
    const { report } = await child({ verb: "commit", root, ...unprivileged });
    expect(report?.failure).toMatchObject({ code: "no-permission", state: "Nothing was written." });
    expect(snapshot(root)).toEqual(before);
  });

  it("a refusal after the commit point undoes, and one that hinders that too leaves it to recover", async () => {
    giveAway(root);
    const { report } = await child({ verb: "commit", root: copied(root), ...unprivileged });
    const steps = report?.steps ?? [];
    const before = snapshot(root);

    const committed = steps.indexOf("committed");
    const bin = join(root, "bin");
    const early = await child({
      verb: "commit",
      root,
      protect: { directory: bin, at: committed },
      ...unprivileged,
    });
    expect(early.report?.failure).toMatchObject({
      code: "no-permission",
      state: expect.stringContaining("taken back"),
    });
    chmodSync(bin, 0o755);
    expect(snapshot(root)).toEqual(before);

    const [, , third] = steps.flatMap((name, n) => (name === "replaced" ? [n] : []));
    const late = third ?? 0;
    const half = await child({
      verb: "commit",
      root,
      protect: { directory: bin, at: late },
      ...unprivileged,
    });
    chmodSync(bin, 0o755);
    expect(half.report?.steps.at(-1)).toBe("unlocked");
    expect(half.report?.failure).toMatchObject({
      code: "half-applied",
      fix: expect.stringContaining("recover"),
    });
    expect(snapshot(root)).not.toEqual(before);
    expect(pendingJournal(root)).toMatchObject({ phase: "applying", running: false });
    expect(recover({ root, abort: true }).outcome).toBe("undone");
    expect(snapshot(root)).toEqual(before);
  });
});

describe("SIGINT", () => {
  it("at any step lets the commit end, and the process then exits 130", async () => {
    const trial = copied(root);
    const steps = (await child({ verb: "commit", root: trial })).report?.steps ?? [];
    const after = snapshot(trial);
    const some = steps.map((_, n) => n).filter((n) => n % 6 === 0 || n === steps.length - 1);
    await inPairs(some, async (interruptAt) => {
      const copy = `${root}-${interruptAt}`;
      cpSync(root, copy, { recursive: true });
      const { code, signal } = await child({ verb: "commit", root: copy, interruptAt });
      expect({ code, signal }, steps[interruptAt]).toEqual({ code: 130, signal: null });
      expect(snapshot(copy)).toEqual(after);
    });
  });
});

function copied(from: string): string {
  const to = `${from}-copy`;
  cpSync(from, to, { recursive: true });
  if ("uid" in unprivileged && lstatSync(from).uid === unprivileged.uid) giveAway(to);
  return to;
}

/** To the unprivileged user that the child will be. */
function giveAway(path: string): void {
  if (unprivileged.uid === undefined) return;
  lchownSync(path, unprivileged.uid, unprivileged.uid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveAway(join(path, name));
}
