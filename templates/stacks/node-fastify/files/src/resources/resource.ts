import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";

/** A backing service that is attached: it connects, and reconnects, by itself. */
export type Resource = {
  /** Rejects while the service can't be used. */
  readonly ping: () => Promise<void>;
  /** Makes ready what this release expects to find there; run by the release process only. */
  readonly prepare?: (() => Promise<void>) | undefined;
  /** True for an error that waiting won't cure, such as a wrong password. */
  readonly refused?: ((error: unknown) => boolean) | undefined;
  readonly close: () => Promise<void>;
};

export type Attached = { readonly [name: string]: Resource };

/** Up or down, each within the deadline, all at the same time. */
export async function pingAll(
  resources: Attached,
  deadlineMs: number,
): Promise<Record<string, "up" | "down">> {
  const states = Object.entries(resources).map(async ([name, resource]) => {
    const late = sleep(deadlineMs, undefined, { ref: false }).then(() => Promise.reject());
    const state = await Promise.race([resource.ping(), late]).then(
      () => "up" as const,
      () => "down" as const,
    );
    return [name, state] as const;
  });
  return Object.fromEntries(await Promise.all(states));
}

/** Waits for each service to answer once, for as long as it takes or we say; rejects when one refuses us. */
export async function connected(
  resources: Attached,
  log: Log,
  patienceMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  await Promise.all(
    Object.entries(resources).map(async ([name, { ping, refused }]) => {
      for (let attempt = 0; ; attempt++) {
        try {
          await ping();
          log.info({ resource: name }, "connected");
          return;
        } catch (error) {
          if (refused?.(error) || performance.now() > deadline) throw error;
          log.warn({ err: error, resource: name, attempt }, "not connected yet");
        }
        await sleep(backoff(attempt));
      }
    }),
  );
}

/** Closes in the reverse order of opening, so that what builds on another goes first. */
export async function closeAll(resources: Attached): Promise<void> {
  for (const resource of Object.values(resources).reverse()) await resource.close();
}

/** Doubles from 200 ms to 5 s; the jitter keeps many processes from coming back at the same moment. */
export function backoff(attempt: number): number {
  return Math.min(5_000, 200 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
}
