import type { Lab } from "./lab.ts";
import type { Observations } from "./observations.ts";
import type { BuildFacts } from "./scenarios/build.ts";
import { observeCold } from "./scenarios/cold.ts";
import { observeCompanions } from "./scenarios/companions.ts";
import { observeCrash } from "./scenarios/crash.ts";
import { observeDevelopment } from "./scenarios/development.ts";
import { observeDrain } from "./scenarios/drain.ts";
import { observeFiles } from "./scenarios/files.ts";
import { observeImage } from "./scenarios/image.ts";
import { observeInterrupted } from "./scenarios/interrupted.ts";
import { observeJobs } from "./scenarios/jobs.ts";
import { observeNames } from "./scenarios/names.ts";
import { observeOffline } from "./scenarios/offline.ts";
import { observeOutage } from "./scenarios/outage.ts";
import { observePid1 } from "./scenarios/pid1.ts";
import { observePoison } from "./scenarios/poison.ts";
import { observeRefusals } from "./scenarios/refusals.ts";
import { observeRelease } from "./scenarios/release.ts";
import { observeRotation } from "./scenarios/rotation.ts";
import { observeScaled } from "./scenarios/scaled.ts";
import { observeSealed } from "./scenarios/sealed.ts";
import { observeStartup } from "./scenarios/startup.ts";
import { observeTaken } from "./scenarios/taken.ts";
import { observeTasks } from "./scenarios/tasks.ts";
import { observeTraced } from "./scenarios/traced.ts";
import { observeTrio, type TrioFacts } from "./scenarios/trio.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";
import { describeStart } from "./tail.ts";
import { notTried } from "./verdict.ts";
import { inParallel } from "./wait.ts";

type Schedule = {
  readonly built: BuildFacts;
  readonly wanted: ReadonlySet<keyof Observations>;
  readonly progress: (stage: string) => void;
  /** Whether the slow checks were asked for by name. */
  readonly asked: boolean;
};

type Facts = Partial<Observations>;

/** As many at a time as leave the startup times meaningful. */
const lanes = 3;

/** The release, then three web processes, then all that can run beside these, then what cannot. */
export async function runScenarios(
  lab: Lab,
  { built, wanted, progress, asked }: Schedule,
): Promise<Observations> {
  if (!built.succeeded) return { ...nothing("the build failed"), build: built };
  const before = snapshot(lab.tree);
  progress("releasing");
  const release = await observeRelease(lab);
  progress("starting the processes");
  const watching = wanted.has("companions")
    ? observeCompanions(lab)
    : Promise.resolve(notTried("not asked for"));
  const hasWeb = lab.types.some(({ name }) => name === "web");
  const [companions, web] = await Promise.all([
    watching,
    hasWeb
      ? observeWeb(lab, { wanted, progress, asked, before, alone: watching })
      : observeOthers(lab, wanted),
  ]);
  return { ...nothing("not asked for"), ...web, build: built, release, companions };
}

async function observeOthers(lab: Lab, wanted: Schedule["wanted"]): Promise<Facts> {
  const refusals = wanted.has("refusals") ? { refusals: await observeRefusals(lab) } : {};
  return { ...nothing("there is no web process"), ...refusals };
}

type WebSchedule = Omit<Schedule, "built"> & {
  readonly before: Snapshot;
  /** Until then other workers run, and would take the jobs. */
  readonly alone: Promise<unknown>;
};

