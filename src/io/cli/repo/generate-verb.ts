import { spawnSync } from "node:child_process";
import {
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure } from "../../../core/failure.ts";
import type { Change, FileContent } from "../../../core/types.ts";
import type { HostRequest, HostResult } from "../../plop/host.ts";
import { Cancelled } from "../../prompt/cancelled.ts";
import type { Invocation } from "../argv.ts";
import { verifyNoJournal } from "../checked.ts";
import { endOnSignals } from "../interruption.ts";
import { findTarget } from "../target.ts";
import { finishChange } from "./finish-change.ts";
import { findPackPlopfile } from "./pack-plopfile.ts";
import { verifyUnmarked } from "./prepare-change.ts";

/** Runs a generator of the repo's plopfile on a copy, shows what it changed there, and commits all of it or nothing. */
export async function generate(invocation: Invocation): Promise<number> {
  const interruption = endOnSignals();
  const ofPack = await findPackPlopfile(invocation);
  const own = ofPack === null ? findPlopfile(process.cwd()) : null;
  const root = ofPack?.root ?? dirname(own as string);
  verifyNoJournal(findTarget(root));
  const nodePlop = findNodePlop(join(root, "plopfile.js"));
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "twelve-factor-")));
  try {
    const copy = join(folder, "repo");
    const before = stage(root, copy);
    const plopfile = ofPack?.unpack(join(folder, "pack")) ?? join(copy, basename(own as string));
    const words = ofPack?.words ?? invocation.positionals;
    const name = run(invocation, { folder, root: copy, plopfile, words, nodePlop });
    const changes = changesBetween(before, filesOf(copy));
    verifyUnmarked(
      changes.map(({ path }) => path),
      before,
    );
    const title = `generate ${name}`;
    const nothing = { conflicts: [], notes: [], install: null, answers: null, kept: [] };
    return await finishChange({ title, root, changes, undoable: true, ...nothing }, invocation, interruption);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const plopfiles = ["js", "mjs", "cjs", "ts", "mts", "cts"].map((ending) => `plopfile.${ending}`);

function findPlopfile(from: string): string {
  for (let at = realpathSync(from); ; at = dirname(at)) {
    const found = plopfiles.map((name) => join(at, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (at === dirname(at))
      throw failure(
        "plopfile",
        `There is no plopfile in ${from} or above it.`,
        "Write one: https://plopjs.com",
      );
  }
}

/** The plop that the repo has installed, so that its plopfile meets the version that it was written for; null for none. */
function findNodePlop(plopfile: string): string | null {
  const resolveFrom = (from: string, name: string) => {
    try {
      return createRequire(from).resolve(name);
    } catch {
      return null;
    }
  };
  const plop = resolveFrom(plopfile, "plop");
  const found = (plop && resolveFrom(plop, "node-plop")) ?? resolveFrom(plopfile, "node-plop");
  return found && pathToFileURL(found).href;
}

type Files = ReadonlyMap<string, FileContent>;

/** Copies the repo without what git and package managers keep, whose packages are reached through links. */
function stage(root: string, copy: string): Files {
  const packages: string[] = [];
  cpSync(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (path) => {
      if (basename(path) === "node_modules") packages.push(path);
      return !isLeftOut(basename(path)) || path === root;
    },
  });
  for (const path of packages) symlinkSync(path, join(copy, relative(root, path)), "junction");
  // Those of a workspace around it, too.
  const around = packagesAbove(root);
  if (around !== null) symlinkSync(around, join(dirname(copy), "node_modules"), "junction");
  return filesOf(copy);
}

function packagesAbove(folder: string): string | null {
  const above = dirname(folder);
  if (above === folder) return null;
  const packages = join(above, "node_modules");
  return existsSync(packages) ? packages : packagesAbove(above);
}

function isLeftOut(name: string): boolean {
  return name === ".git" || name === "node_modules" || name === ".twelve-factor";
}

function filesOf(root: string): Files {
  const files = new Map<string, FileContent>();
  const visit = (directory: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (isLeftOut(entry.name)) continue;
      if (entry.isDirectory()) visit(path);
      if (!entry.isFile()) continue;
      const executable = (lstatSync(path).mode & 0o111) !== 0;
      files.set(relative(root, path).replaceAll("\\", "/"), { content: readFileSync(path), executable });
    }
  };
  visit(root);
  return files;
}

function changesBetween(before: Files, after: Files): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path): Change[] => {
    const [old, now] = [before.get(path), after.get(path)];
    if (now === undefined) return old === undefined ? [] : [{ kind: "delete", path, before: old }];
    if (old === undefined) return [{ kind: "add", path, after: now }];
    const same =
      old.executable === now.executable &&
      Buffer.compare(old.content as Uint8Array, now.content as Uint8Array) === 0;
    return same ? [] : [{ kind: "modify", path, before: old, after: now }];
  });
}

