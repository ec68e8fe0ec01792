import type { DeclaredVariable } from "../../parsers/env-schema.ts";
import { boot, isHttp, type Lab, refusalMs, statusOf } from "../lab.ts";
import { listenersOf } from "../listeners.ts";
import { lastLines } from "../tail.ts";
import { inParallel, until } from "../wait.ts";

export type RefusalFacts = {
  readonly missing: readonly Refusal[];
  readonly malformed: readonly Refusal[];
  /** All malformed at once. */
  readonly several: Refusal | null;
};

export type Refusal = {
  readonly type: string;
  readonly variables: readonly string[];
  readonly outcome: "refused" | "ended with code 0" | "not ready" | "started";
  /** Those that its output names. */
  readonly named: readonly string[];
  /** Whether the output shows a value that was given. */
  readonly showsValue: boolean;
  /** The port was open at some time. */
  readonly opened: boolean;
  /** Whether the schema itself says that it is required. */
  readonly declared: boolean;
  readonly evidence: string;
};

const lanes = 2;
/** Long enough to be known again in the output, and wrong for every type. */
const malformedValue = "tfcheck not a value";

/** Every process type without each variable that it needs, and with values of the wrong form. */
export async function observeRefusals(lab: Lab): Promise<RefusalFacts> {
  const types = lab.types.map(({ name }) => name);
  const omitted = types.flatMap((type) => requiredBy(lab, type).map((variable) => ({ type, variable })));
  const web = types.includes("web") ? "web" : types[0];
  const typed = web ? wrongValues(lab, web) : [];
  const singly = typed.filter(
    ([name]) => name === "PORT" || lab.resources.some(({ variable }) => variable === name),
  );
  const missing = omitted.map(
    ({ type, variable }) =>
      () =>
        tryWithout(lab, type, variable),
  );
  const malformed = singly.map(
    ([name, value]) =>
      () =>
        tryWith(lab, web ?? "web", [[name, value]]),
  );
  const several = typed.length > 1 && web ? [() => tryWith(lab, web, typed)] : [];
  const results = await inParallel(lanes, [...missing, ...malformed, ...several]);
  return {
    missing: results.slice(0, missing.length),
    malformed: results.slice(missing.length, missing.length + malformed.length),
    several: several.length > 0 ? (results.at(-1) ?? null) : null,
  };
}

type Needed = { readonly name: string; readonly declared: boolean };

function requiredBy(lab: Lab, type: string): Needed[] {
  const needs = ({ processes }: DeclaredVariable) => processes === null || processes.includes(type);
  return lab.variables.flatMap((variable) => {
    const isResource = lab.resources.some((resource) => resource.variable === variable.name);
    const declared = variable.required === true;
    const assumed = variable.required === null && isResource;
    if (!(declared || assumed) || variable.default !== null || !needs(variable)) return [];
    if (variable.name === "PORT" && !isHttp(type)) return [];
    return [{ name: variable.name, declared }];
  });
}

/** A value of the wrong form for each variable whose form is known. */
function wrongValues(lab: Lab, type: string): [name: string, value: string][] {
  const known = lab.variables.filter(({ processes }) => processes === null || processes.includes(type));
  const typed = known.flatMap(({ name, type: form }): [string, string][] => {
    const isResource = lab.resources.some(({ variable }) => variable === name);
    return isResource || ["port", "url", "integer", "number", "boolean", "enum"].includes(form ?? "")
      ? [[name, malformedValue]]
      : [];
  });
  const hasPort = typed.some(([name]) => name === "PORT");
  return hasPort || !isHttp(type) ? typed : [["PORT", malformedValue], ...typed];
}

async function tryWithout(lab: Lab, type: string, { name, declared }: Needed): Promise<Refusal> {
  return { ...(await attempt(lab, type, { without: [name] }, [name])), declared };
}

async function tryWith(
  lab: Lab,
  type: string,
  wrong: readonly (readonly [string, string])[],
): Promise<Refusal> {
  const names = wrong.map(([name]) => name);
  return attempt(lab, type, { environment: Object.fromEntries(wrong) }, names);
}

type Change = {
  readonly without?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
};

async function attempt(lab: Lab, type: string, change: Change, names: readonly string[]): Promise<Refusal> {
  const booted = await boot(lab, { type, wait: false, ...change });
  const { launched } = booted;
  let opened = false;
  const isOpen = () => {
    opened ||= isHttp(type) && listenersOf(launched.family().map(({ pid }) => pid)).length > 0;
    return opened;
  };
  const isDecided = () => launched.exit() !== null || isOpen();
  const wait = { timeoutMs: refusalMs(lab), everyMs: 100, signal: lab.session.signal };
  const isAboutToEnd = () => {
    const lines = launched.output.lines();
    return lines.length === 0 || lines.some(({ text }) => names.some((name) => text.includes(name)));
  };
  // What has not said a word, or only what is wrong, may not have come to its end yet.
  if (!(await until(isDecided, wait)) && isAboutToEnd())
    await until(isDecided, { ...wait, timeoutMs: 2 * wait.timeoutMs });
  // An app may open its port, and only then fall over what is missing.
  if (opened) await launched.exitWithin(1_000);
  const exit = launched.exit() ? await launched.finishedWithin(0) : null;
  const ready = opened && !exit ? await statusOf(booted, lab.found.health?.ready ?? "/") : null;
  const outcome = exit
    ? exit.code === 0
      ? "ended with code 0"
      : "refused"
    : isNotReady(ready)
      ? "not ready"
      : "started";
  const output = launched.output
    .lines()
    .map(({ text }) => text)
    .join("\n");
  const secrets = [malformedValue, ...lab.canaries.keys()];
  const evidence = lastLines(launched);
  await booted.stop();
  return {
    type,
    variables: names,
    outcome,
    named: names.filter((name) => new RegExp(`\\b${name}\\b`).test(output)),
    showsValue: secrets.some((secret) => output.includes(secret)),
    opened,
    declared: true,
    evidence,
  };
}

const isNotReady = (status: number | null) => status !== null && status >= 500;
