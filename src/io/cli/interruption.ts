/** How things stand, for the sentence that a signal ends this process with. */
export type Interruption = { state: string };

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** From now on a signal ends this process with a sentence. What runs without a break is finished first. */
export function endOnSignals(): Interruption {
  const interruption = { state: "Nothing was written." };
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => {
      process.stderr.write(
        `${process.stderr.isTTY ? "\r\u001b[K\u001b[?25h" : ""}Cancelled. ${interruption.state}\n`,
      );
      process.exit(code);
    });
  }
  return interruption;
}

/** Lets a signal that came meanwhile take effect, before or after a part that must not be cut in half. */
export async function yieldToSignals(): Promise<void> {
  // Not that of node:timers/promises, which loads more than all of this file.
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  await turn();
  await turn();
}
