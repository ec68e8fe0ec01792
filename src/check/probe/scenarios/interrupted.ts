import { boot, type Lab } from "../lab.ts";
import type { Exit } from "../launch.ts";
import { sleep } from "../wait.ts";

export type InterruptedFacts = { readonly exit: Exit | null };

const exitBudgetMs = 5_000;

/** SIGTERM a tenth of a second after the start. */
export async function observeInterrupted(lab: Lab): Promise<InterruptedFacts> {
  const booted = await boot(lab, { type: "web", wait: false });
  await sleep(100, lab.session.signal);
  booted.launched.signal("SIGTERM");
  const exit = await booted.launched.exitWithin(exitBudgetMs);
  await booted.stop();
  return { exit };
}
