import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { listingOf, readListing, readRepo } from "../../src/check/repo.ts";

function directory(files: { readonly [path: string]: string }): string {
  const root = mkdtempSync(join(tmpdir(), "repo-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const git = (cwd: string, ...args: readonly string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd });

const files = {
  ".gitignore": "*.log\n/secret\nout/\n!keep.log\n",
  "a.js": "1",
  "b.log": "2",
  "keep.log": "3",
  "secret/x": "4",
  "sub/secret/x": "5",
  "sub/out/y": "6",
  "node_modules/m/i.js": "7",
};
const expected = [".gitignore", "a.js", "keep.log", "sub/secret/x"];

describe("reading a repo", () => {
  test("without git, it leaves out what is ignored", async () => {
    const repo = await readRepo(directory(files));
    expect(repo.paths).toEqual(expected);
    expect(repo).toMatchObject({ tracked: null, versionControl: "none" });
  });

  test("with git, it takes what git has or would have", async () => {
    const root = directory(files);
    git(root, "init", "-q");
    expect((await readRepo(root)).versionControl).toBe("empty");
    git(root, "add", "a.js");
    git(root, "commit", "-qm", "one");
    const repo = await readRepo(root);
    expect(repo.paths).toEqual(expected);
    expect(repo.versionControl).toBe("committed");
    expect([...(repo.tracked ?? [])]).toEqual(["a.js"]);
  });

  test("knows the files of values that any commit has added, in its own folder", async () => {
    const root = directory({ ".env": "A=1\n", "app/.env.production": "B=2\n", "app/x.js": "3" });
    git(root, "init", "-q");
    git(root, "add", ".");
    git(root, "commit", "-qm", "one");
    git(root, "rm", "-q", "--cached", ".env", "app/.env.production");
    git(root, "commit", "-qm", "two");
    const commit = expect.stringMatching(/^[0-9a-f]{7,}$/);
    expect((await readRepo(root)).history).toEqual([
      { path: ".env", commit },
      { path: "app/.env.production", commit },
    ]);
    expect((await readRepo(join(root, "app"))).history).toEqual([{ path: ".env.production", commit }]);
    expect((await readRepo(directory(files))).history).toBe(null);
  });

  test("asks for the history again when a ref has moved, and only then", async () => {
    const root = directory({ ".env": "A=1\n", "a.js": "1" });
    git(root, "init", "-q");
    git(root, "add", ".");
    git(root, "commit", "-qm", "one");
    const first = await readRepo(root);
    expect(first.history?.map(({ path }) => path)).toEqual([".env"]);
    const remembered = [{ path: "remembered", commit: "abc1234" }];
    const earlier = readListing(listingOf({ ...first, history: remembered }));
    expect((await readRepo(root, earlier)).history).toEqual(remembered);
    for (const [path, ...move] of [
      [".env.a", "commit", "-qm", "two"],
      [".env.b", "commit", "-q", "--amend", "--no-edit"],
    ] as const) {
      execFileSync("touch", [join(root, path)]);
      git(root, "add", ".");
      git(root, ...move);
      expect((await readRepo(root, earlier)).history?.map((each) => each.path)).toContain(path);
    }
    git(root, "branch", "other", "HEAD~1");
    expect((await readRepo(root, earlier)).history).not.toEqual(remembered);
    git(root, "worktree", "add", "-q", "--detach", join(directory({}), "other"));
    expect((await readRepo(root)).refs).toBe(null);
  });

  test("runs nothing that the repo's git configuration names", async () => {
    const root = directory({ ...files, "evil.sh": '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n' });
    execFileSync("chmod", ["+x", join(root, "evil.sh")]);
    git(root, "init", "-q");
    git(root, "config", "core.fsmonitor", join(root, "evil.sh"));
    const { paths } = await readRepo(root);
    expect(paths).toContain("a.js");
    expect((await readRepo(root)).paths).not.toContain("ran");
  });

  test("follows no link, reads no folder, no binary and no huge file", async () => {
    const outside = directory({ secret: "swordfish" });
    const root = directory({
      "a.js": "1",
      "bin.js": "\0\0",
      "huge.js": "x".repeat((1 << 20) + 1),
      "sub/c.js": "3",
    });
    symlinkSync(join(outside, "secret"), join(root, "link.js"));
    symlinkSync(outside, join(root, "folder"));
    git(root, "init", "-q");
    git(root, "add", ".");
    rmSync(join(root, "sub"), { recursive: true });
    writeFileSync(join(outside, "c.js"), "swordfish");
    symlinkSync(outside, join(root, "sub"));
    const repo = await readRepo(root);
    expect(repo.read("a.js")).toBe("1");
    for (const path of ["link.js", "folder", "folder/secret", "sub/c.js", "bin.js", "huge.js", "../x"])
      expect(repo.read(path), path).toBe(null);
  });

  test("says so where there is no directory", async () => {
    await expect(readRepo("/nope/nope")).rejects.toMatchObject({ code: "check/no-directory" });
  });
});
