import { isUsable } from "../lab.ts";
import { straysIn } from "../scenarios/companions.ts";
import { describeStart } from "../tail.ts";
import { advice, dynamicCheck, notTried, pass, risk, violation } from "../verdict.ts";

export const concurrency = [
  dynamicCheck("concurrency/two-webs", "trio", {
    title: "Two web processes run side by side",
    asks: "Are two processes of the same release ready at once, and does the first still serve?",
    why: "The app “must also be able to span multiple processes running on multiple physical machines”.",
    fix: "Share nothing on the machine: no fixed port, no lock file, no socket at a fixed path.",
    fooledBy: "A fixed port, which is reported here as well.",
    judge: ({ first, pair }, lab) => {
      if (first.readiness === "elsewhere")
        return [
          violation(
            "A second process of the same release cannot run beside the first.",
            describeStart(lab, first),
            { type: "web" },
          ),
        ];
      if (!pair) return notTried("the web process did not start");
      if (!isUsable(lab, pair.twin))
        return [
          violation(
            "A second process of the same release does not come up beside the first.",
            describeStart(lab, pair.twin),
            { type: "web" },
          ),
        ];
      return pair.firstStillServes
        ? pass
        : [
            violation("The first process stops serving when a second one starts.", "no answer", {
              type: "web",
            }),
          ];
    },
  }),
  dynamicCheck("concurrency/foreground", "trio", {
    title: "The web process stays in the foreground",
    asks: "Does the started process live, with all of its children in its own session?",
    why: "“Twelve-factor app processes should never daemonize or write PID files”, and rely on the platform’s process manager.",
    fix: "Run the server in the foreground, one program a line of the Procfile.",
    fooledBy: "Nothing that is known.",
    judge: ({ first, firstFamily, scrubbed, usable }) => {
      if (!usable) return notTried("the web process did not start");
      if (first.launched.exit() && first.launched.family().length > 0)
        return [
          violation("The started process ends and leaves another one running.", "a daemon", { type: "web" }),
        ];
      const strays = [...straysIn(firstFamily, first.launched.pid), ...scrubbed];
      return strays.length === 0
        ? pass
        : [
            violation(
              "A process left the session that it was started in, as a daemon does.",
              strays.map(({ command, pid }) => `${command} (${pid})`).join(", "),
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("concurrency/pid-files", "files", {
    title: "It writes no pid file",
    asks: "Are there no *.pid files after a run?",
    why: "“Twelve-factor app processes should never daemonize or write PID files.”",
    fix: "Drop --pid and its like; the platform knows the process.",
    fooledBy: "Files with another ending.",
    judge: ({ written }) => {
      const files = written.filter(({ kind }) => kind === "pid").map(({ path }) => path);
      return files.length === 0 ? pass : [violation("The app writes a pid file.", files.join(", "))];
    },
  }),
  dynamicCheck("concurrency/process-types", "companions", {
    title: "Each process type runs alone",
    asks: "Does every other process type stay up by itself for ten seconds, as one process tree?",
    why: "“Assigning each type of work to a process type”, as web and worker, lets each be scaled by itself.",
    fix: "Let a worker need no web process; keep it in the foreground, and end it only with an error.",
    fooledBy: "Types that are meant to end, such as one-off jobs in the Procfile.",
    judge: ({ each }) =>
      each.flatMap(({ type, stayed, exit, strays, evidence }) => {
        const ended = `${exit?.signal ?? `code ${exit?.code}`}; ${evidence}`;
        if (!stayed && strays.length === 0)
          return [violation(`${type} does not stay up by itself.`, ended, { type })];
        return strays.length === 0
          ? pass
          : [
              violation(
                `${type} leaves the session that it was started in, as a daemon does.`,
                strays.map(({ command }) => command).join(", "),
                { type },
              ),
            ];
      }),
  }),
  dynamicCheck("concurrency/web-concurrency", "scaled", {
    title: "WEB_CONCURRENCY is heeded",
    asks: "Where WEB_CONCURRENCY is declared, does the web process have more processes or threads with 4 than with 1?",
    why: "Beyond the text, which leaves it to the developer how work is multiplexed inside a process; what is declared as config should act.",
    fix: "Give WEB_CONCURRENCY to the server, or do not declare it.",
    fooledBy: "Servers that start threads only when there is work.",
    judge: ({ one, four }) =>
      four > one
        ? pass
        : [
            advice(
              "WEB_CONCURRENCY changes nothing.",
              `${one} processes and threads with 1, ${four} with 4`,
              {
                type: "web",
              },
            ),
          ],
  }),
  dynamicCheck("concurrency/shared-work", "jobs", {
    title: "Workers share the work",
    asks: "With two workers, is each of twenty jobs done, and its effect there once?",
    why: "“The process model truly shines when it comes time to scale out”: a second worker must add speed, not duplicates.",
    fix: "Claim a job with a lock in the queue, and make its effect idempotent.",
    fooledBy: "Effects that the API does not show.",
    judge: ({ shared }) => {
      if (shared.done < shared.jobs)
        return [
          violation(
            "With two workers, jobs stay undone.",
            `${shared.done} of ${shared.jobs} were done in 25 s`,
            { type: "worker" },
          ),
        ];
      return shared.twice === 0
        ? pass
        : [
            risk("With two workers, a job takes effect twice.", `${shared.twice} of ${shared.jobs}`, {
              type: "worker",
            }),
          ];
    },
  }),
];
