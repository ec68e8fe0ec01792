import { textOf } from "../parsers/source/outline.ts";
import { advice, type Fault, notTried, risk, staticCheck, violation } from "../static-check.ts";
import type { Program } from "../survey/commands.ts";
import { below, folderOf } from "../survey/places.ts";
import type { Survey } from "../survey/survey.ts";
import { lineIn, running, snippet } from "./build-release-run.ts";
import { lineOf } from "./evidence.ts";

const noCommand = "nothing says how the app is started";
const appSources = ({ sources }: Survey) => sources.parsed.filter(({ part }) => part === "app");

export const concurrency = [
  staticCheck("concurrency/daemonize", {
    title: "Processes stay in the foreground",
    asks: "Does no command or code put a process into the background?",
    why: "“Twelve-factor app processes should never daemonize or write PID files. Instead, rely on the operating system’s process manager … to manage output streams, respond to crashed processes, and handle user-initiated restarts and shutdowns.”",
    fix: "Start the program itself, in the foreground, one process type a line.",
    fooledBy: "Programs that go to the background without being told to.",
    judge: (survey) => {
      const commands = running(survey);
      const sources = appSources(survey);
      if (commands.length + sources.length === 0) return notTried(noCommand);
      return [
        ...commands.flatMap((command) =>
          command.programs
            .filter(isDaemon)
            .map((program) =>
              violation(
                `${program.name} is put into the background.`,
                { file: command.file, line: lineIn(command, program) },
                snippet(command.text, program),
              ),
            ),
        ),
        ...sources.flatMap(({ path, outline }) =>
          outline.calls.flatMap(({ target, args, line }) => {
            const isDetached =
              /^child_process\.(spawn|fork)$/.test(target) &&
              args.some(
                (arg) =>
                  arg.kind === "map" &&
                  arg.entries.get("detached")?.kind === "boolean" &&
                  isTrue(arg.entries.get("detached")),
              );
            const daemonizes =
              /^(daemon\.DaemonContext|daemonize2?(\.\w+)?|daemon|os\.setsid|github\.com\/sevlyar\/go-daemon\.\w+)$/.test(
                target,
              );
            return isDetached || daemonizes
              ? [
                  violation(
                    "The code puts a process into the background.",
                    { file: path, line },
                    lineOf(survey, path, line),
                  ),
                ]
              : [];
          }),
        ),
      ];
    },
  }),
  staticCheck("concurrency/pid-file", {
    title: "No PID file is written",
    asks: "Does no command or code write its process id to a file?",
    why: "“Twelve-factor app processes should never daemonize or write PID files.”",
    fix: "Delete it; whoever started the process knows its id.",
    fooledBy: "Files that are called so and hold something else.",
    judge: (survey) => {
      const commands = running(survey);
      const sources = appSources(survey);
      if (commands.length + sources.length === 0) return notTried(noCommand);
      return [
        ...commands.flatMap((command) =>
          command.programs
            .filter(
              ({ name, args, redirections }) =>
                args.some((arg) => /^--(pid|pidfile|pid-file)\b/.test(arg)) ||
                (name === "gunicorn" && args.includes("-p")) ||
                redirections.some(({ target }) => /\.pid$/.test(target)),
            )
            .map((program) =>
              violation(
                "A PID file is written.",
                { file: command.file, line: lineIn(command, program) },
                snippet(command.text, program),
              ),
            ),
        ),
        ...sources.flatMap(({ path, outline }) =>
          outline.calls.flatMap(({ target, args, line }) =>
            /^(fs(\/promises|\.promises)?\.(writeFile|writeFileSync|createWriteStream|openSync|open)|open|os\.(WriteFile|Create|OpenFile))$/.test(
              target,
            ) && args.some((arg) => /\.pid$/.test(textOf(arg) ?? ""))
              ? [violation("A PID file is written.", { file: path, line }, lineOf(survey, path, line))]
              : [],
          ),
        ),
      ];
    },
  }),
  staticCheck("concurrency/one-process", {
    title: "One process a line",
    asks: "Does each command start one process?",
    why: "“Using this model, the developer can architect their app to handle diverse workloads by assigning each type of work to a process type”, which is then scaled by itself.",
    fix: "Make a line of the Procfile, or a container, of each.",
    fooledBy: "Helpers that end before the process starts are not counted.",
    judge: (survey) => {
      const commands = running(survey);
      if (commands.length === 0) return notTried(noCommand);
      return commands.flatMap((command) =>
        command.programs
          .filter(
            (program, index, all) => startsSeveral(program) || (program.background && index < all.length - 1),
          )
          .map((program) =>
            violation(
              "Several processes are started by one command.",
              { file: command.file, line: lineIn(command, program) },
              snippet(command.text, program),
            ),
          ),
      );
    },
  }),
  staticCheck("concurrency/process-manager", {
    title: "The platform manages the processes",
    asks: "Does no process manager of its own stand between the platform and the app?",
    why: "“Rely on the operating system’s process manager (such as systemd, a distributed process manager on a cloud platform, or a tool like Foreman in development).”",
    fix: "Start the program itself, and let the platform restart and multiply it.",
    fooledBy: "Managers that only start one program and pass on its signals and output.",
    judge: (survey) => {
      const commands = running(survey);
      if (commands.length === 0) return notTried(noCommand);
      return commands.flatMap((command) =>
        command.programs
          .filter(({ name }) => /^(pm2-runtime|pm2-docker|s6-svscan|runsvdir|circusd|god|monit)$/.test(name))
          .map((program) =>
            risk(
              `${program.name} stands between the platform and the app.`,
              { file: command.file, line: lineIn(command, program) },
              snippet(command.text, program),
            ),
          ),
      );
    },
  }),
  staticCheck("concurrency/worker-process", {
    title: "Each type of work has its process type",
    asks: "Where the code has a worker, does something start it?",
    why: "“HTTP requests may be handled by a web process, and long-running background tasks handled by a worker process.”",
    fix: "Add a line for it to the Procfile.",
    fooledBy: "Workers that another repo or descriptor starts.",
    judge: (survey) => {
      const [procfile] = survey.procfiles;
      if (!procfile) return notTried("there is no Procfile");
      const others = procfile.entries.filter(({ name }) => name !== "web" && name !== "release");
      if (others.length > 0) return [];
      return appSources(survey)
        .flatMap(({ path, outline }) =>
          outline.calls.flatMap(({ target, line }) =>
            /^(bullmq\.Worker|celery\.Celery|rq\.Worker|dramatiq\.actor|github\.com\/hibiken\/asynq\.NewServer)$/.test(
              target,
            )
              ? [
                  risk(
                    "There is a worker, and no process type for it.",
                    { file: path, line },
                    lineOf(survey, path, line),
                    { confidence: "medium" },
                  ),
                ]
              : [],
          ),
        )
        .slice(0, 1);
    },
  }),
  staticCheck("concurrency/procfile", {
    title: "Every runner reads the Procfile alike",
    asks: "Is each line read the same by Heroku, Paketo, foreman, honcho, overmind, goreman, node-foreman and Dokku?",
    why: "The process types are the app’s own declaration of its “process formation”; a line that a runner skips is a process that does not run.",
    fix: "Write `name: program arguments`, in lower case, with a space after the colon and no shell syntax.",
    fooledBy: "Repos that are only ever run by one of them.",
    judge: (survey) => {
      if (survey.procfiles.length === 0) return notTried("there is no Procfile");
      const paths = new Set(survey.repo.paths);
      return survey.procfiles.flatMap(({ file, remarks }) => {
        const hasOther = ["Procfile.dev", "Procfile.local"].some((name) =>
          paths.has(below(folderOf(file), name)),
        );
        return remarks.flatMap(({ line, severity, runners, message }): Fault[] => {
          if (hasOther && /foreman, honcho and node-foreman start `release`/.test(message)) return [];
          const place = { file, line };
          const evidence = `${lineOf(survey, file, line)}${runners.length === 0 ? "" : ` (${runners.join(", ")})`}`;
          return [severity === "error" ? risk(message, place, evidence) : advice(message, place, evidence)];
        });
      });
    },
  }),
];

