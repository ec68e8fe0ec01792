import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { completeAnswers } from "../../src/core/answers.ts";
import {
  candidatesFor,
  exclusiveRoles,
  rivalsOf,
  servicesFor,
  templatesOf,
} from "../../src/core/catalogue.ts";
import { plan } from "../../src/core/plan.ts";
import { printReceipt, receiptOf, receiptPath } from "../../src/core/receipt.ts";
import { render } from "../../src/core/render.ts";
import type { Catalogue, EnvVariable, FileContent, Tree } from "../../src/core/types.ts";
import { type Choices, type Combination, ownOf } from "./combinations.ts";

/** A process of the emitted repo, with what it needs from its environment. */
export type EmittedProcess = {
  readonly name: string;
  readonly http: boolean;
  readonly variables: readonly EnvVariable[];
};

/** What a combination renders to, and the facts that it was rendered from. */
export type Emitted = {
  readonly combination: Combination;
  readonly tree: Tree;
  /** Equal for two trees that differ in nothing but the receipt. */
  readonly fingerprint: string;
  readonly processes: readonly EmittedProcess[];
  readonly release: EmittedProcess;
  /** The command of each task in a release. */
  readonly tasks: { readonly [name: string]: string };
  /** The service that plays each role. */
  readonly roles: { readonly [role: string]: string | null };
  /** Each service's URL variable. */
  readonly variables: { readonly [service: string]: string };
};

export const appName = "matrix-app";

/** What can be chosen, with each stack. */
export function choicesOf(catalogue: Catalogue): readonly Choices[] {
  const ids = (kind: "platform" | "ci"): readonly string[] =>
    templatesOf(catalogue, kind).map(({ id }) => id);
  return templatesOf(catalogue, "stack").map((stack) => {
    const services = servicesFor(catalogue, stack);
    return {
      stack: stack.id,
      services: services.map(({ id }) => id),
      rivals: services.flatMap((service, at) =>
        rivalsOf(service, services.slice(at)).map((rival) => [service.id, rival.id] as const),
      ),
      leaves: services
        .filter(
          ({ definition }) => !Object.keys(definition.roles).some((role) => exclusiveRoles.includes(role)),
        )
        .map(({ id }) => id),
      carriers: candidatesFor("jobs", services).map(({ id }) => id),
      platforms: ids("platform"),
      ci: ids("ci"),
      packageManagers: Object.keys(stack.definition.packageManagers),
    };
  });
}

/** Renders in this process what the command writes for the same answers. */
export function emit(catalogue: Catalogue, combination: Combination): Emitted {
  const answers = completeAnswers(catalogue, {
    name: appName,
    stack: combination.stack,
    services: combination.services,
    jobs: combination.jobs,
    processes: combination.processes.map((process) => {
      const [name = "", type = name] = process.split(":");
      return { name, type };
    }),
    platforms: combination.platforms,
    ci: combination.ci,
    packageManager: combination.packageManager,
    example: combination.example,
    ...ownOf(combination),
  });
  const planned = plan(catalogue, answers);
  const tree = render(planned, printReceipt(receiptOf(catalogue, answers)));
  const project = planned.context.project as unknown as Project;
  return {
    combination,
    tree,
    fingerprint: fingerprintOf(tree),
    processes: project.processes,
    release: { name: "release", http: false, variables: project.release.variables },
    tasks: Object.fromEntries(project.tasks.map(({ name, command }) => [name, command.join(" ")])),
    roles: project.roles,
    variables: Object.fromEntries(project.services.map(({ id, variable }) => [id, variable])),
  };
}

type Project = {
  readonly processes: readonly EmittedProcess[];
  readonly release: { readonly variables: readonly EnvVariable[] };
  readonly tasks: readonly { readonly name: string; readonly command: readonly string[] }[];
  readonly roles: { readonly [role: string]: string | null };
  readonly services: readonly { readonly id: string; readonly variable: string }[];
};

export function writeTree(tree: Tree, folder: string): void {
  for (const [path, { content, executable }] of tree) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    chmodSync(target, executable ? 0o755 : 0o644);
  }
}

/** Paths whose bytes or executable bit differ between a folder and a tree, `.git` aside. */
export function differences(folder: string, tree: Tree): readonly string[] {
  const onDisk = new Map(filesIn(folder).map((path) => [relative(folder, path), path]));
  const paths = new Set([...tree.keys(), ...onDisk.keys()]);
  return [...paths].filter((path) => {
    const expected = tree.get(path);
    const actual = onDisk.get(path);
    return expected === undefined || actual === undefined || !isEqual(expected, actual);
  });
}

function isEqual({ content, executable }: FileContent, path: string): boolean {
  const isExecutable = (statSync(path).mode & 0o100) !== 0;
  return isExecutable === executable && readFileSync(path).equals(Buffer.from(content));
}

const ignored = ["node_modules", ".venv"];

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === ".git" || ignored.includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

function fingerprintOf(tree: Tree): string {
  const hash = createHash("sha256");
  for (const [path, { content, executable }] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (path !== receiptPath) hash.update(`${path}\0${executable}\0`).update(content).update("\0");
  }
  return hash.digest("hex");
}
