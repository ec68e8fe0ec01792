import type { Detection } from "../../../check/detect/detection.ts";
import { isPlainCommand } from "../../../core/answered-stack.ts";
import { findTemplate, templatesOf } from "../../../core/catalogue.ts";
import type { Answers, Catalogue } from "../../../core/types.ts";
import { type Asked, ask, type Value } from "../../prompt/ask.ts";
import { openScreen, type Screen } from "../../prompt/screen.ts";
import { styleFor } from "../style.ts";
import { isTakenByDefault, type Offer, type Offers } from "./adopt-offers.ts";
import { rowLines, rowsOf } from "./adopt-report.ts";

/** Shows what was found, and lets the person put it right. */
export async function askFacts(
  catalogue: Catalogue,
  found: Detection | null,
  answers: Answers,
): Promise<Answers> {
  const { facts } = answers;
  if (facts === undefined) return answers;
  const screen = openScreen(process.stderr);
  screen.print(`\n${rowLines(rowsOf(found, answers), styleFor(process.stderr))}\n`);
  const isRight = { kind: "confirm", message: "Is that right", initial: true } as const;
  const known = (found?.processes ?? []).every(({ value }) => value !== "");
  if ((await put(isRight, screen)) === true && known) return answers;
  const names = [
    ...new Set([...Object.keys(facts.commands), ...(found?.processes ?? []).map(({ name }) => name)]),
  ];
  const steps: { [step in "install" | "build" | "test" | "release"]: string } = { ...facts };
  for (const step of ["install", "build", "test", "release"] as const)
    steps[step] = await command(`Command to ${step} (may be empty)`, facts[step], screen);
  const commands: { [name: string]: string } = {};
  for (const name of names) {
    const stated = await command(`Command of ${name} (may be empty)`, facts.commands[name] ?? "", screen);
    if (stated !== "") commands[name] = stated;
  }
  const toolchain: { [tool: string]: string } = {};
  for (const [tool, version] of Object.entries(facts.toolchain))
    toolchain[tool] = String(
      await put({ kind: "text", message: `Version of ${tool}`, initial: version }, screen),
    );
  const stack = findTemplate(catalogue, "stack", answers.stack)?.definition;
  const packageManager = await put(
    {
      kind: "select",
      message: "Package manager",
      choices: Object.keys(stack?.packageManagers ?? {}).map((id) => ({
        value: id,
        title: id,
        description: "",
      })),
      initial: answers.packageManager,
    },
    screen,
  );
  const services = (await put(
    {
      kind: "multiselect",
      message: "Backing services that the code finds by a variable",
      choices: templatesOf(catalogue, "service").map(({ id, definition: { label, env } }) => ({
        value: id,
        title: label,
        description: env[0]?.name ?? "",
      })),
      initial: answers.services,
    },
    screen,
  )) as readonly string[];
  const types = new Map((found?.processes ?? answers.processes).map(({ name, type }) => [name, type]));
  return {
    ...answers,
    packageManager: String(packageManager),
    services,
    // A service brings the variable that locates it.
    env: answers.env.filter(({ name }) => !services.some((id) => variableOf(catalogue, id) === name)),
    processes: Object.keys(commands).map((name) => ({ name, type: types.get(name) ?? "worker" })),
    facts: { ...facts, ...steps, commands, toolchain },
  };
}

function variableOf(catalogue: Catalogue, id: string): string | undefined {
  return findTemplate(catalogue, "service", id)?.definition.env[0]?.name;
}

/** Which of the offers are to be taken; those that add files and end a finding are ticked. */
export async function askPieces({ offers }: Offers): Promise<readonly Offer[]> {
  if (offers.length === 0) return [];
  const screen = openScreen(process.stderr);
  const choices = offers.map(({ id, changes, lines, ends }) => ({
    value: id,
    title: id,
    description: `${changes.map(({ path }) => path).join(", ")}, ${lines} lines; ${
      ends.length === 0 ? "ends no finding" : `ends ${[...new Set(ends.map(({ slug }) => slug))].join(", ")}`
    }`,
  }));
  const initial = offers.filter(isTakenByDefault).map(({ id }) => id);
  const message = "What to take";
  const taken = (await put({ kind: "multiselect", message, choices, initial }, screen)) as readonly string[];
  return offers.filter(({ id }) => taken.includes(id));
}

async function command(message: string, initial: string, screen: Screen): Promise<string> {
  const validate = (value: string) =>
    isPlainCommand(value.trim()) ||
    "A program and its arguments, without quotes, variables and other syntax of a shell.";
  return String(await put({ kind: "text", message, initial, validate }, screen)).trim();
}

/** A step back is the same question again: each is short. */
async function put(
  asked: Pick<Asked, "kind" | "message" | "initial"> & Partial<Asked>,
  screen: Screen,
): Promise<Value> {
  for (;;) {
    const value = await ask({ choices: [], validate: (): true => true, ...asked }, screen);
    if (value !== null) return value;
  }
}
