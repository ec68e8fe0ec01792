import type { Observations } from "../observations.ts";
import type { Line } from "../output.ts";
import { isOwn } from "../scenarios/trio.ts";
import {
  advice,
  dynamicCheck,
  isNotTried,
  jointCheck,
  notTried,
  pass,
  risk,
  type Verdict,
  violation,
} from "../verdict.ts";

const promptMs = 1_000;
/** At least so many requests were sent to the process with LOG_LEVEL=error. */
const quietRequests = 10;

export const logs = [
  dynamicCheck("logs/no-log-files", "files", {
    title: "It writes no log files",
    asks: "Are there no log files after a run?",
    why: "“A twelve-factor app never concerns itself with routing or storage of its output stream. It should not attempt to write to or manage logfiles.”",
    fix: "Write events to stdout, and leave files and rotation to the platform.",
    fooledBy: "Log files with names that do not tell.",
    judge: ({ written }) => {
      const files = written.filter(({ kind }) => kind === "log").map(({ path }) => path);
      return files.length === 0 ? pass : [violation("The app writes a log file.", files.join(", "))];
    },
  }),
  dynamicCheck("logs/stdout", "trio", {
    title: "Events go to stdout",
    asks: "Does the event stream come on stdout, not on stderr alone?",
    why: "“Each running process writes its event stream, unbuffered, to stdout.”",
    fix: "Point the logger to stdout; many write to stderr unless told.",
    fooledBy: "Apps that log nothing at all.",
    judge: ({ first, usable }) => {
      if (!usable) return notTried("the web process did not start");
      const lines = first.launched.output.lines();
      const onStdout = lines.some(({ stream }) => stream === "stdout");
      if (lines.length === 0) return notTried("the app wrote nothing");
      return onStdout ? pass : [risk("All events go to stderr.", lines[0]?.text ?? "", { type: "web" })];
    },
  }),
  dynamicCheck("logs/no-syslog", "traced", {
    title: "It speaks to no system log",
    asks: "Does the web process leave the sockets of syslog and journald alone?",
    why: "“A twelve-factor app never concerns itself with routing or storage of its output stream.”",
    fix: "Write events to stdout alone; the platform sends them on.",
    fooledBy: "Libraries that open the socket and send nothing.",
    judge: ({ syslog }) =>
      syslog.length === 0
        ? pass
        : [violation("It connects to a system log.", syslog.join(", "), { type: "web" })],
  }),
  jointCheck("logs/unbuffered", "drain", {
    title: "Events come at once",
    asks: "With a pipe for stdout, is a line there within a second after what it tells?",
    why: "The stream is written “unbuffered”: lines that wait in a buffer are lost with the process, and with them the reason of its death.",
    fix: "Flush each line; in Python set PYTHONUNBUFFERED=1, or log by a handler that flushes.",
    fooledBy: "Apps that log nothing until they end.",
    judge: judgeBuffering,
  }),
  dynamicCheck("logs/json", "trio", {
    title: "Events are structured",
    asks: "Are at least 95 % of the lines JSON objects with a level, a time and a message?",
    why: "Beyond the text. The stream is sent to “a log indexing and analysis system”, which would have to guess the structure of plain text.",
    fix: "Log JSON lines when stdout is not a terminal.",
    fooledBy: "Banners of the runtime.",
    judge: ({ first, usable }) => {
      if (!usable) return notTried("the web process did not start");
      const lines = stdoutOf(first.launched.output.lines());
      if (lines.length === 0) return notTried("the app wrote nothing to stdout");
      const plain = lines.filter(({ text }) => !isEvent(text));
      return plain.length / lines.length <= 0.05
        ? pass
        : [
            advice("Log lines are not JSON objects with level, time and message.", plain[0]?.text ?? "", {
              type: "web",
            }),
          ];
    },
  }),
  dynamicCheck("logs/time-ordered", "trio", {
    title: "Events are in order of time",
    asks: "Do the times in the lines not go backwards by more than a second?",
    why: "“Logs are the stream of aggregated, time-ordered events.”",
    fix: "Write each event when it happens.",
    fooledBy: "Several processes behind one stdout.",
    judge: ({ first }) => {
      const times = stdoutOf(first.launched.output.lines()).flatMap(({ text }) => timeOf(text) ?? []);
      if (times.length < 2) return notTried("fewer than two lines tell a time");
      const back = times.findIndex((time, index) => index > 0 && time < (times[index - 1] ?? 0) - 1_000);
      return back < 0
        ? pass
        : [
            risk("Lines are not in the order of their times.", `line ${back + 1} of ${times.length}`, {
              type: "web",
            }),
          ];
    },
  }),
  dynamicCheck("logs/trace-id", "trio", {
    title: "A request can be followed",
    asks: "Does the id in traceparent or X-Request-Id appear in a line?",
    why: "Beyond the text. The stream is there for “finding specific events in the past”, and across apps only an id finds them.",
    fix: "Take the id of the request, and put it into every line about it.",
    fooledBy: "Apps that log no requests.",
    judge: ({ first, traced, usable }) => {
      if (!usable) return notTried("the web process did not start");
      if (first.launched.output.flooded()) return notTried("the log is flooded, and not all of it was kept");
      const lines = first.launched.output.lines();
      const { at: since, traceId } = traced[0] ?? { at: 0, traceId: "" };
      if (!lines.some(({ at }) => at >= since)) return notTried("the app logs no requests");
      return lines.some(({ text }) => text.includes(traceId))
        ? pass
        : [
            advice("The id that came with a request is in no line.", `traceparent ${traceId}`, {
              type: "web",
            }),
          ];
    },
  }),
  dynamicCheck("logs/level", "trio", {
    title: "LOG_LEVEL is heeded",
    asks: "With LOG_LEVEL=error, are plain requests left out?",
    why: "Beyond the text. How much is logged is config of the deploy, and no change of code.",
    fix: "Give LOG_LEVEL to the logger.",
    fooledBy: "Apps that log little at any level.",
    judge: ({ first, pair }, lab) => {
      if (!lab.variables.some(({ name }) => name === "LOG_LEVEL"))
        return notTried("no LOG_LEVEL is declared");
      if (pair?.other.readiness !== "ready")
        return notTried("the process with LOG_LEVEL=error was not ready");
      const usual = first.launched.output.lines().length;
      const quiet = pair.other.launched.output.lines().length;
      if (usual < quietRequests) return notTried("the app does not log requests");
      return quiet < quietRequests
        ? pass
        : [
            advice(
              "With LOG_LEVEL=error, requests are still logged.",
              `${quiet} lines for ${quietRequests} requests`,
              {
                type: "web",
              },
            ),
          ];
    },
  }),
  dynamicCheck("logs/flood", "trio", {
    title: "It does not flood its log",
    asks: "Does it write less than 8 MiB in a few dozen requests?",
    why: "The execution environment captures the stream of every process; one that floods it buries the events of all.",
    fix: "Log events, not loops; let the level decide.",
    fooledBy: "Nothing that is known.",
    judge: ({ first }) =>
      first.launched.output.flooded()
        ? [
            risk(
              "It floods its log.",
              `more than ${Math.floor(first.launched.output.bytes() / (1 << 20))} MiB in a few dozen requests`,
              { type: "web" },
            ),
          ]
        : pass,
  }),
  dynamicCheck("logs/reader-away", "crash", {
    title: "A slow log reader does not stop it",
    asks: "Does it answer while nobody reads its stdout and the pipe is full?",
    why: "Beyond the text. Where the stream goes is not the app’s concern, so that a router which lags should not stop it.",
    fix: "Write logs off the event loop, and drop lines rather than block.",
    fooledBy: "Apps that log no requests.",
    judge: ({ answersWithFullPipe }) => {
      if (isNotTried(answersWithFullPipe)) return answersWithFullPipe;
      return answersWithFullPipe
        ? pass
        : [
            advice("While nobody reads its output, it stops answering.", "no answer within 2 s", {
              type: "web",
            }),
          ];
    },
  }),
];

