import { nameFrom } from "../../core/names.ts";
import type { Answers, StackFacts } from "../../core/types.ts";
import type { Detection } from "./detection.ts";

/** What the person says instead of what was found. */
export type Corrections = {
  readonly name?: string;
  readonly description?: string;
  readonly language?: string;
  readonly framework?: string;
  readonly packageManager?: string;
  readonly services?: readonly string[];
  readonly processes?: readonly { readonly name: string; readonly type: string }[];
  readonly platforms?: readonly string[];
  readonly ci?: string | null;
  readonly toolchain: { readonly [tool: string]: string };
  /** Of processes by their name, and `install`, `build`, `test` and `release`. */
  readonly commands: { readonly [name: string]: string };
};

const steps = ["install", "build", "test", "release"];

/** The answers for a repo as it was found, with no piece of it taken yet. A process without a command is left out. */
export function inferredAnswers(found: Detection | null, given: Corrections, directory: string): Answers {
  const step = (name: "install" | "build" | "test" | "release") =>
    given.commands[name] ?? found?.[name]?.value ?? "";
  const stated = Object.fromEntries(Object.entries(given.commands).filter(([name]) => !steps.includes(name)));
  const commands: { [name: string]: string } = {
    ...Object.fromEntries(
      (found?.processes ?? []).flatMap(({ name, value }) => (value === "" ? [] : [[name, value]])),
    ),
    ...stated,
  };
  const named = [
    ...(found?.processes ?? []).map(({ name, type }) => ({ name, type })),
    ...Object.keys(stated)
      .filter((name) => !found?.processes.some((process) => process.name === name))
      .map((name) => ({ name, type: name === "web" || name === "clock" ? name : "worker" })),
  ];
  const processes = given.processes ?? named.filter(({ name }) => (commands[name] ?? "") !== "");
  const facts: StackFacts = {
    language: given.language ?? found?.language ?? "other",
    framework: given.framework ?? found?.framework.value ?? "Unknown",
    toolchain: {
      ...Object.fromEntries((found?.toolchain ?? []).map(({ tool, value }) => [tool, value])),
      ...given.toolchain,
    },
    install: step("install"),
    build: step("build"),
    test: step("test"),
    release: step("release"),
    commands: Object.fromEntries(
      processes.flatMap(({ name }) => (commands[name] ? [[name, commands[name]]] : [])),
    ),
    manifests: found?.manifests ?? [],
    pieces: [],
  };
  const services =
    given.services ??
    (found?.services ?? []).flatMap(({ value, variable }) => (variable === null ? [] : [value]));
  return {
    name: given.name ?? nameFrom(directory),
    description: given.description ?? "",
    license: "UNLICENSED",
    author: "",
    stack: "foreign",
    services: [...services].sort(),
    jobs: null,
    processes,
    platforms: given.platforms ?? [],
    ci: null,
    packageManager: given.packageManager ?? found?.packageManager.value ?? "unknown",
    example: false,
    env: (found?.variables ?? []).map(({ file: _, line: __, ...variable }) => variable),
    tasks: [],
    facts,
  };
}
