import { accepts, type HttpAnswer, httpRequest, isAnswer } from "./http.ts";
import type { Launched } from "./launch.ts";
import { sleep } from "./wait.ts";

/** How far a start came. `serving`: it answers HTTP, but says that it is not ready. */
export type Readiness = "ready" | "serving" | "listening" | "exited" | "silent";

export type HealthPaths = { readonly ready: string | null; readonly live: string | null };

export type Ready = {
  readonly readiness: Readiness;
  /** From the start of the process; null when it did not come so far. */
  readonly readyMs: number | null;
  readonly listeningMs: number | null;
  readonly health: HealthPaths;
};

export const readyPaths = ["/health/ready", "/readyz", "/ready", "/healthz", "/health", "/up"] as const;
export const livePaths = ["/health/live", "/livez", "/live", "/healthz", "/health", "/up"] as const;

export type WaitForReady = {
  readonly port: number;
  readonly budgetMs: number;
  /** As found at an earlier start; asked for when absent. */
  readonly health?: HealthPaths;
  /** Where the wait ends; `ready` when absent. */
  readonly enough?: "serving" | "ready";
  readonly signal?: AbortSignal;
};

/** Waits for the first accepted connection, then for an answer below 500. */
export async function waitReady(launched: Launched, options: WaitForReady): Promise<Ready> {
  const { port, budgetMs, signal } = options;
  const deadline = launched.startedAt + budgetMs;
  let readiness: Readiness = "silent";
  let listeningMs: number | null = null;
  let health = options.health ?? null;
  const elapsed = () => Math.round(performance.now() - launched.startedAt);
  while (performance.now() < deadline) {
    // A daemon ends at once, and what it left behind serves.
    if (launched.exit() && launched.family().length === 0)
      return { readiness: "exited", readyMs: null, listeningMs, health: health ?? noHealth };
    if (await accepts(port)) {
      listeningMs ??= elapsed();
      const answer = await firstAnswer(port, health);
      if (answer) health = answer.health;
      readiness = readinessOf(answer?.answer ?? null);
      if (readiness === "ready")
        return { readiness, readyMs: elapsed(), listeningMs, health: health ?? noHealth };
    }
    if (readiness === "serving" && options.enough === "serving") break;
    await sleep(25, signal);
  }
  return { readiness, readyMs: null, listeningMs, health: health ?? noHealth };
}

const noHealth: HealthPaths = { ready: null, live: null };

function readinessOf(answer: HttpAnswer | null): Readiness {
  if (!answer) return "listening";
  return answer.status < 500 ? "ready" : "serving";
}

async function firstAnswer(
  port: number,
  health: HealthPaths | null,
): Promise<{ readonly answer: HttpAnswer; readonly health: HealthPaths } | null> {
  if (health) {
    const answer = await httpRequest({ port, path: health.ready ?? "/" });
    return isAnswer(answer) ? { answer, health } : null;
  }
  const ready = await firstThatExists(port, readyPaths);
  if (ready === "no answer") return null;
  if (ready) {
    const live = await firstThatExists(port, livePaths);
    if (live === "no answer") return null;
    const livePath = live && live.path !== ready.path ? live.path : null;
    return { answer: ready.answer, health: { ready: ready.path, live: livePath } };
  }
  const answer = await httpRequest({ port, path: "/" });
  return isAnswer(answer) ? { answer, health: noHealth } : null;
}

async function firstThatExists(
  port: number,
  paths: readonly string[],
): Promise<{ readonly path: string; readonly answer: HttpAnswer } | "no answer" | null> {
  for (const path of paths) {
    const answer = await httpRequest({ port, path });
    if (!isAnswer(answer)) return "no answer";
    const exists = answer.status < 300 || answer.status >= 500;
    if (exists) return { path, answer };
  }
  return null;
}
