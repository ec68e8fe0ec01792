import { randomBytes } from "node:crypto";
import { type HttpAnswer, httpRequest, isAnswer } from "../http.ts";
import {
  type Booted,
  type BootOptions,
  boot,
  confirmed,
  isUsable,
  type Lab,
  newToken,
  statusOf,
} from "../lab.ts";
import { type Listener, listenersOf } from "../listeners.ts";
import { findMarked, type ProcessInfo } from "../processes.ts";
import { createBy, findRecipe, type Recipe, readBy } from "../recipe.ts";
import type { Snapshot } from "../snapshot.ts";
import { inParallel, sleep, until } from "../wait.ts";
import { executableOf } from "./release.ts";

export const releaseId = `tf-release-${randomBytes(4).toString("hex")}`;

/** Three web processes of one build: `first` and `twin` are alike, `other` has another config. */
export type TrioFacts = {
  readonly before: Snapshot;
  readonly first: Booted;
  readonly usable: boolean;
  readonly firstListeners: readonly Listener[];
  readonly firstFamily: readonly ProcessInfo[];
  /** Processes that work in the tree and carry no mark: they scrubbed their environment. */
  readonly scrubbed: readonly ProcessInfo[];
  readonly executable: string | null;
  /** Statuses of the smoke requests to `first`, by path. */
  readonly smoke: ReadonlyMap<string, number | null>;
  readonly answers: readonly HttpAnswer[];
  readonly dials: ReadonlyMap<string, number>;
  /** Requests whose traces are looked for in the log. */
  readonly traced: readonly Traced[];
  /** Those that need a backing service. */
  readonly routes: readonly Route[];
  /** Null when `first` is not usable. */
  readonly pair: Pair | null;
};

export type Traced = { readonly path: string; readonly traceId: string; readonly at: number };

export type Route = { readonly path: string; readonly variables: readonly string[] };

export type Pair = {
  readonly twin: Booted;
  readonly other: Booted;
  readonly firstStillServes: boolean;
  /** Connections of `other`, by variable. */
  readonly otherDials: ReadonlyMap<string, number>;
  readonly recipe: Recipe | null;
  readonly created: { readonly token: string; readonly status: number | null } | null;
  /** What the twin lists, when `first` created it. */
  readonly seenByTwin: string | null;
  readonly session: SessionFacts | null;
  /** Statuses through `first` and `twin` in turn. */
  readonly balanced: ReadonlyMap<string, readonly (number | null)[]>;
};

export type SessionFacts = {
  readonly path: string;
  readonly cookie: string;
  readonly onFirst: readonly string[];
  readonly onTwin: readonly string[];
};

export const debugPaths = ["/env", "/actuator/env", "/debug/vars", "/debug", "/config", "/info"];
const sessionPaths = ["/login", "/session", "/me"];
const missingPath = "/tf-check-missing";

/** `before` is how the tree was when nothing of the app had run. */
export async function observeTrio(lab: Lab, before: Snapshot): Promise<TrioFacts> {
  const first = await boot(lab, { type: "web", environment: { RELEASE_ID: releaseId } });
  const usable = isUsable(lab, first) || first.readiness === "elsewhere";
  const family = first.launched.family();
  const dials = new Map([...first.proxies].map(([variable, proxy]) => [variable, proxy.dials()]));
  const listeners = listenersOf(family.map(({ pid }) => pid));
  const facts = {
    before,
    first,
    usable,
    firstListeners: listeners,
    firstFamily: family,
    scrubbed: await findScrubbed(lab),
    executable: executableOf(listeners.find(({ port }) => port === first.port)?.pid ?? first.launched.pid),
  };
  if (!usable) return { ...facts, smoke: new Map(), answers: [], dials, traced: [], routes: [], pair: null };
  const paths = smokePaths(lab);
  const smoke = new Map<string, number | null>();
  const answers: HttpAnswer[] = [];
  for (const path of [...paths, ...debugPaths]) {
    const answer = await httpRequest({ port: first.port, path });
    smoke.set(path, isAnswer(answer) ? answer.status : null);
    if (isAnswer(answer)) answers.push(answer);
  }
  const recipe = await findRecipe(lab.tree, first.port);
  const routes = await findRoutes(lab, first, [...paths, ...(recipe ? [recipe.read] : [])]);
  const pair = first.readiness === "elsewhere" ? null : await observePair(lab, { first, paths, recipe });
  const traced = await trace(lab, first);
  for (const [variable, proxy] of first.proxies) dials.set(variable, proxy.dials());
  return { ...facts, smoke, answers, dials, traced, routes, pair };
}

