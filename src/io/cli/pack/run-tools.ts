import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { plan } from "../../../core/plan.ts";
import { printReceipt, receiptOf } from "../../../core/receipt.ts";
import { render } from "../../../core/render.ts";
import type { Answers, Catalogue } from "../../../core/types.ts";
import { createDirectory } from "../../commit/create-directory.ts";

/** What a program said of an emitted sample; `ok` is null where it could not be run, and `output` says why. */
export type ToolResult = { readonly name: string; readonly ok: boolean | null; readonly output: string };

export type Booting = {
  readonly boot: boolean;
  readonly service: string | undefined;
  readonly folder: string;
};

type Step = { readonly name: string; readonly command: readonly string[] };

/**
 * Runs the formatter and linter of the sample's stack where they are at hand: on the path, or installed beside the pack. With
 * `boot` the sample is installed, checked as its CI would, and run by `check`.
 */
export function runTools(catalogue: Catalogue, answers: Answers, how: Booting): readonly ToolResult[] {
  const planned = plan(catalogue, answers);
  const tree = render(planned, printReceipt(receiptOf(catalogue, answers)));
  const { packageManager } = planned.context.project as {
    readonly packageManager?: { readonly install?: readonly string[]; readonly checks?: readonly Step[] };
  };
  const steps = packageManager?.checks ?? [];
  const parent = mkdtempSync(join(tmpdir(), "twelve-factor-test-"));
  const root = join(parent, answers.name);
  try {
    createDirectory({ root, tree });
    if (!how.boot) {
      const manifest = JSON.parse(String(tree.get("package.json")?.content ?? "{}"));
      return steps
        .filter(({ name }) => /lint|format/i.test(name))
        .map((step) => atHand(step, { root, folder: how.folder, scripts: manifest.scripts ?? {} }));
    }
    const self = [process.execPath, join(import.meta.dirname, "bin.cjs")];
    const services = how.service === undefined ? [] : [`--service=${how.service}`];
    const all = [
      { name: "Install", command: packageManager?.install ?? [] },
      ...steps,
      { name: "check --boot", command: [...self, "check", root, "--boot", ...services] },
    ];
    const results: ToolResult[] = [];
    for (const { name, command } of all.filter((step) => step.command.length > 0)) {
      results.push(ran(name, command, root));
      if (name === "Install" && results[0]?.ok !== true) break;
    }
    return results;
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

type Place = {
  readonly root: string;
  readonly folder: string;
  readonly scripts: { readonly [name: string]: string };
};

/** The program itself, without the package manager that would install it first. */
function atHand({ name, command }: Step, { root, folder, scripts }: Place): ToolResult {
  const [first, second, ...rest] = command;
  const words =
    second !== "run"
      ? command
      : first === "uv"
        ? rest.slice(rest.findIndex((word) => !word.startsWith("-")))
        : (scripts[rest[0] ?? ""] ?? "").split(" ");
  const program = findProgram(words[0] ?? "", folder);
  if (program === null) return { name, ok: null, output: `${words[0]} isn't at hand` };
  return ran(name, [program, ...words.slice(1)], root);
}

function findProgram(name: string, folder: string): string | null {
  const places: string[] = [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    places.push(join(at, "node_modules/.bin"), join(at, ".venv/bin"));
    if (at === dirname(at)) break;
  }
  const suffix = process.platform === "win32" ? ".cmd" : "";
  const candidates = [...places, ...(process.env.PATH ?? "").split(delimiter)].map((place) =>
    join(place, name + suffix),
  );
  return name === "" ? null : (candidates.find(isProgram) ?? null);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function ran(name: string, [program = "", ...args]: readonly string[], cwd: string): ToolResult {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    timeout: 15 * 60_000,
    shell: process.platform === "win32",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined && (error as NodeJS.ErrnoException).code === "ENOENT")
    return { name, ok: null, output: `${program} isn't at hand` };
  return {
    name,
    ok: status === 0,
    output: status === 0 ? "" : `${stdout}${stderr}${error?.message ?? ""}`.trim(),
  };
}
