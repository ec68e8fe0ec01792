import { at, listAt, mapAt, textAt } from "../parsers/data.ts";
import { lastInstruction } from "../parsers/dockerfile.ts";
import type { Call, Value } from "../parsers/source/outline.ts";
import { textOf } from "../parsers/source/outline.ts";
import { type Fault, notTried, risk, staticCheck, violation } from "../static-check.ts";
import { isCompose } from "../survey/commands.ts";
import { nameOf } from "../survey/places.ts";
import type { Source } from "../survey/sources.ts";
import type { Survey } from "../survey/survey.ts";
import { workloadsIn } from "../survey/workloads.ts";
import { lineIn, running, snippet } from "./build-release-run.ts";
import { lineOf } from "./evidence.ts";
import { listensIn } from "./port-binding.ts";

const noCommand = "nothing says how the app is started";
const appSources = ({ sources }: Survey): readonly Source[] =>
  sources.parsed.filter(({ part }) => part === "app");

export const disposability = [
  staticCheck("disposability/launcher", {
    title: "Nothing stands between the signal and the app",
    asks: "Is no process started through a package manager?",
    why: "“Processes shut down gracefully when they receive a SIGTERM signal from the process manager.” npm, yarn and pnpm end at once, and leave the app behind.",
    fix: "Name the program itself: node dist/web.js.",
    fooledBy: "Platforms that signal every process, as Heroku does.",
    judge: (survey) => {
      const commands = running(survey);
      if (commands.length === 0) return notTried(noCommand);
      return commands.flatMap((command) =>
        command.programs.flatMap((program) => {
          const [first = ""] = program.args;
          const isManager =
            /^(npm|yarn|pnpm|npx|bunx|pipenv|poetry)$/.test(program.name) &&
            !/^(install|ci|i|add|build|exec|cache|config|prune)$/.test(first) &&
            !/^run(-script)? (build|compile)/.test(program.args.join(" "));
          if (!isManager) return [];
          const place = { file: command.file, line: lineIn(command, program) };
          const message = `SIGTERM goes to ${program.name}, and not to the app.`;
          return [
            command.origin === "image"
              ? violation(message, place, snippet(command.text, program))
              : risk(message, place, snippet(command.text, program)),
          ];
        }),
      );
    },
  }),
  staticCheck("disposability/shell-form", {
    title: "The image’s command is a list",
    asks: "Do CMD and ENTRYPOINT have the exec form?",
    why: "“Processes shut down gracefully when they receive a SIGTERM signal”; in the shell form it goes to /bin/sh, which does not pass it on.",
    fix: 'CMD ["node", "dist/web.js"].',
    fooledBy: "Shells that replace themselves by a simple command; write exec to be sure.",
    judge: ({ dockerfiles }) => {
      if (dockerfiles.length === 0) return notTried("there is no Dockerfile");
      return dockerfiles.flatMap((dockerfile) =>
        ["ENTRYPOINT", "CMD"].flatMap((keyword) => {
          const instruction = lastInstruction(dockerfile, keyword);
          return instruction && instruction.exec === null && !/^exec\s/.test(instruction.text)
            ? [
                risk(
                  `${keyword} has the shell form: a shell gets the signal.`,
                  { file: dockerfile.file, line: instruction.line },
                  `${keyword} ${instruction.text}`,
                ),
              ]
            : [];
        }),
      );
    },
  }),
  staticCheck("disposability/entrypoint", {
    title: "A script makes way for the app",
    asks: "Does a script that starts the app end with exec?",
    why: "“Processes shut down gracefully when they receive a SIGTERM signal”: the app has to be the process that gets it.",
    fix: 'End the script with exec "$@", or exec and the program.',
    fooledBy: "Scripts that trap the signal and pass it on.",
    judge: (survey) => {
      const scripts = running(survey).filter(
        ({ origin, file, through }) =>
          origin === "script" && through !== null && nameOf(file) !== "package.json",
      );
      if (scripts.length === 0) return notTried("no command is a script of the repo");
      return scripts.flatMap(({ file, programs, text }) => {
        const last = programs.at(-1);
        return !last || last.exec || /\btrap\b/.test(text)
          ? []
          : [
              risk(
                "The script stays, and takes the signal.",
                { file, line: last.line },
                last.words.join(" "),
              ),
            ];
      });
    },
  }),
  staticCheck("disposability/sigterm-handler", {
    title: "SIGTERM is answered",
    asks: "Does a server of Node or Go handle SIGTERM, and by more than a line in the log?",
    why: "“For a web process, graceful shutdown is achieved by ceasing to listen on the service port (thereby refusing any new requests), allowing any current requests to finish, and then exiting.”",
    fix: 'process.on("SIGTERM", …) or signal.NotifyContext: stop listening, let requests finish, close pools, exit 0.',
    fooledBy: "Libraries that handle it and are not known here.",
    judge: (survey) => {
      const sources = appSources(survey).filter(({ language }) => language !== "python");
      const servers = sources.filter((source) => listensIn(source).length > 0);
      const ignored = appSources(survey).flatMap((source) => swallowed(source, survey));
      const [server] = servers;
      if (!server) return ignored.length > 0 ? ignored : notTried("no server in Node or Go was seen");
      const language = server.language;
      const isHandled = sources.some((source) => source.language === language && handlesTerm(source));
      if (isHandled || ignored.length > 0) return ignored;
      const line = listensIn(server)[0]?.line ?? 1;
      return [
        violation(
          "It listens, and nothing handles SIGTERM.",
          { file: server.path, line },
          lineOf(survey, server.path, line),
          { confidence: "medium" },
        ),
      ];
    },
  }),
  staticCheck("disposability/acknowledge", {
    title: "A job is done before it is acknowledged",
    asks: "Does a worker acknowledge a message only after its work?",
    why: "“For a worker process, graceful shutdown is achieved by returning the current job to the work queue.” A job that was acknowledged on receipt is lost with the process.",
    fix: "Acknowledge by hand after the work: noAck: false, auto_ack=False, acks_late=True.",
    fooledBy: "Messages that may be lost.",
    judge: (survey) => {
      const sources = appSources(survey);
      if (sources.length === 0) return notTried("no source was read that could take a message");
      return sources.flatMap(({ path, outline }) =>
        outline.calls.flatMap(({ target, args, named, line }) => {
          const isOn = (value: Value | undefined) => value?.kind === "boolean" && value.boolean;
          const inMap = args.some((arg) => arg.kind === "map" && isOn(arg.entries.get("noAck")));
          const isPika =
            /\.basic_consume$/.test(target) && (isOn(named.get("auto_ack")) || isOn(named.get("no_ack")));
          const isGo = /\.Consume$/.test(target) && args.length === 7 && isOn(args[2]);
          return (inMap && /consume|subscribe|createConsumer|\.get$/i.test(target)) || isPika || isGo
            ? [
                risk(
                  "Messages are acknowledged before the work is done.",
                  { file: path, line },
                  lineOf(survey, path, line),
                ),
              ]
            : [];
        }),
      );
    },
  }),
  staticCheck("disposability/grace", {
    title: "The platform waits as long as the app needs",
    asks: "Is the time that the app takes to stop shorter than the one after which it is killed?",
    why: "Requests that are under way can finish only while the process lives.",
    fix: "Raise the platform’s grace above SHUTDOWN_GRACE_MS: kill_timeout, terminationGracePeriodSeconds, stop_grace_period.",
    fooledBy: "Apps that state their time otherwise.",
    judge: (survey) => {
      const variable = survey.variables.find(
        ({ name }) =>
          /^(SHUTDOWN_GRACE|GRACEFUL_SHUTDOWN|SHUTDOWN_TIMEOUT|DRAIN_TIMEOUT)\w*$/.test(name) &&
          /_MS$/.test(name),
      );
      const graceMs = Number(variable?.default ?? Number.NaN);
      const limits = limitsIn(survey);
      if (limits.length === 0) return notTried("no descriptor says how long a process may take to stop");
      return limits.flatMap(({ file, line, ms, evidence }) =>
        graceMs >= ms
          ? [
              risk(
                `The process is killed after ${ms / 1000} s, and takes up to ${graceMs / 1000} s.`,
                { file, line },
                evidence,
              ),
            ]
          : [],
      );
    },
  }),
  staticCheck("disposability/fly-signal", {
    title: "Fly sends the signal that is handled",
    asks: "Does fly.toml set kill_signal to SIGTERM, where the code handles only that?",
    why: "“Processes shut down gracefully when they receive a SIGTERM signal”; Fly sends SIGINT, and waits 5 s, unless it is told otherwise.",
    fix: 'kill_signal = "SIGTERM" and kill_timeout in fly.toml.',
    fooledBy: "Runtimes that drain on SIGINT too.",
    judge: (survey) => {
      const files = [...survey.data].filter(([file]) => /^fly[\w.-]*\.toml$/.test(nameOf(file)));
      if (files.length === 0) return notTried("there is no fly.toml");
      return files.flatMap(([file, [document]]) => {
        const missing = ["kill_signal", "kill_timeout"].filter(
          (key) => textAt(document?.value, key) === null,
        );
        return missing.length === 0
          ? []
          : [
              risk(
                `Fly sends SIGINT, and kills after 5 s: ${missing.join(" and ")} not set.`,
                { file, line: 1 },
                `no ${missing.join(", ")}`,
              ),
            ];
      });
    },
  }),
  staticCheck("disposability/liveness", {
    title: "Liveness does not ask for readiness",
    asks: "Do the two probes of a container ask two questions?",
    why: "The app is to be “robust against sudden death”, not killed for the death of its database: a liveness probe that asks the services restarts all processes in an outage.",
    fix: "Let liveness look at nothing outside of the process.",
    fooledBy: "Endpoints that look the same and are not.",
    judge: (survey) => {
      const workloads = [...survey.data].flatMap(([file, documents]) =>
        documents.flatMap((document) => workloadsIn(file, document)),
      );
      const probed = workloads.flatMap(({ file, lineOf: line, containers }) =>
        containers.flatMap(({ stated, path }) => {
          const live = textAt(stated, "livenessProbe", "httpGet", "path");
          const ready = textAt(stated, "readinessProbe", "httpGet", "path");
          return live === null ? [] : [{ file, line: line([...path, "livenessProbe"]), live, ready }];
        }),
      );
      if (probed.length === 0) return notTried("no descriptor has a liveness probe");
      return probed.flatMap(({ file, line, live, ready }) =>
        live === ready || /ready/.test(live)
          ? [risk("Liveness asks what readiness asks.", { file, line }, `livenessProbe: ${live}`)]
          : [],
      );
    },
  }),
];

