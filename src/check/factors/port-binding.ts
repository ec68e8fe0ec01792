import { listAt, textAt } from "../parsers/data.ts";
import { lastInstruction } from "../parsers/dockerfile.ts";
import { type Call, textOf, type Value } from "../parsers/source/outline.ts";
import { notTried, risk, staticCheck, violation } from "../static-check.ts";
import type { Command, Program } from "../survey/commands.ts";
import { nameOf } from "../survey/places.ts";
import type { Source } from "../survey/sources.ts";
import type { Survey } from "../survey/survey.ts";
import { workloadsIn } from "../survey/workloads.ts";
import { lineIn, running, snippet } from "./build-release-run.ts";
import { lineOf } from "./evidence.ts";

/** A call that opens a port, with what it is told about port and host. */
export type Listen = {
  readonly line: number;
  readonly port: Value | null;
  readonly host: Value | null;
  /** What it binds where no host is stated. */
  readonly byDefault: "any" | "loopback";
  readonly guarded: boolean;
};

const nothing = "neither a listening call nor a server’s command was seen";

export const portBinding = [
  staticCheck("port-binding/literal-port", {
    title: "The port is not a constant",
    asks: "Does every call or command that opens the web’s port take its number from the environment?",
    why: "“The web app exports HTTP as a service by binding to a port, and listening to requests coming in on that port”; in a deploy the routing layer says which.",
    fix: "Listen on PORT: app.listen(Number(process.env.PORT)), --port $PORT, or a server that reads it itself.",
    fooledBy: "Further listeners, as for metrics, and ports that a container maps.",
    judge: (survey) => {
      const listens = appListens(survey);
      const commands = serverCommands(survey);
      if (listens.length + commands.length === 0) return notTried(nothing);
      return [
        ...listens.flatMap(({ source, listen }) => {
          const number = literalPort(listen.port);
          return number === null || number === 0
            ? []
            : [
                violation(
                  `It listens on ${number}, whatever PORT says.`,
                  { file: source.path, line: listen.line },
                  lineOf(survey, source.path, listen.line),
                ),
              ];
        }),
        ...commands.flatMap(({ command, program }) => {
          const number = commandPort(program);
          return number === null
            ? []
            : [
                violation(
                  `${program.name} is told port ${number}.`,
                  { file: command.file, line: lineIn(command, program) },
                  snippet(command.text, program),
                ),
              ];
        }),
      ];
    },
  }),
  staticCheck("port-binding/loopback", {
    title: "The port is open to others",
    asks: "Is the web’s port bound to every interface, and not to localhost?",
    why: "“In deployment, a routing layer handles routing requests from a public-facing hostname to the port-bound web processes”, and it is on another machine or in another container.",
    fix: "Give 0.0.0.0 or :: as the host; Fastify, uvicorn and Flask bind to localhost by default.",
    fooledBy: "A proxy in the same container.",
    judge: (survey) => {
      const listens = appListens(survey);
      const commands = serverCommands(survey);
      if (listens.length + commands.length === 0) return notTried(nothing);
      return [
        ...listens.flatMap(({ source, listen }) => {
          const host = textOf(listen.host);
          const isLoopback =
            host === null
              ? listen.host === null && listen.byDefault === "loopback"
              : /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
          const message =
            host === null ? "It is given no host, and binds localhost." : `It binds ${host} only.`;
          return isLoopback
            ? [
                violation(
                  message,
                  { file: source.path, line: listen.line },
                  lineOf(survey, source.path, listen.line),
                ),
              ]
            : [];
        }),
        ...commands.flatMap(({ command, program }) => {
          const message = commandLoopback(program);
          return message === null
            ? []
            : [
                violation(
                  message,
                  { file: command.file, line: lineIn(command, program) },
                  snippet(command.text, program),
                ),
              ];
        }),
      ];
    },
  }),
  staticCheck("port-binding/ignores-port", {
    title: "The server takes PORT",
    asks: "Is a server that does not read PORT by itself told it?",
    why: "“The web app exports HTTP as a service by binding to a port”: the one that it was given.",
    fix: "uvicorn --host 0.0.0.0 --port $PORT app:app in a shell, or better a main module that reads PORT and starts the server.",
    fooledBy: "Servers that are configured in a file.",
    judge: (survey) => {
      const commands = serverCommands(survey);
      if (commands.length === 0) return notTried("no command of a server was seen");
      return commands.flatMap(({ command, program }) =>
        /^(uvicorn|hypercorn|daphne|granian)$/.test(program.name) &&
        flagValue(program, portFlags) === null &&
        !program.variables.some(({ name }) => name === "UVICORN_PORT") &&
        !program.args.includes("-c") &&
        !survey.settings.some(({ name }) => name === "UVICORN_PORT")
          ? [
              violation(
                `${program.name} does not read PORT, and listens on 8000.`,
                { file: command.file, line: lineIn(command, program) },
                snippet(command.text, program),
              ),
            ]
          : [],
      );
    },
  }),
  staticCheck("port-binding/injected-server", {
    title: "It brings its own server",
    asks: "Is the app started by itself, and not put into a web server?",
    why: "“The twelve-factor app is completely self-contained and does not rely on runtime injection of a webserver into the execution environment to create a web-facing service.”",
    fix: "Add a server library to the dependencies, and start it from the app’s own code.",
    fooledBy: "Images that are built upon a server for another reason.",
    judge: (survey) => {
      const bases = survey.dockerfiles.flatMap(({ file, stages }) => {
        const last = stages.at(-1);
        return last &&
          /(^|\/)(tomcat|jetty|wildfly|websphere-liberty|php:[\w.-]*apache|httpd)([:@]|$)|(^|\/)php:[\w.-]*apache/.test(
            last.image,
          )
          ? [
              violation(
                "The app is put into a web server.",
                { file, line: last.line },
                `FROM ${last.image}`,
                { confidence: "medium" },
              ),
            ]
          : [];
      });
      const wars = survey.repo.paths
        .filter((path) => nameOf(path) === "pom.xml")
        .flatMap((file) => {
          const text = (survey.repo.read(file) ?? "").replace(/<!--[\s\S]*?-->/g, (comment) =>
            comment.replace(/[^\n]/g, " "),
          );
          const at = text.search(/<packaging>\s*war\s*<\/packaging>/);
          return at < 0
            ? []
            : [
                violation(
                  "It is packaged for a server to load.",
                  { file, line: text.slice(0, at).split("\n").length },
                  "<packaging>war</packaging>",
                  { confidence: "medium" },
                ),
              ];
        });
      const isJudged =
        survey.dockerfiles.length > 0 || survey.repo.paths.some((path) => nameOf(path) === "pom.xml");
      return isJudged ? [...bases, ...wars] : notTried("there is no Dockerfile and no pom.xml");
    },
  }),
  staticCheck("port-binding/web-process", {
    title: "There is a web process",
    asks: "Where the code serves HTTP and there is a Procfile, does it have a line `web`?",
    why: "Platforms route requests to the process type `web` alone, which is the one that “exports HTTP as a service by binding to a port”.",
    fix: "Call the process that serves HTTP web.",
    fooledBy: "Apps whose listener is for other processes only.",
    judge: (survey) => {
      const [procfile] = survey.procfiles;
      if (!procfile) return notTried("there is no Procfile");
      const listens = appListens(survey);
      if (listens.length === 0 || procfile.entries.some(({ name }) => name === "web")) return [];
      return [
        risk(
          "It listens for requests, and no process is called web.",
          { file: procfile.file, line: 1 },
          procfile.entries.map(({ name }) => name).join(", "),
          { confidence: "medium" },
        ),
      ];
    },
  }),
  staticCheck("port-binding/agreement", {
    title: "Descriptors agree upon the port",
    asks: "Is the port that a platform is told the one that the image listens on?",
    why: "“A routing layer handles routing requests from a public-facing hostname to the port-bound web processes”: it has to know the port.",
    fix: "Set PORT in the descriptor to the port that it routes to.",
    fooledBy: "Ports that are set at deploy time.",
    judge: (survey) => {
      const fly = [...survey.data].filter(([file]) => /^fly[\w.-]*\.toml$/.test(nameOf(file)));
      if (fly.length === 0) return notTried("no descriptor names a port beside its environment");
      const exposed = survey.dockerfiles.flatMap(
        (dockerfile) => lastInstruction(dockerfile, "EXPOSE")?.text.match(/\d+/)?.[0] ?? [],
      );
      const imagePort =
        survey.settings.find(({ name, of }) => name === "PORT" && of === "image")?.value ?? exposed[0];
      return fly.flatMap(([file, [document]]) => {
        if (!document) return [];
        const routed =
          textAt(document.value, "http_service", "internal_port") ??
          textAt(listAt(document.value, "services")[0], "internal_port");
        const listened = textAt(document.value, "env", "PORT") ?? imagePort;
        return routed !== null && listened !== undefined && listened !== null && routed !== listened
          ? [
              risk(
                `Requests are routed to ${routed}, and the app listens on ${listened}.`,
                { file, line: document.lineOf(["http_service", "internal_port"]) },
                `internal_port = ${routed}`,
              ),
            ]
          : [];
      });
    },
  }),
  staticCheck("port-binding/reserved-path", {
    title: "Health is asked for where the platform lets it through",
    asks: "Does no probe of a service on Cloud Run ask for a path that ends with z?",
    why: "“A routing layer handles routing requests from a public-facing hostname to the port-bound web processes”; that of Cloud Run keeps some paths that end with z to itself, /healthz among them.",
    fix: "Use /health/live and /health/ready, which every platform lets through.",
    fooledBy: "Services that are only asked from within.",
    judge: (survey) => {
      const services = [...survey.data].flatMap(([file, documents]) =>
        documents
          .filter(({ value }) => textAt(value, "apiVersion")?.startsWith("serving.knative.dev/"))
          .flatMap((document) => workloadsIn(file, document)),
      );
      if (services.length === 0) return notTried("no descriptor is for Cloud Run");
      return services.flatMap(({ file, containers, lineOf }) =>
        containers.flatMap(({ stated, path }) =>
          probes.flatMap((probe) => {
            const asked = textAt(stated, probe, "httpGet", "path");
            if (asked === null || !asked.endsWith("z")) return [];
            const place = { file, line: lineOf([...path, probe, "httpGet", "path"]) };
            return [risk(`Cloud Run keeps ${asked} to itself.`, place, `path: ${asked}`)];
          }),
        ),
      );
    },
  }),
];

