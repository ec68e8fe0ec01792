import type { Exit } from "../launch.ts";
import type { Redelivery } from "../scenarios/jobs.ts";
import { fastMs } from "../scenarios/startup.ts";
import {
  dynamicCheck,
  type Fault,
  isNotTried,
  jointCheck,
  type NotTried,
  notTried,
  pass,
  risk,
  violation,
} from "../verdict.ts";

const slow = 20_000;
/** Several checks at once, or builds beside them, do this much. */
const mostSlowdown = 3;

export const disposability = [
  jointCheck("disposability/startup", "startup", {
    title: "It starts fast",
    asks: "Is the median of its starts, from exec to ready, at most five seconds?",
    why: "“Processes should strive to minimize startup time. Ideally, a process takes a few seconds from the time the launch command is executed until the process is up.”",
    fix: "Move work from the start to the build; connect in the background.",
    fooledBy: "A busy machine: starts that were slow are tried again with nothing beside them.",
    judge: ({ trio, startup }) => {
      if (isNotTried(trio)) return trio;
      const { readiness } = trio.first;
      if (readiness === "silent" || readiness === "listening")
        return [
          violation("It is not ready within the time that a platform waits.", "no answer", { type: "web" }),
        ];
      if (isNotTried(startup)) return startup;
      const { medianMs, starts, slowdown } = startup;
      if (medianMs === null) return notTried("it was never quite ready");
      if (medianMs <= fastMs) return pass;
      if (slowdown > mostSlowdown && medianMs / slowdown <= fastMs)
        return notTried(`this host is too busy: work takes ${slowdown.toFixed(1)} times as long as alone`);
      const evidence = `median of ${starts}: ${medianMs} ms`;
      return [
        medianMs <= slow
          ? risk("It takes long to start.", evidence, { type: "web" })
          : violation("It takes very long to start.", evidence, { type: "web" }),
      ];
    },
  }),
  dynamicCheck("disposability/sigterm", "drain", {
    title: "It ends on SIGTERM",
    asks: "After SIGTERM to the started process, does it end in time, and of its own accord?",
    why: "“Processes shut down gracefully when they receive a SIGTERM signal from the process manager.”",
    fix: "Handle SIGTERM: stop accepting, finish, close, exit 0, all within the platform’s grace.",
    fooledBy: "A grace that is longer than the ten seconds given here on purpose.",
    judge: ({ exit, inFlight }, lab) =>
      judgeExit("web", exit, lab.graceMs, !isNotTried(inFlight) && inFlight.complete),
  }),
  dynamicCheck("disposability/companion-sigterm", "companions", {
    title: "Workers end on SIGTERM",
    asks: "Does every other process type end in time, and of its own accord, after SIGTERM?",
    why: "“For a worker process, graceful shutdown is achieved by returning the current job to the work queue.”",
    fix: "Handle SIGTERM: take no more jobs, finish or return the current one, exit 0.",
    fooledBy:
      "A worker that dies by the signal while it has nothing to do loses nothing; it is reported all the same.",
    judge: ({ each }, lab) =>
      each
        .filter(({ stayed }) => stayed)
        .flatMap(({ type, exit }) => judgeExit(type, exit, lab.graceMs, false)),
  }),
  dynamicCheck("disposability/in-flight", "drain", {
    title: "Requests in flight are finished",
    asks: "Is a request that waits for a slow resource when SIGTERM comes answered in full?",
    why: "A web process ends by “ceasing to listen on the service port, allowing any current requests to finish, and then exiting”.",
    fix: "Close the server, and exit only when the last response is out.",
    fooledBy:
      "Apps without a route that needs a service: a burst of short requests is then used, which proves less.",
    judge: ({ inFlight }) => {
      if (isNotTried(inFlight)) return inFlight;
      if (inFlight.complete) return pass;
      const confidence = inFlight.how === "latency" ? "high" : "medium";
      return [
        violation("A request that was in flight at SIGTERM was dropped.", inFlight.evidence, {
          type: "web",
          confidence,
        }),
      ];
    },
  }),
  dynamicCheck("disposability/stops-accepting", "drain", {
    title: "It turns new requests away",
    asks: "Within two and a half seconds after SIGTERM, is a new request refused, or answered with 503 or Connection: close?",
    why: "Graceful shutdown begins with “ceasing to listen on the service port (thereby refusing any new requests)”.",
    fix: "Flip readiness to 503 at once, close the listener, and close idle keep-alive connections.",
    fooledBy: "A process that has ended by then.",
    judge: ({ turnedAwayMs }) =>
      turnedAwayMs === null
        ? [
            violation(
              "2.5 s after SIGTERM it still takes new requests as if nothing were.",
              "answers without 503 or Connection: close",
              { type: "web" },
            ),
          ]
        : pass,
  }),
  dynamicCheck("disposability/second-signal", "outage", {
    title: "A second SIGTERM does no harm",
    asks: "Is a drain that gets SIGTERM again still finished?",
    why: "Platforms may send the signal more than once, and to every process of a group.",
    fix: "Ignore SIGTERM while the drain runs.",
    fooledBy: "Nothing that is known.",
    judge: ({ secondSignal }) => {
      const { inFlight, exit } = secondSignal;
      if (!inFlight) return notTried("no request could be kept in flight");
      if (!inFlight.complete)
        return [violation("A second SIGTERM breaks the drain off.", inFlight.evidence, { type: "web" })];
      return exit
        ? pass
        : [violation("After a second SIGTERM it does not end.", "still alive", { type: "web" })];
    },
  }),
  dynamicCheck("disposability/pid-1", "pid1", {
    title: "It ends on SIGTERM as process 1",
    asks: "In a process namespace of its own, as in a container, does SIGTERM end it in time?",
    why: "The kernel gives process 1 no default action: without a handler SIGTERM is ignored, and the platform kills after its grace.",
    fix: "Register a handler in the program, and run it in exec form, without a shell that stays.",
    fooledBy: "Images with an init, such as tini, which this start does not have.",
    judge: ({ ready, exit, evidence }) => {
      if (!ready) return notTried(`as process 1 it did not become ready: ${evidence}`);
      return exit
        ? pass
        : [violation("As process 1 it ignores SIGTERM.", "still alive after the grace", { type: "web" })];
    },
  }),
  dynamicCheck("disposability/signal-reaches-app", "drain", {
    title: "The signal reaches the app",
    asks: "Does SIGTERM to the started process end the one that listens?",
    why: "Most platforms signal one process only; a shell or a package manager in front of the app swallows that.",
    fix: "Start the program itself: no npm start, no sh -c with more than one command.",
    fooledBy: "Platforms that signal every process, such as Heroku.",
    judge: ({ survivors }) => {
      const listening = survivors.filter(({ listens }) => listens);
      return listening.length === 0
        ? pass
        : [
            violation(
              "SIGTERM ends what was started, and the process that listens lives on.",
              listening.map(({ command, pid }) => `${command} (${pid})`).join(", "),
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("disposability/orphans", "drain", {
    title: "It leaves nothing running",
    asks: "Two seconds after the end of the started process, is nothing left of it?",
    why: "Processes are “disposable”: what is left holds the port, the locks and the memory that the next one needs.",
    fix: "End children with the parent, and wait for them.",
    fooledBy: "Nothing that is known.",
    judge: ({ survivors }) =>
      survivors.length === 0
        ? pass
        : [
            violation(
              "Processes live on after the one that was started has ended.",
              survivors.map(({ command, pid }) => `${command} (${pid})`).join(", "),
              { type: "web" },
            ),
          ],
  }),
  dynamicCheck("disposability/kill-9", "crash", {
    title: "It starts again after a sudden death",
    asks: "Killed with -9, does it start at once on the same port, with the same files and services?",
    why: "“Processes should also be robust against sudden death.”",
    fix: "Keep no lock or pid file; let locks in services expire with their connection.",
    fooledBy: "Nothing that is known.",
    judge: ({ restarted, evidence }) =>
      restarted ? pass : [violation("After a kill -9 it does not start again.", evidence, { type: "web" })],
  }),
  jointCheck("disposability/interrupted-start", "interrupted", {
    title: "A start can be broken off",
    asks: "Does SIGTERM a tenth of a second after the start end it within five seconds?",
    why: "Processes “can be started or stopped at a moment’s notice”, the moment of the start included.",
    fix: "Register the handler first, or leave the default action until there is something to drain.",
    fooledBy: "Nothing that is known.",
    judge: ({ interrupted, drain }) => {
      if (isNotTried(interrupted)) return interrupted;
      if (interrupted.exit) return pass;
      if (!isNotTried(drain) && drain.exit === null) return notTried("it ignores SIGTERM at any time");
      return [violation("SIGTERM during the start is ignored.", "still alive after 5 s", { type: "web" })];
    },
  }),
  dynamicCheck("disposability/worker-redelivery", "jobs", {
    title: "An interrupted job is done later",
    asks: "Is a job whose worker gets SIGTERM in the middle done by that worker or by the next?",
    why: "Graceful shutdown of a worker returns “the current job to the work queue”; jobs are reentrant.",
    fix: "Acknowledge after the work; return the job on SIGTERM; make its effect idempotent.",
    fooledBy: "Queues that deliver again after more than 25 s.",
    judge: ({ afterTerm }) => judgeRedelivery(afterTerm, "interrupted by SIGTERM", violation),
  }),
  dynamicCheck("disposability/worker-kill-9", "jobs", {
    title: "A job outlives a worker that is killed",
    asks: "Is a job whose worker is killed with -9 in the middle done by another worker within a minute?",
    why: "“Processes should also be robust against sudden death”; the text recommends “a robust queueing backend […] that returns jobs to the queue when clients disconnect or time out”.",
    fix: "Acknowledge after the work, so that the queue delivers again what was not acknowledged.",
    fooledBy: "Queues that deliver again after more than a minute.",
    judge: ({ afterKill }) => judgeRedelivery(afterKill, "left by a worker that was killed", risk),
  }),
];

/** 143 and death by SIGTERM count where the drain was clean: some runtimes end so by design. */
function judgeExit(type: string, exit: Exit | null, graceMs: number, drained: boolean): Fault[] {
  if (!exit)
    return [
      violation(`${type} is still alive ${graceMs / 1000} s after SIGTERM.`, "it had to be killed", { type }),
    ];
  if (exit.code === 0 || exit.code === 143 || (exit.signal === "SIGTERM" && drained)) return [];
  const how = exit.signal ? `it died by ${exit.signal}` : `it ended with code ${exit.code}`;
  return [violation(`${type} does not end of its own accord on SIGTERM.`, how, { type })];
}

function judgeRedelivery(
  seen: Redelivery | NotTried,
  how: string,
  fault: typeof violation,
): readonly Fault[] | NotTried {
  if (isNotTried(seen) || seen.done) return isNotTried(seen) ? seen : pass;
  const message = `A job that was ${how} is not done ${Math.round(seen.waitedMs / 1000)} s later.`;
  return [fault(message, seen.last ?? "", { type: "worker", confidence: "medium" })];
}