const handlers = /^(process\.(on|once|addListener|prependListener))$/;
const helpers =
  /close-with-grace|@godaddy\/terminus|http-terminator|stoppable|lightship|fastify-graceful-shutdown|http-graceful-shutdown|express-graceful-exit|async-exit-hook|exit-hook|signal-exit|death|\bnoddity/;

function handlesTerm({ outline, language }: Source): boolean {
  if (language === "javascript") {
    if (outline.imports.some(({ module }) => helpers.test(module))) return true;
    return outline.calls.some((call) => isHandler(call) || /enableShutdownHooks$/.test(call.target));
  }
  return outline.calls.some(
    ({ target, args }) =>
      /^os\/signal\.(Notify|NotifyContext)$/.test(target) &&
      args.some((arg) => arg.kind === "name" && /SIGTERM$|^os\.Interrupt$/.test(arg.path)),
  );
}

/** `process.on("SIGTERM", …)`, also in a loop over names of signals. */
function isHandler({ target, args }: Call): boolean {
  if (!handlers.test(target)) return false;
  const [signal] = args;
  return textOf(signal) === "SIGTERM" || signal?.kind === "name" || signal?.kind === "unknown";
}

/** Handlers that only hide the signal, or only write that it came. */
function swallowed({ path, outline, language }: Source, survey: Survey): Fault[] {
  return outline.calls.flatMap(({ target, args, line }) => {
    const place = { file: path, line };
    const evidence = lineOf(survey, path, line);
    if (language === "python" && target === "signal.signal") {
      const isTerm = args[0]?.kind === "name" && /SIGTERM$/.test(args[0].path);
      const ignores = args[1]?.kind === "name" && /SIG_IGN$/.test(args[1].path);
      return isTerm && (ignores || hides(args[1])) ? [violation("SIGTERM is ignored.", place, evidence)] : [];
    }
    if (language === "go" && target === "os/signal.Ignore")
      return args.some((arg) => arg.kind === "name" && /SIGTERM$/.test(arg.path))
        ? [violation("SIGTERM is ignored.", place, evidence)]
        : [];
    if (!handlers.test(target) || textOf(args[0]) !== "SIGTERM") return [];
    return hides(args[1])
      ? [violation("SIGTERM is caught, and nothing is done about it.", place, evidence)]
      : [];
  });
}