const probes = ["startupProbe", "livenessProbe", "readinessProbe"];

const listenCache = new WeakMap<Source, readonly Listen[]>();

/** The calls of a file that open a port for requests. */
export function listensIn(source: Source): readonly Listen[] {
  const known = listenCache.get(source);
  if (known) return known;
  const found = source.outline.calls.flatMap((call) => listenOf(call, source) ?? []);
  listenCache.set(source, found);
  return found;
}

function appListens({ sources, commands }: Survey): { readonly source: Source; readonly listen: Listen }[] {
  return sources.parsed
    .filter(({ part }) => part === "app")
    .flatMap((source) =>
      listensIn(source)
        .filter(({ guarded }) => !guarded || isStarted(source, commands))
        .map((listen) => ({ source, listen })),
    );
}

/** Whether a file of Python is run by itself, and not loaded by a server. */
function isStarted({ path }: Source, commands: readonly Command[]): boolean {
  const programs = commands.filter(({ once }) => !once).flatMap((command) => command.programs);
  const isRun = ({ name, args }: Program) =>
    (/^python[\d.]*$/.test(name) &&
      args.some((arg) => arg === path || `./${path}` === arg || nameOf(arg) === nameOf(path))) ||
    name === nameOf(path) ||
    args.some((arg, index) => args[index - 1] === "-m" && `${arg.replaceAll(".", "/")}.py` === path);
  return programs.length === 0 || programs.some(isRun);
}