/** Two requests with nothing after them: a block buffer may be full with one line, and not with the next as well. */
async function trace(lab: Lab, { port, launched }: Booted): Promise<Traced[]> {
  const traced: Traced[] = [];
  for (let round = 0; round < 2; round++) {
    const each = {
      path: `/tf-check-${newToken()}`,
      traceId: randomBytes(16).toString("hex"),
      at: performance.now(),
    };
    const { path, traceId } = each;
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, "x-request-id": traceId };
    traced.push(each);
    await httpRequest({ port, path, headers });
    const isThere = () => launched.output.lines().some(({ text }) => isOwn(each, text));
    const seen = await until(isThere, { timeoutMs: 1_100, signal: lab.session.signal });
    if (!seen) break;
  }
  return traced;
}

/** Whether a line of the log is about the request. */
export const isOwn = ({ path, traceId }: Traced, line: string): boolean =>
  line.includes(path) || line.includes(traceId);

/** Twice, since a process that is being replaced shows nothing for a moment. */
async function findScrubbed(lab: Lab): Promise<ProcessInfo[]> {
  const look = () => {
    const marked = new Set(findMarked({ environment: lab.session.mark.environment }).map(({ pid }) => pid));
    return findMarked({ ...lab.session.mark, directory: lab.tree }).filter(({ pid }) => !marked.has(pid));
  };
  const once = look();
  if (once.length === 0) return [];
  await sleep(300, lab.session.signal);
  return look().filter(({ pid, start }) => once.some((each) => each.pid === pid && each.start === start));
}

export function smokePaths(lab: Lab): string[] {
  const { health } = lab.found;
  return [...new Set(["/", health?.ready ?? "/", health?.live ?? "/", missingPath])];
}

async function findRoutes(lab: Lab, first: Booted, paths: readonly string[]): Promise<Route[]> {
  const resources = [...first.proxies].filter(([name]) =>
    lab.resources.some((each) => each.variable === name && each.service),
  );
  const routes: Route[] = [];
  for (const path of new Set([lab.found.health?.ready ?? "/", ...paths])) {
    const before = new Map(resources.map(([variable, proxy]) => [variable, proxy.sent()]));
    await statusOf(first, path);
    const variables = resources.flatMap(([variable, proxy]) =>
      proxy.sent() > (before.get(variable) ?? 0) ? [variable] : [],
    );
    if (variables.length > 0) routes.push({ path, variables });
  }
  return routes;
}

type PairRequest = {
  readonly first: Booted;
  readonly paths: readonly string[];
  readonly recipe: Recipe | null;
};