const isTrue = (value: { readonly kind: string } | undefined): boolean =>
  value?.kind === "boolean" && (value as { readonly boolean?: boolean }).boolean === true;

function isDaemon({ name, args, background }: Program): boolean {
  if (
    name === "nohup" ||
    name === "daemon" ||
    name === "daemonize" ||
    name === "start-stop-daemon" ||
    name === "setsid"
  )
    return true;
  if (background && name !== "wait") return true;
  const has = (...flags: readonly string[]) => args.some((arg) => flags.includes(arg));
  if (name === "pm2") return args[0] === "start" && !has("--no-daemon");
  if (name === "forever") return args[0] === "start";
  if (/^(gunicorn|unicorn|puma|thin|sidekiq|uwsgi|celery|rails|nginx|httpd|php-fpm)$/.test(name))
    return (
      has("--daemon", "--daemonize", "-D") ||
      (/^(puma|sidekiq|rails)$/.test(name) && has("-d")) ||
      (name === "celery" && args.includes("multi"))
    );
  return false;
}

const startsSeveral = ({ name, args }: Program): boolean =>
  /^(concurrently|npm-run-all|npm-run-all2|run-p|supervisord|foreman|honcho|overmind|hivemind|goreman|nf)$/.test(
    name,
  ) && !(/^(foreman|honcho|overmind|nf)$/.test(name) && args[0] !== "start" && args.length > 0);
