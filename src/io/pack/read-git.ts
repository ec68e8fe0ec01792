import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceFile } from "../../core/compile.ts";
import { Failure } from "../../core/failure.ts";
import { withoutRepository } from "../../core/git-environment.ts";
import { printable } from "../../core/printable.ts";
import { withoutSecret } from "../../core/without-secret.ts";
import { isRead, limits, refuse } from "./read-pack.ts";

export type GitSource = { readonly url: string; readonly ref: string; readonly folder: string };

/** Reads `git+URL#REF:FOLDER`, without what is secret in it; null for anything else. */
export function gitSource(source: string): GitSource | null {
  const scp = /^(?:git\+)?([\w.-]+@[\w.-]+):(?!\/)([^#]+)(?:#(.*))?$/.exec(source);
  const [, plain, fragment = ""] = scp
    ? ["", `ssh://${scp[1]}/${scp[2]}`, scp[3]]
    : (/^(?:git\+)?([a-z]+:[^#]*)(?:#(.*))?$/.exec(source) ?? []);
  if (plain === undefined || !(scp || source.startsWith("git+") || /^ssh:|\.git($|#)/.test(source)))
    return null;
  const [, ref = "", folder = ""] = /^([^:]*):?(.*)$/.exec(fragment) ?? [];
  return { url: withoutSecret(plain), ref, folder: folder.replace(/^\/+|\/+$/g, "") };
}

export function printGitSource({ url, ref, folder }: GitSource): string {
  const at = folder === "" ? ref : `${ref}:${folder}`;
  return `git+${url}${at === "" ? "" : `#${at}`}`;
}

/** Blobs of one commit, read without a work tree: no hook, filter, submodule or link of the repository has an effect. */
export function filesInGit(source: GitSource, given: string): readonly SourceFile[] {
  const { ref, folder } = source;
  const url = /^(?:git\+)?([a-z]+:\/\/[^#]*)/.exec(given)?.[1] ?? source.url;
  verifySource({ url, ref, folder });
  const repository = mkdtempSync(join(tmpdir(), "twelve-factor-git-"));
  try {
    git(repository, ["init", "--quiet", "--bare", "."]);
    const protocols = ["https", "ssh", "file"].flatMap((name) => ["-c", `protocol.${name}.allow=always`]);
    const only = ["-c", "protocol.allow=never", "-c", "protocol.ext.allow=never", ...protocols];
    const fetching = [
      "fetch",
      "--quiet",
      "--depth=1",
      "--no-tags",
      "--no-recurse-submodules",
      "--no-write-commit-graph",
    ];
    git(repository, [...only, ...fetching, "--", url, ref === "" ? "HEAD" : ref]);
    const tree = `FETCH_HEAD^{commit}:${folder}`;
    return blobs(repository, git(repository, ["ls-tree", "-r", "-z", "-l", "--full-tree", tree]).toString());
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
}

function verifySource({ url, ref, folder }: GitSource): void {
  const shown = printable(withoutSecret(url));
  if (!/^(https|ssh|file):\/\/(?!-)[^\s]*$/.test(url) || /^ssh:\/\/[^/]*@-/.test(url))
    refuse(shown, "git isn't to be asked there", "Use https://, ssh:// or file://.");
  if ((ref !== "" && !/^[A-Za-z0-9_][\w./+-]*$/.test(ref)) || ref.includes(".."))
    refuse(shown, `"${printable(ref)}" can't be a ref`, "Name a tag, a branch or a whole commit after #.");
  if (folder.split("/").some((part) => part === ".." || part === "."))
    refuse(shown, `"${printable(folder)}" leads elsewhere`, "Name a folder of the repository after #REF:.");
}

function blobs(repository: string, listing: string): readonly SourceFile[] {
  const entries = listing.split("\0").flatMap((line) => {
    const [, mode = "", type, id = "", size = "", path = ""] =
      /^(\d+) (\w+) (\w+) +(\S+)\t([\s\S]*)$/.exec(line) ?? [];
    if (line === "" || !isRead(path.split("/")[0] ?? "")) return [];
    if (type !== "blob" || mode === "120000")
      refuse(
        path,
        mode === "120000" ? "it is a symbolic link" : "it is a submodule",
        "Commit a copy of what it stands for.",
      );
    if (Number(size) > limits.file)
      refuse(path, `it is larger than ${limits.file >> 20} MB`, "Leave it out.");
    return [{ path, id, size: Number(size), executable: mode === "100755" }];
  });
  if (entries.length > limits.files)
    refuse(repository, `it has more than ${limits.files} files`, "Divide it into several packs.");
  if (entries.reduce((sum, { size }) => sum + size, 0) > limits.all)
    refuse(repository, `it has more than ${limits.all >> 20} MB`, "Leave out what isn't a template.");
  const read = git(repository, ["cat-file", "--batch"], entries.map(({ id }) => `${id}\n`).join(""));
  let at = 0;
  return entries.map(({ path, size, executable }) => {
    const start = read.indexOf(10, at) + 1;
    at = start + size + 1;
    return { path, executable, content: read.subarray(start, start + size) };
  });
}

function git(cwd: string, args: readonly string[], input = ""): Buffer {
  const { status, stdout, stderr, error } = spawnSync("git", ["-c", "core.hooksPath=/dev/null", ...args], {
    cwd,
    input,
    // With the person's own credentials and settings; it asks nothing.
    env: {
      ...withoutRepository(process.env),
      GIT_TERMINAL_PROMPT: "0",
      GIT_LFS_SKIP_SMUDGE: "1",
      LC_ALL: "C",
    },
    maxBuffer: limits.all * 2,
    timeout: 120_000,
  });
  if (status === 0) return stdout;
  const [reason = ""] = (error?.message ?? stderr.toString())
    .split("\n")
    .filter((line) => line.trim() !== "");
  throw new Failure({
    code: "pack/fetch",
    message: `git can't read the pack: ${printable(withoutSecret(reason.replace(/^fatal: /, "")))}.`,
    fix: "Check the URL, the ref and the folder after #, and that git itself may fetch from there.",
  });
}
