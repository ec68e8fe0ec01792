import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { boot, isUsable, type Lab } from "../lab.ts";
import { launch } from "../launch.ts";
import { describeStart, lastLines } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";

export type DevelopmentFacts = {
  readonly setUp: boolean;
  readonly ready: boolean;
  readonly evidence: string;
};

const setUpBudgetMs = 10 * 60_000;

/** `bin/setup` and `bin/dev` in a clean clone, with the services of this run in place of those of an engine. */
export async function observeDevelopment(lab: Lab, isAsked: boolean): Promise<DevelopmentFacts | NotTried> {
  if (!["bin/setup", "bin/dev"].every((name) => isRunnable(join(lab.tree, name))))
    return notTried("there is no bin/setup with a bin/dev");
  if (lab.installs && !isAsked)
    return notTried("bin/setup installs everything once more: ask for it with --only dev-prod-parity/set-up");
  const tree = lab.pristine();
  const directory = join(lab.session.directory, "development");
  for (const name of ["", "home", "tmp", "bin"]) mkdirSync(join(directory, name));
  // What an engine starts would stay.
  for (const name of ["docker", "podman"])
    writeFileSync(join(directory, "bin", name), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const path = [join(directory, "bin"), lab.path].join(delimiter);
  const environment = {
    PATH: path,
    HOME: join(directory, "home"),
    TMPDIR: join(directory, "tmp"),
    LANG: "C.UTF-8",
  };
  const setUp = launch(lab.session, { line: "bin/setup", cwd: tree, environment });
  const exit = await setUp.finishedWithin(setUpBudgetMs);
  const evidence = lastLines(setUp, 6);
  await setUp.stop();
  lab.session.signal.throwIfAborted();
  if (exit?.code !== 0) return { setUp: false, ready: false, evidence };
  const booted = await boot(lab, {
    type: "web",
    line: "bin/dev",
    database: "empty",
    cwd: tree,
    directory,
    environment: { PATH: path },
    patient: true,
  });
  const ready = isUsable(lab, booted);
  booted.launched.signal("SIGTERM");
  await booted.launched.exitWithin(lab.graceMs);
  await booted.stop();
  return { setUp: true, ready, evidence: describeStart(lab, booted) };
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