function listenOf(call: Call, { language }: Source): Listen | null {
  const { target, args, named, line, guarded } = call;
  const [first, second] = args;
  const make = (
    port: Value | undefined,
    host: Value | undefined,
    byDefault: Listen["byDefault"] = "any",
  ): Listen => ({ line, port: port ?? null, host: host ?? null, byDefault, guarded });
  const ofMap = (options: Value, byDefault: Listen["byDefault"] = "any"): Listen | null => {
    if (options.kind !== "map") return null;
    const isOpen: Value | undefined = options.open ? { kind: "unknown" } : undefined;
    const { entries } = options;
    return make(
      entries.get("port") ?? isOpen,
      entries.get("host") ?? entries.get("hostname") ?? isOpen,
      byDefault,
    );
  };
  if (language === "javascript") {
    if (/^(Bun\.serve|Deno\.serve|@hono\/node-server\.serve|h3\.listen|micro\.serve)$/.test(target))
      return first ? ofMap(first) : null;
    if (/\bhapi\w*\.(server|Server)$/.test(target)) return first ? ofMap(first, "any") : null;
    if (!/(^|\.)listen$/.test(target) || /^(net\.|dgram|tls\.|history|router|browser)/.test(target))
      return null;
    const byDefault = /^(fastify|fastify\.fastify|fastify\.Fastify)\(\)\.listen$/.test(target)
      ? "loopback"
      : "any";
    if (first?.kind === "map") return ofMap(first, byDefault);
    if (!first || first.kind === "function") return null;
    // Fastify takes nothing but a map, which is made elsewhere.
    if (byDefault === "loopback") return make({ kind: "unknown" }, { kind: "unknown" });
    return make(
      first,
      second?.kind === "text" ? second : undefined,
      second?.kind === "function" || second === undefined || second.kind === "text" ? byDefault : "any",
    );
  }
  if (language === "python") {
    if (named.has("**")) return null;
    if (target === "uvicorn.run")
      return make(named.get("port") ?? { kind: "number", number: 8000 }, named.get("host"), "loopback");
    if (
      /^(flask\.Flask|quart\.Quart|sanic\.Sanic|bottle\.Bottle)\(\)\.run$/.test(target) ||
      target === "bottle.run"
    )
      return make(named.get("port") ?? args[1], named.get("host") ?? first, "loopback");
    if (target === "waitress.serve") return make(named.get("port"), named.get("host"));
    if (target === "aiohttp.web.run_app") return make(named.get("port"), named.get("host"));
    if (/^http\.server\.(ThreadingHTTPServer|HTTPServer)$/.test(target) && first?.kind === "list")
      return make(first.items[1], first.items[0]);
    return null;
  }
  if (/^net\/http\.ListenAndServe(TLS)?$/.test(target)) return first ? ofAddress(first, make) : null;
  if (target === "net/http.Server") {
    const address = named.get("Addr");
    return address ? ofAddress(address, make) : null;
  }
  if (
    /^(github\.com\/gin-gonic\/gin\.(Default|New)\(\)\.Run|github\.com\/labstack\/echo(\/v\d+)?\.New\(\)\.Start|github\.com\/gofiber\/fiber(\/v\d+)?\.New\(\)\.Listen)$/.test(
      target,
    )
  )
    return first ? ofAddress(first, make) : null;
  return null;
}

