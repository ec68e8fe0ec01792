/** One repo and one set of changes with everything in it that a commit can meet; shared by tests and children. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Change, Tree } from "../../src/core/types.ts";

export type ChildRequest = {
  readonly verb: "commit" | "recover" | "create" | "count" | "starve";
  readonly root: string;
  readonly abort?: boolean;
  readonly changes?: readonly Change[];
  readonly undo?: string;
  readonly files?: { readonly [path: string]: string };
  readonly times?: number;
  readonly killAt?: number;
  readonly interruptAt?: number;
  readonly uid?: number;
  /** Takes the right to write away from a directory when that step is reached. */
  readonly protect?: { readonly directory: string; readonly at: number };
  readonly cwd?: string;
};

export type ChildReport = {
  steps: string[];
  outcome?: string;
  refused?: string[];
  starved?: { step: string; code: string | null; state: string; tree: "old" | "new" | "mixed" }[];
  failure?: { code: string; message: string; fix: string; state: string };
};

export type ChildResult = {
  readonly report: ChildReport | null;
  readonly code: number | null;
  readonly signal: string | null;
};

const old: { readonly [path: string]: string } = {
  "package.json": '{\r\n  "name": "old"\r\n}\r\n',
  "README.md": "# Mine\n",
  "bin/run": "#!/bin/sh\nexec old\n",
  "bin/plain": "not yet executable\n",
  "gone/deep/one.txt": "one\n",
  "gone/two.txt": "two\n",
  "half/three.txt": "three\n",
  "half/stays.txt": "stays\n",
};

export function makeRepo(root: string, git = true): void {
  mkdirSync(join(root, "empty"), { recursive: true });
  if (git) mkdirSync(join(root, ".git"));
  for (const [path, content] of Object.entries(old)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  chmodSync(join(root, "bin/run"), 0o755);
  chmodSync(join(root, "README.md"), 0o600);
  chmodSync(join(root, "gone/deep"), 0o711);
}

export function changesOf(root: string): Change[] {
  const before = (path: string, executable = false) => ({
    content: readFileSync(join(root, path)),
    executable,
  });
  const after = (content: string, executable = false) => ({ content, executable });
  return [
    { kind: "add", path: ".twelve-factor.json", after: after('{ "release": 1 }\n') },
    { kind: "delete", path: "gone/deep/one.txt", before: before("gone/deep/one.txt") },
    { kind: "delete", path: "gone/two.txt", before: before("gone/two.txt") },
    { kind: "delete", path: "half/three.txt", before: before("half/three.txt") },
    {
      kind: "modify",
      path: "package.json",
      before: before("package.json"),
      after: after('{\r\n  "name": "new"\r\n}\r\n'),
    },
    {
      kind: "modify",
      path: "README.md",
      before: before("README.md"),
      after: after(`# Ours\n${"long ".repeat(2000)}\n`),
    },
    {
      kind: "modify",
      path: "bin/run",
      before: before("bin/run", true),
      after: after("#!/bin/sh\nexec new\n", true),
    },
    {
      kind: "modify",
      path: "bin/plain",
      before: before("bin/plain"),
      after: after("not yet executable\n", true),
    },
    { kind: "add", path: "src/new/deep.ts", after: after("export {};\n") },
    { kind: "add", path: "bin/dev", after: after("#!/bin/sh\n", true) },
  ];
}

export function treeOf(files: { readonly [path: string]: string }): Tree {
  return new Map(
    Object.entries(files).map(([path, content]) => [path, { content, executable: path.startsWith("bin/") }]),
  );
}

/** All that is below a directory, with modes; so any litter is a difference. */
export function snapshot(root: string): { readonly [path: string]: string } {
  const seen: { [path: string]: string } = {};
  const visit = (path: string) => {
    const absolute = join(root, path);
    const stats = lstatSync(absolute);
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isSymbolicLink()) seen[path] = `link to ${readlinkSync(absolute)}`;
    else if (stats.isFile()) seen[path] = `${mode} ${readFileSync(absolute, "latin1")}`;
    else {
      seen[`${path}/`] = mode;
      for (const name of readdirSync(absolute).sort()) visit(path === "" ? name : `${path}/${name}`);
    }
  };
  visit("");
  return seen;
}

/** In memory where that is possible: hundreds of kills would otherwise wait for the disk. */
export function scratch(prefix: string): string {
  const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  return realpathSync(mkdtempSync(join(parent, `twelve-factor-${prefix}-`)));
}

export async function bundleChild(directory: string): Promise<string> {
  const { build } = await import("esbuild");
  const script = join(directory, "child.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "commit-child.ts")],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["esbuild"],
    logLevel: "error",
  });
  return script;
}

export function runChild(command: readonly string[], request: ChildRequest): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const [program = "", ...rest] = command;
    const child = spawn(program, [...rest, JSON.stringify(request)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ report: output === "" ? null : JSON.parse(output), code, signal }),
    );
  });
}

/** Runs all the work, two at a time, and fails on the first that fails. */
export async function inPairs<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const runner = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all([runner(), runner()]);
}

export function discard(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
