/** Resolves after `ms`; rejects at once when the signal aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

export type Waiting = {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
};

/** Asks until the answer is neither null nor false; null when the time is over. */
export async function until<T>(
  ask: () => T | null | false | Promise<T | null | false>,
  { timeoutMs, everyMs = 50, signal }: Waiting,
): Promise<T | null> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    if (performance.now() >= deadline) return null;
    await sleep(everyMs, signal);
  }
}

/** The promise's value, or null when `ms` pass first. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the tasks, at most `limit` at a time; results in their order. After a failure no other one begins. */
export async function inParallel<T>(limit: number, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results = new Array<T>(tasks.length);
  const pending = [...tasks.entries()];
  const lane = async () => {
    for (let next = pending.shift(); next; next = pending.shift()) {
      const [index, task] = next;
      try {
        results[index] = await task();
      } catch (error) {
        pending.length = 0;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, tasks.length) }, lane));
  const failed = lanes.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
  return results;
}
