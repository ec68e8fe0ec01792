import { createServer } from "node:net";
import { boot, type Lab, refusalMs } from "../lab.ts";
import type { Exit } from "../launch.ts";
import { listenersOf } from "../listeners.ts";
import { freePort } from "../ports.ts";
import { lastLines } from "../tail.ts";
import { until } from "../wait.ts";

export type TakenFacts = {
  readonly exit: Exit | null;
  readonly listensOn: readonly number[];
  readonly evidence: string;
};

/** Its port is somebody else's. */
export async function observeTaken(lab: Lab): Promise<TakenFacts> {
  const port = await freePort();
  const owner = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => owner.listen({ port, host: "::" }, done));
  const booted = await boot(lab, { type: "web", port, wait: false });
  const listening = () =>
    listenersOf(booted.launched.family().map(({ pid }) => pid)).map((each) => each.port);
  await until(() => booted.launched.exit() !== null || listening().length > 0, {
    timeoutMs: 2 * refusalMs(lab),
    everyMs: 100,
    signal: lab.session.signal,
  });
  const exit = booted.launched.exit() ? await booted.launched.finishedWithin(0) : null;
  const facts = { exit, listensOn: exit ? [] : listening(), evidence: lastLines(booted.launched) };
  await booted.stop();
  await new Promise((done) => owner.close(done));
  return facts;
}
