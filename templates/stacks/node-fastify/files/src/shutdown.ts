import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.ts";

export type Shutdown = {
  readonly log: Log;
  readonly graceMs: number;
  /** Finishes what is under way and lets go of everything. */
  readonly stop: () => Promise<void>;
};

/**
 * On SIGTERM: stops within the grace and exits with 0, or with 1 when that was too short. Platforms may
 * repeat the signal, so further ones change nothing. SIGINT is a person, and ends the process at once.
 */
export function onSignals({ log, graceMs, stop }: Shutdown): void {
  let stopping = false;
  process.on("SIGTERM", async () => {
    if (stopping) return;
    stopping = true;
    log.info("stopping");
    const code = await Promise.race([
      stop().then(
        () => 0,
        (error) => {
          log.error({ err: error }, "could not stop cleanly");
          return 1;
        },
      ),
      sleep(graceMs).then(() => {
        log.error({ graceMs }, "not done within the grace");
        return 1;
      }),
    ]);
    log.info({ code }, "stopped");
    process.exit(code);
  });
  process.on("SIGINT", () => process.exit(130));
}

/** A fault that nobody handled leaves the process in an unknown state: log it and end. */
export function onFaults(log: Log): void {
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      process.exit(1);
    });
  }
}