async function observePair(lab: Lab, { first, paths, recipe }: PairRequest): Promise<Pair> {
  const quiet = lab.variables.some(({ name }) => name === "LOG_LEVEL") ? { LOG_LEVEL: "error" } : {};
  const [twin, other] = await Promise.all([
    bootBeside(lab, { type: "web" }),
    bootBeside(lab, { type: "web", database: "b", environment: quiet }),
  ]);
  const token = newToken();
  const created = recipe ? { token, status: await createBy(recipe, first.port, token) } : null;
  const canCompare = twin.readiness === "ready";
  const seenByTwin = recipe && created && canCompare ? await readBy(recipe, twin.port, token) : null;
  for (const path of [...paths, ...paths, ...paths, ...paths, ...paths]) await statusOf(other, path);
  // What `first` was asked too, and may have connected for.
  for (const path of [...(recipe ? [recipe.read] : []), ...sessionPaths]) await statusOf(other, path);
  const balanced = canCompare
    ? await balance(first, twin, [...paths, ...(recipe ? [recipe.read] : [])])
    : new Map<string, readonly (number | null)[]>();
  return {
    twin,
    other,
    otherDials: new Map([...other.proxies].map(([variable, proxy]) => [variable, proxy.dials()])),
    firstStillServes: (await statusOf(first, lab.found.health?.ready ?? "/")) !== null,
    recipe,
    created,
    seenByTwin,
    session: canCompare ? await hopWithCookie(first, twin, paths) : null,
    balanced,
  };
}

/** Once more when it was not ready, and had not ended either. */
function bootBeside(lab: Lab, options: BootOptions): Promise<Booted> {
  return confirmed(
    async () => {
      const booted = await boot(lab, options);
      if (!isUsable(lab, booted)) await booted.stop();
      return booted;
    },
    (booted) => !isUsable(lab, booted) && booted.readiness !== "exited",
  );
}

/** Takes a cookie from the one and shows it to both. */
async function hopWithCookie(
  first: Booted,
  twin: Booted,
  paths: readonly string[],
): Promise<SessionFacts | null> {
  for (const source of [...paths, ...sessionPaths]) {
    const answer = await httpRequest({ port: first.port, path: source });
    if (!isAnswer(answer) || answer.cookies.length === 0) continue;
    const cookie = answer.cookies.map((each) => each.split(";")[0]).join("; ");
    for (const path of [source, "/", "/me", "/profile", "/account"]) {
      const onFirst = await ask(first, path, cookie);
      const onTwin = await ask(twin, path, cookie);
      if (differ(onFirst, onTwin)) return { path, cookie, onFirst, onTwin };
    }
    return { path: source, cookie, onFirst: [], onTwin: [] };
  }
  return null;
}

/** Requests that got no answer tell nothing about a session. */
function differ(first: readonly string[], twin: readonly string[]): boolean {
  const kinds = (seen: readonly string[]) => [...new Set(seen)].sort().join();
  return first.length > 0 && twin.length > 0 && kinds(first) !== kinds(twin);
}

/** Five times the status class, and whether the session was begun anew. */
async function ask({ port }: Booted, path: string, cookie: string): Promise<string[]> {
  const answers = await inParallel(
    1,
    Array.from({ length: 5 }, () => () => httpRequest({ port, path, headers: { cookie } })),
  );
  return answers.filter(isAnswer).map((answer) => {
    const renewed = answer.cookies.some((each) => !cookie.includes(each.split(";")[0] ?? ""));
    return `${Math.floor(answer.status / 100)}xx${renewed ? ", a new session" : ""}`;
  });
}

async function balance(first: Booted, twin: Booted, paths: readonly string[]) {
  const statuses = new Map<string, readonly (number | null)[]>();
  for (const path of paths) {
    statuses.set(path, await confirmed(() => askInTurn(first, twin, path), isUnsteady));
  }
  return statuses;
}

async function askInTurn(first: Booted, twin: Booted, path: string): Promise<(number | null)[]> {
  const seen: (number | null)[] = [];
  for (const each of [first, twin, first, twin]) seen.push(await statusOf(each, path));
  return seen;
}

/** A server that is busy says so once in a while; any other difference counts at once. */
const isUnsteady = (statuses: readonly (number | null)[]): boolean =>
  isMixed(statuses) && statuses.some((status) => status !== null && status >= 500);

/** Requests that got no answer are left out. */
export const isMixed = (statuses: readonly (number | null)[]): boolean =>
  new Set(statuses.filter((status) => status !== null)).size > 1;