async function observeWeb(lab: Lab, { wanted, progress, asked, before, alone }: WebSchedule): Promise<Facts> {
  const trio = await observeTrio(lab, before);
  const reason = whyNoMore(lab, trio);
  if (reason !== null) {
    const elsewhere = trio.first.readiness === "elsewhere";
    const rest = elsewhere ? { drain: await observeDrain(lab, trio), taken: await observeTaken(lab) } : {};
    return { ...nothing(reason), ...rest, trio, files: observeFiles(lab, trio) };
  }
  const isWanted = (name: keyof Observations) => wanted.has(name) || (name === "drain" && wanted.has("trio"));
  const beside = scenariosBeside(lab, trio).filter(([name]) => isWanted(name));
  const tasks = beside.map(([name, run]) => () => {
    progress(name);
    return run();
  });
  const workJobs = async () =>
    wanted.has("jobs") ? alone.then(async () => ({ jobs: await observeJobs(lab, trio) })) : {};
  const facts = await runBeside(trio, tasks, workJobs);
  // It fills a pipe, and takes the processor with it.
  const crash = wanted.has("crash") ? { crash: await observeCrash(lab, trio) } : {};
  const files = observeFiles(lab, trio);
  const poison = wanted.has("poison") ? { poison: await observePoison(lab) } : {};
  const startup = wanted.has("startup") ? { startup: await observeStartup(lab, trio) } : {};
  const image = wanted.has("image") ? { image: await observeImage(lab, trio) } : {};
  const development = wanted.has("development") ? { development: await observeDevelopment(lab, asked) } : {};
  return Object.assign({ trio, files, ...crash, ...poison, ...startup, ...image, ...development }, ...facts);
}

/** Where only one process can run at a time, the others go one after another, once the first has ended. */
async function runBeside(
  trio: TrioFacts,
  tasks: readonly (() => Promise<Facts>)[],
  workJobs: () => Promise<Facts>,
): Promise<Facts[]> {
  const others = [trio.pair?.twin, trio.pair?.other];
  if (others.every((each) => each?.readiness === "exited")) {
    for (const each of others) await each?.stop();
    return inParallel(1, [...tasks, workJobs]);
  }
  const [jobs, facts] = await Promise.all([workJobs(), inParallel(lanes, tasks)]);
  return [jobs, ...facts];
}

/** The end of the first process first, then the longest. */
function scenariosBeside(lab: Lab, trio: TrioFacts): (readonly [keyof Observations, () => Promise<Facts>])[] {
  return [
    ["drain", async () => ({ drain: await observeDrain(lab, trio) })],
    ["outage", async () => ({ outage: await observeOutage(lab, trio) })],
    ["refusals", async () => ({ refusals: await observeRefusals(lab) })],
    ["tasks", async () => ({ tasks: await observeTasks(lab, trio) })],
    ["cold", async () => ({ cold: await observeCold(lab) })],
    ["offline", async () => ({ offline: await observeOffline(lab) })],
    ["sealed", async () => ({ sealed: await observeSealed(lab, trio) })],
    ["pid1", async () => ({ pid1: await observePid1(lab) })],
    ["names", async () => ({ names: await observeNames(lab) })],
    ["taken", async () => ({ taken: await observeTaken(lab) })],
    ["scaled", async () => ({ scaled: await observeScaled(lab) })],
    ["rotation", async () => ({ rotation: await observeRotation(lab, trio) })],
    ["traced", async () => ({ traced: await observeTraced(lab) })],
    ["interrupted", async () => ({ interrupted: await observeInterrupted(lab) })],
  ];
}

function whyNoMore(lab: Lab, trio: TrioFacts): string | null {
  if (trio.first.readiness === "elsewhere") {
    return `the web process does not listen on PORT: ${describeStart(lab, trio.first)}`;
  }
  return trio.usable ? null : `the web process did not become ready: ${describeStart(lab, trio.first)}`;
}

function nothing(reason: string): Observations {
  const missing = notTried(reason);
  return {
    build: missing,
    release: missing,
    trio: missing,
    startup: missing,
    drain: missing,
    outage: missing,
    crash: missing,
    pid1: missing,
    offline: missing,
    sealed: missing,
    taken: missing,
    names: missing,
    interrupted: missing,
    cold: missing,
    refusals: missing,
    companions: missing,
    jobs: missing,
    tasks: missing,
    files: missing,
    poison: missing,
    scaled: missing,
    rotation: missing,
    traced: missing,
    image: missing,
    development: missing,
  };
}