/** `:8080` or `127.0.0.1:8080` of Go. */
function ofAddress(value: Value, make: (port: Value | undefined, host: Value | undefined) => Listen): Listen {
  const text = textOf(value);
  const match = text === null ? null : /^(.*):(\d+)$/.exec(text);
  if (!match) return make(value, undefined);
  return make(
    { kind: "number", number: Number(match[2]) },
    match[1] ? { kind: "text", text: match[1].replace(/^\[|\]$/g, "") } : undefined,
  );
}

function literalPort(value: Value | null): number | null {
  if (value?.kind === "number") return value.number;
  const text = textOf(value);
  return text !== null && /^\d{2,5}$/.test(text) ? Number(text) : null;
}

const servers =
  /^(gunicorn|uvicorn|hypercorn|daphne|granian|waitress-serve|puma|rails|rackup|thin|unicorn|next|nuxt|serve|http-server|php|caddy|fastapi)$/;
const portFlags = ["--port", "-p", "--http-port"];
const bindFlags = ["--bind", "-b", "--listen"];

type Served = { readonly command: Command; readonly program: Program };

function serverCommands(survey: Survey): Served[] {
  return running(survey).flatMap((command) =>
    command.programs.filter(({ name }) => servers.test(name)).map((program) => ({ command, program })),
  );
}

function flagValue({ args }: Program, flags: readonly string[]): string | null {
  for (const [index, arg] of args.entries()) {
    if (flags.includes(arg)) return args[index + 1] ?? "";
    const flag = flags.find((each) => arg.startsWith(`${each}=`));
    if (flag) return arg.slice(flag.length + 1);
    const short = flags.find(
      (each) => /^-\w$/.test(each) && arg.startsWith(each) && /^\d|^\$|:/.test(arg.slice(2)),
    );
    if (short) return arg.slice(2);
  }
  return null;
}

/** `8000` of `--port 8000` or `--bind 0.0.0.0:8000`; null where it is a variable, or not stated. */
function commandPort(program: Program): string | null {
  if (program.name === "rails" && !program.args.some((arg) => /^(s|server)$/.test(arg))) return null;
  const bound = flagValue(program, bindFlags);
  const stated = bound === null ? flagValue(program, portFlags) : (/(?:^|:)(\d+)$/.exec(bound)?.[1] ?? null);
  return stated !== null && /^\d{2,5}$/.test(stated) ? stated : null;
}

function commandLoopback(program: Program): string | null {
  const { name } = program;
  const host = flagValue(program, ["--host", "-h", "-H", "--hostname"]) ?? flagValue(program, bindFlags);
  if (host !== null && /^(tcp:\/\/)?(localhost|127\.0\.0\.1|\[?::1\]?)(:|$)/.test(host))
    return `${name} binds ${host} only.`;
  const isSet =
    program.variables.some((variable) => variable.name === "UVICORN_HOST") ||
    program.args.some((arg) => /^--(uds|fd)\b/.test(arg));
  return name === "uvicorn" && host === null && !isSet
    ? "uvicorn is given no --host, and binds localhost."
    : null;
}