/** By the lines of the web process: what came with a request, and what only came at the end. */
function judgeBuffering({ trio, drain }: Observations): Verdict {
  if (isNotTried(trio)) return trio;
  if (!trio.usable) return notTried("the web process did not start");
  const { output } = trio.first.launched;
  if (output.flooded()) return notTried("the log is flooded, and its reader slowed down");
  const lines = stdoutOf(output.lines());
  if (lines.length === 0) return notTried("the app wrote nothing to stdout");
  const own = trio.traced.flatMap((each) => {
    const line = lines.find(({ text }) => isOwn(each, text));
    return line ? [{ line, lateMs: Math.round(line.at - each.at) }] : [];
  });
  const late = own.find(({ lateMs }) => lateMs > promptMs);
  const since = trio.traced[0]?.at ?? 0;
  const cameAtTheEnd =
    own.length === 0 && !isNotTried(drain) && !lines.some(({ at }) => at <= since + promptMs);
  if (!late && !cameAtTheEnd) return pass;
  const evidence = late
    ? `a line came ${late.lateMs} ms after the request: ${late.line.text}`
    : `the first line came at the end: ${lines[0]?.text}`;
  return [violation("Lines come late: stdout is buffered when it is a pipe.", evidence, { type: "web" })];
}

const stdoutOf = (lines: readonly Line[]): Line[] =>
  lines.filter(({ stream, text }) => stream === "stdout" && text.trim() !== "");

function isEvent(text: string): boolean {
  const event = parse(text);
  if (!event) return false;
  const has = (...names: string[]) => names.some((name) => name in event);
  return (
    has("level", "severity", "lvl", "log.level") &&
    has("time", "timestamp", "ts", "@timestamp") &&
    has("msg", "message", "event")
  );
}

function timeOf(text: string): number | null {
  const event = parse(text);
  const stated = event?.time ?? event?.timestamp ?? event?.ts ?? event?.["@timestamp"];
  if (typeof stated === "number") return stated < 1e11 ? stated * 1000 : stated;
  const time = typeof stated === "string" ? Date.parse(stated) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function parse(text: string): { readonly [name: string]: unknown } | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? (data as { readonly [name: string]: unknown }) : null;
  } catch {
    return null;
  }
}