/** A function that does nothing, or only writes. */
function hides(value: Value | undefined): boolean {
  if (value?.kind !== "function") return false;
  return (
    value.empty ||
    (value.calls.length > 0 &&
      value.calls.every((target) =>
        /^(console\.\w+|print|log(ger)?\.\w+|logging\.\w+|.*\.(info|debug|warn|warning))$/.test(target),
      ))
  );
}

type Limit = { readonly file: string; readonly line: number; readonly ms: number; readonly evidence: string };

function limitsIn({ data }: Survey): Limit[] {
  return [...data].flatMap(([file, documents]) =>
    documents.flatMap((document): Limit[] => {
      const { value, lineOf: line } = document;
      if (/^fly[\w.-]*\.toml$/.test(nameOf(file))) {
        const stated = textAt(value, "kill_timeout");
        return stated === null
          ? []
          : [
              {
                file,
                line: line(["kill_timeout"]),
                ms: milliseconds(stated),
                evidence: `kill_timeout = ${stated}`,
              },
            ];
      }
      if (isCompose(file))
        return Object.entries(mapAt(value, "services")).flatMap(([name, service]) => {
          const stated = at(service, "build") === undefined ? null : textAt(service, "stop_grace_period");
          return stated === null
            ? []
            : [
                {
                  file,
                  line: line(["services", name, "stop_grace_period"]),
                  ms: milliseconds(stated),
                  evidence: `stop_grace_period: ${stated}`,
                },
              ];
        });
      if (/^render\.ya?ml$/.test(nameOf(file)))
        return listAt(value, "services").flatMap((service, index) => {
          const stated = textAt(service, "maxShutdownDelaySeconds");
          return stated === null
            ? []
            : [
                {
                  file,
                  line: line(["services", index, "maxShutdownDelaySeconds"]),
                  ms: Number(stated) * 1000,
                  evidence: `maxShutdownDelaySeconds: ${stated}`,
                },
              ];
        });
      return workloadsIn(file, document).flatMap(({ spec, specPath }) => {
        const stated = textAt(spec, "terminationGracePeriodSeconds");
        return stated === null
          ? []
          : [
              {
                file,
                line: line([...specPath, "terminationGracePeriodSeconds"]),
                ms: Number(stated) * 1000,
                evidence: `terminationGracePeriodSeconds: ${stated}`,
              },
            ];
      });
    }),
  );
}

/** `30`, `30s`, `1m30s`, `500ms`. */
function milliseconds(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const units: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return [...text.matchAll(/(\d+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit = "s"]) => sum + Number(count) * (units[unit] ?? 1000),
    0,
  );
}
