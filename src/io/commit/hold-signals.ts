const held = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work that a signal must not cut in half. As the work is synchronous, a signal is seen only after it, and
 * the process then exits with 128 and the signal's number, unless someone listens already and decides that.
 * So the caller must let the event loop turn before it calls `process.exit` itself.
 */
export function holdSignals<T>(work: () => T): T {
  const own = held.filter((signal) => process.listenerCount(signal) === 0);
  for (const signal of own) process.on(signal, exit);
  try {
    return work();
  } finally {
    // A signal that came meanwhile is delivered by the next poll, which lies before the second immediate.
    setImmediate(() =>
      setImmediate(() => {
        for (const signal of own) process.removeListener(signal, exit);
      }),
    );
  }
}

function exit(signal: NodeJS.Signals): void {
  process.exit(128 + process.getBuiltinModule("node:os").constants.signals[signal]);
}
