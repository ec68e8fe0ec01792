import type { Observations } from "../observations.ts";
import {
  dynamicCheck,
  isNotTried,
  jointCheck,
  notTried,
  pass,
  risk,
  type Verdict,
  violation,
} from "../verdict.ts";

export const admin = [
  dynamicCheck("admin/release", "release", {
    title: "The release process succeeds",
    asks: "Does the release process end with code 0 in the built tree, with production dependencies and the app’s own config?",
    why: "Admin processes “run against a release, using the same codebase and config as any process run against that release”, and “the same dependency isolation”.",
    fix: "Make the migration tool a run-time dependency, and put the migrations into the build.",
    fooledBy: "A backing service that could not be had here.",
    judge: ({ runs }, lab) => {
      if (!runs) return notTried("there is no release process");
      if (runs.concurrent.some(({ exit }) => exit?.code === 0)) return pass;
      const sink = lab.resources.find(({ service }) => service === null);
      return sink
        ? notTried(`${sink.variable}: ${sink.missing}`)
        : [violation("The release process fails.", runs.first.evidence, { type: "release" })];
    },
  }),
  jointCheck("admin/same-runtime", "release", {
    title: "Admin tasks run on the app’s own runtime",
    asks: "Is the program of the release process the one of the web process?",
    why: "“The same dependency isolation techniques should be used on all process types.”",
    fix: "Start both from the same binary, by the same path.",
    fooledBy: "Apps of several programs by design; tasks that end too fast to be seen.",
    judge: judgeRuntime,
  }),
  dynamicCheck("admin/tasks", "tasks", {
    title: "Admin tasks succeed",
    asks: "Do bin/seed and bin/console end with code 0, with the app’s config, while it is up?",
    why: "“Run admin/management tasks as one-off processes”, in an environment that is identical to that of the app’s long-running ones.",
    fix: "Ship the tasks with the app, on its own config module and run-time dependencies.",
    fooledBy: "Consoles that want a terminal.",
    judge: ({ runs, foreign }) => {
      const tasks = runs.filter(({ name }) => name.startsWith("bin/"));
      if (tasks.length === 0) return notTried("there is no bin/seed or bin/console");
      const failed = tasks.filter(({ exit }) => exit?.code !== 0);
      return failed.length > 0 && foreign !== null
        ? notTried(foreign)
        : failed.map(({ name, evidence }) => violation(`${name} fails.`, evidence));
    },
  }),
  dynamicCheck("admin/beside-the-app", "tasks", {
    title: "A release does not disturb the app",
    asks: "Is a web process as healthy after a release beside it as before?",
    why: "One-off processes run against a release that is serving.",
    fix: "Keep migrations compatible with the code that runs, and their locks short.",
    fooledBy: "Nothing that is known.",
    judge: ({ runs, webAfterRelease }) => {
      if (isNotTried(webAfterRelease)) return webAfterRelease;
      if (runs.some(({ name, exit }) => name === "release" && exit?.code !== 0))
        return notTried("the release process failed");
      return webAfterRelease
        ? pass
        : [
            violation(
              "A release makes the running web process unhealthy.",
              "it did not answer below 500 within 6 s",
              {
                type: "release",
              },
            ),
          ];
    },
  }),
];

function judgeRuntime({ release, trio }: Observations): Verdict {
  if (isNotTried(release)) return release;
  if (isNotTried(trio)) return trio;
  const ran = release.runs?.concurrent.find(({ executable }) => executable !== null)?.executable;
  if (!release.runs) return notTried("there is no release process");
  if (!ran || !trio.executable) return notTried("the program of a process could not be seen");
  return ran === trio.executable
    ? pass
    : [
        risk(
          "The release process runs on another program than the web process.",
          `${ran}, and ${trio.executable}`,
          { type: "release" },
        ),
      ];
}