type Staged = Pick<HostRequest, "root" | "plopfile" | "nodePlop" | "words"> & { readonly folder: string };

/** Runs the generator in a process of its own; gives its name. */
function run({ switches }: Invocation, { folder, ...staged }: Staged): string {
  const result = join(folder, "result.json");
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const consent = switches["run-actions"] === true;
  const request: HostRequest = { ...staged, interactive, consent, result };
  const main = JSON.stringify(join(import.meta.dirname, "main.cjs"));
  const program = `process.getBuiltinModule("module").createRequire(${main})(${main}).runGenerator(${JSON.stringify(request)}, (url) => import(url));`;
  // What plop prints is no result of ours.
  const { status, signal } = spawnSync(
    process.execPath,
    [...typesFlags(staged.plopfile), "--input-type=module", "--eval", program],
    { cwd: staged.root, stdio: ["inherit", 2, "inherit"] },
  );
  if (signal === "SIGINT") throw new Cancelled();
  if (existsSync(result))
    return nameIn(JSON.parse(readFileSync(result, "utf8")) as HostResult, staged.words[0]);
  throw failure(
    "run",
    `plop ended with ${status}, and ran no generator to its end.`,
    `Put right what it printed above.${isTypeScript(staged.plopfile) ? " Node reads TypeScript from 22.6 on." : ""}`,
  );
}

/** What lets this Node read TypeScript, where it doesn't by itself. */
function typesFlags(plopfile: string): readonly string[] {
  if (!isTypeScript(plopfile)) return [];
  const flag = "--experimental-strip-types";
  return process.allowedNodeEnvironmentFlags.has(flag) ? [flag, "--disable-warning=ExperimentalWarning"] : [];
}

function isTypeScript(plopfile: string): boolean {
  return extname(plopfile).endsWith("ts");
}

function nameIn(result: HostResult, asked: string | undefined): string {
  switch (result.kind) {
    case "unknown":
      throw failure(
        "name",
        asked === undefined
          ? "Several generators are there, and none was named."
          : `There is no generator "${asked.slice(0, 60)}".`,
        `Use one of ${result.names.join(", ")}.`,
      );
    case "unanswered":
      throw failure(
        "answers",
        `${result.name} asks "${result.question}", and there is no terminal to ask on.`,
        `Give the answers after its name, in order, as for plop: generate ${result.name} a b`,
      );
    case "consent":
      throw failure(
        "consent",
        `${result.name} runs code of its own (${result.actions.join(", ")}), which may reach beyond this repo.`,
        "Read the plopfile, then say so: --run-actions",
      );
    case "cancelled":
      throw new Cancelled();
    case "done":
      if (result.failures.length === 0) return result.name;
      throw failure(
        "actions",
        `${result.name} failed:\n  ${result.failures.join("\n  ")}`,
        "Put right the plopfile or the answers.",
      );
  }
}

function failure(code: string, message: string, fix: string): Failure {
  return new Failure({ code: `generate/${code}`, message, fix, state: "Nothing was written in the repo." });
}
