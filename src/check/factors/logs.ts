import { textOf, type Value } from "../parsers/source/outline.ts";
import { type Fault, notTried, risk, staticCheck, violation } from "../static-check.ts";
import { nameOf } from "../survey/places.ts";
import type { Source } from "../survey/sources.ts";
import type { Survey } from "../survey/survey.ts";
import { lineIn, running, snippet } from "./build-release-run.ts";
import { lineOf } from "./evidence.ts";

const noSource = "no source was read that could write a log";
const appSources = ({ sources }: Survey): readonly Source[] =>
  sources.parsed.filter(({ part }) => part === "app");

export const logs = [
  staticCheck("logs/files", {
    title: "No log file is written",
    asks: "Does no logger or stream of the app write to a file?",
    why: "“A twelve-factor app never concerns itself with routing or storage of its output stream. It should not attempt to write to or manage logfiles. Instead, each running process writes its event stream, unbuffered, to stdout.”",
    fix: "Log to stdout, and take the file out.",
    fooledBy: "Files that are called a log and are data.",
    judge: (survey) => {
      const sources = appSources(survey);
      const configs = survey.repo.paths.filter((path) =>
        /^(logback(-spring)?|log4j2?(-spring)?)\.xml$/.test(nameOf(path)),
      );
      if (sources.length + configs.length === 0) return notTried(noSource);
      return [
        ...sources.flatMap((source) => fileLogs(source, survey)),
        ...configs.flatMap((file) => xmlAppenders(file, survey)),
      ];
    },
  }),
  staticCheck("logs/redirect", {
    title: "No command redirects the log",
    asks: "Does no command send its output, or its log, to a file?",
    why: "“In staging or production deploys, each process’ stream will be captured by the execution environment, collated together with all other streams from the app, and routed to one or more final destinations.”",
    fix: "Leave the output where it goes: stdout.",
    fooledBy: "Output that is no log.",
    judge: (survey) => {
      const commands = running(survey);
      if (commands.length === 0) return notTried("nothing says how the app is started");
      const isFile = (target: string) =>
        !/^(\/dev\/(stdout|stderr|null|fd\/\d)|\/proc\/\S*\/fd\/\d|&\d|-|\d)$/.test(target);
      return commands.flatMap((command) =>
        command.programs
          .filter(({ name, args, redirections }) => {
            const redirects = redirections.some(
              ({ operator, target }) =>
                />/.test(operator) &&
                isFile(target) &&
                (!/\.(pid|json|ya?ml|conf|cfg|env|ini|toml|pem|key|crt)$/.test(target) ||
                  command.origin === "Procfile"),
            );
            const isLogger =
              name !== "cat" && name !== "echo" && name !== "printf" && name !== "envsubst" && name !== "sed";
            const flag = args.findIndex((arg) =>
              /^--(log-file|logfile|access-logfile|error-logfile|log-to|logto|daemonize|out-log|err-log)$/.test(
                arg,
              ),
            );
            const inline = args.some((arg) =>
              /^--(log-file|logfile|access-logfile|error-logfile)=(?!-$|\/dev\/)/.test(arg),
            );
            const stated = flag >= 0 ? args[flag + 1] : undefined;
            const tees = name === "tee" && args.some((arg) => !arg.startsWith("-") && isFile(arg));
            return (redirects && isLogger) || inline || tees || (stated !== undefined && isFile(stated));
          })
          .map((program) =>
            violation(
              "A command sends its output to a file.",
              { file: command.file, line: lineIn(command, program) },
              snippet(command.text, program),
            ),
          ),
      );
    },
  }),
  staticCheck("logs/shipper", {
    title: "The app does not ship its log",
    asks: "Does no logger of the app send to a log service or to syslog?",
    why: "“A twelve-factor app never concerns itself with routing or storage of its output stream.”",
    fix: "Write to stdout, and let the platform’s drain send it on.",
    fooledBy: "Reports of errors, which are not the log.",
    judge: (survey) => {
      const sources = appSources(survey);
      if (sources.length === 0) return notTried(noSource);
      return sources.flatMap(({ path, outline }) =>
        outline.calls.flatMap(({ target, line }) =>
          /^(winston\.transports\.(Http|Syslog)|winston-(loggly|papertrail|syslog|logstash|elasticsearch|cloudwatch|datadog)[\w-]*(\.\w+)*|logging\.handlers\.(SysLogHandler|HTTPHandler|SocketHandler|SMTPHandler)|logging\.handlers\.\w*Syslog\w*|@logtail\/\w+(\.\w+)?|pino-(syslog|papertrail|datadog|loki|elasticsearch)|log\/syslog\.(New|Dial)|fluent-logger(\.\w+)?|fluent\.\w+(\.\w+)?|logging_loki\.\w+|watchtower\.\w+)$/.test(
            target,
          )
            ? [risk("The app sends its log on by itself.", { file: path, line }, lineOf(survey, path, line))]
            : [],
        ),
      );
    },
  }),
  staticCheck("logs/buffered", {
    title: "Output of Python is not held back",
    asks: "Where a program of Python prints, is its output unbuffered?",
    why: "“Each running process writes its event stream, unbuffered, to stdout.” Python holds lines back when stdout is a pipe, and loses them when it is killed.",
    fix: "ENV PYTHONUNBUFFERED=1 in the image, python -u, or a logger, which flushes each line.",
    fooledBy: "A PYTHONUNBUFFERED that the platform sets, as Heroku’s buildpack does.",
    judge: (survey) => {
      const commands = running(survey).filter(({ origin }) => origin === "image" || origin === "descriptor");
      const python = commands.flatMap((command) =>
        command.programs
          .filter(({ name }) => /^python[\d.]*$/.test(name))
          .map((program) => ({ command, program })),
      );
      if (python.length === 0) return notTried("no image starts a program of Python");
      const isSet = survey.settings.some(({ name }) => name === "PYTHONUNBUFFERED");
      const { prints } = survey.sources;
      if (isSet || !prints) return [];
      return python.flatMap(({ command, program }) =>
        program.args[0]?.startsWith("-u") || program.variables.some(({ name }) => name === "PYTHONUNBUFFERED")
          ? []
          : [
              risk(
                "It prints, and its output is buffered.",
                { file: command.file, line: command.line },
                snippet(command.text, program),
                { confidence: "medium" },
              ),
            ],
      );
    },
  }),
];

const isLogPath = (text: string | null): boolean =>
  text !== null && /\.log(\.\w+)?$|(^|\/)logs?\/[^/]*$/.test(text) && !/^\/dev\//.test(text);

function fileLogs({ path, outline }: Source, survey: Survey): Fault[] {
  const found = new Map<number, Fault>();
  const add = (line: number) => {
    if (!found.has(line))
      found.set(
        line,
        violation("A log is written to a file.", { file: path, line }, lineOf(survey, path, line)),
      );
  };
  for (const { target, args, named, line } of outline.calls) if (writesLog(target, args, named)) add(line);
  for (const { text, line, key } of outline.texts) {
    if (/^logging\.(handlers\.)?(Rotating|TimedRotating|Watched)?FileHandler$/.test(text) && key === "class")
      add(line);
  }
  return [...found.values()];
}

function writesLog(target: string, args: readonly Value[], named: ReadonlyMap<string, Value>): boolean {
  const [first, second] = args;
  const entries = first?.kind === "map" ? first.entries : new Map<string, Value>();
  if (/^winston\.(transports\.(File|DailyRotateFile))$|^winston-daily-rotate-file$/.test(target)) return true;
  if (/^logging\.(handlers\.(Rotating|TimedRotating|Watched)FileHandler|FileHandler)$/.test(target))
    return true;
  if (target === "logging.basicConfig") return named.has("filename");
  if (target === "loguru.logger.add") return textOf(first) !== null;
  if (/^(gopkg\.in\/natefinch|github\.com\/natefinch)\/lumberjack(\.v\d+)?\.Logger$/.test(target))
    return true;
  if (/^(pino\.destination|sonic-boom)$/.test(target))
    return isFilePath(first) || isFilePath(entries.get("dest"));
  if (target === "pino.transport" || target === "pino" || target === "pino.pino") return sendsToFile(first);
  if (target === "log4js.configure")
    return JSON.stringify(plain(first)).match(/"type":"(file|dateFile|multiFile)"/) !== null;
  if (/^bunyan\.createLogger$/.test(target)) return /"path":"/.test(JSON.stringify(plain(first)));
  if (
    /^(fs|fs-extra|graceful-fs)(\/promises|\.promises)?\.(createWriteStream|appendFile|appendFileSync|writeFile|writeFileSync|openSync|open)$/.test(
      target,
    )
  )
    return isLogPath(textOf(first)) || isLogPath(joined(first));
  if (target === "open" || target === "io.open")
    return isLogPath(textOf(first)) && /[aw]/.test(textOf(second ?? named.get("mode")) ?? "");
  if (/^os\.(OpenFile|Create)$/.test(target)) return isLogPath(textOf(first));
  return false;
}

const isFilePath = (value: Value | undefined): boolean => {
  const text = textOf(value);
  return text !== null && !/^\/dev\//.test(text) && !/^[12]$/.test(text);
};

/** A transport of pino: `{ target: "pino/file", options: { destination: "…" } }`, or several. */
function sendsToFile(value: Value | undefined): boolean {
  if (value?.kind === "list") return value.items.some(sendsToFile);
  if (value?.kind !== "map") return false;
  const { entries } = value;
  const nested = [entries.get("transport"), entries.get("targets")].some(sendsToFile);
  const options = entries.get("options");
  const destination = options?.kind === "map" ? options.entries.get("destination") : undefined;
  const target = textOf(entries.get("target"));
  return nested || (target === "pino/file" && isFilePath(destination)) || target === "pino-roll";
}

/** The last part of path.join(…). */
function joined(value: Value | undefined): string | null {
  return value?.kind === "call" && /^path\.(join|resolve)$/.test(value.target)
    ? textOf(value.args.at(-1))
    : null;
}

function plain(value: Value | undefined): unknown {
  if (value?.kind === "text") return value.text;
  if (value?.kind === "list") return value.items.map(plain);
  return value?.kind === "map"
    ? Object.fromEntries([...value.entries].map(([key, entry]) => [key, plain(entry)]))
    : null;
}

function xmlAppenders(file: string, { repo }: Survey): Fault[] {
  const text = (repo.read(file) ?? "").replace(/<!--[\s\S]*?-->/g, (comment) =>
    comment.replace(/[^\n]/g, " "),
  );
  return [
    ...text.matchAll(
      /<(?:appender\s[^>]*class="[\w.]*(?:Rolling)?FileAppender"|(?:Rolling)?(?:RandomAccess)?File\s+name=)[^>]*>/g,
    ),
  ].map((match) =>
    violation(
      "A log is written to a file.",
      { file, line: text.slice(0, match.index).split("\n").length },
      match[0],
    ),
  );
}
