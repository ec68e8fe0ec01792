import { at, listAt, mapAt, textAt } from "../parsers/data.ts";
import { textOf, type Value } from "../parsers/source/outline.ts";
import { advice, type Fault, notTried, risk, staticCheck, violation } from "../static-check.ts";
import { folderOf, nameOf, resolvePath } from "../survey/places.ts";
import type { Source } from "../survey/sources.ts";
import type { Survey } from "../survey/survey.ts";
import { workloadsIn } from "../survey/workloads.ts";
import { lineOf } from "./evidence.ts";
import { listensIn } from "./port-binding.ts";

const noSource = "no source was read that could hold one";
const appSources = ({ sources }: Survey): readonly Source[] =>
  sources.parsed.filter(({ part }) => part === "app");

export const processes = [
  staticCheck("processes/sessions", {
    title: "Sessions are shared",
    asks: "Are sessions kept in a backing service, or in the cookie?",
    why: "“Sticky sessions are a violation of twelve-factor and should never be used or relied upon. Session state data is a good candidate for a datastore that offers time-expiration, such as Memcached or Redis.”",
    fix: "Give the session library a store in Redis or the database, or use signed cookies.",
    fooledBy: "Stores that are set later, or by a plugin that is not known.",
    judge: (survey) => {
      const sources = appSources(survey);
      if (sources.length === 0) return notTried(noSource);
      return sources.flatMap((source) => [
        ...storelessSessions(source, survey),
        ...fileSessions(source, survey),
      ]);
    },
  }),
  staticCheck("processes/uploads", {
    title: "Uploads go to a backing service",
    asks: "Is what users send kept elsewhere than on the process’s own disk?",
    why: "“Any data that needs to persist must be stored in a stateful backing service. … The twelve-factor app never assumes that anything cached in memory or on disk will be available on a future request or job.”",
    fix: "Stream uploads to an object store; keep at most a temporary file for one request.",
    fooledBy: "Files that are passed on within the request.",
    judge: (survey) => {
      const sources = appSources(survey);
      if (sources.length === 0) return notTried(noSource);
      return sources.flatMap(({ path, outline }) => {
        const add = (line: number, confidence: Fault["confidence"]) =>
          risk(
            "Uploads are kept on the disk of one process.",
            { file: path, line },
            lineOf(survey, path, line),
            { confidence },
          );
        const hasStorage = outline.assignments.some(({ target }) =>
          /^(STORAGES|DEFAULT_FILE_STORAGE)$/.test(target),
        );
        return [
          ...outline.calls.flatMap(({ target, args, line }) => {
            const options = args[0]?.kind === "map" ? args[0].entries : new Map<string, Value>();
            const stated = options.get(target === "multer" ? "dest" : "destination");
            const folder = textOf(stated);
            const isTemporary =
              /^\/tmp\b/.test(folder ?? "") || (stated?.kind === "call" && stated.target === "os.tmpdir");
            const keeps = (target === "multer" && stated !== undefined) || target === "multer.diskStorage";
            return keeps && !isTemporary ? [add(line, folder === null ? "medium" : "high")] : [];
          }),
          ...outline.calls.flatMap(({ target, line }) =>
            /\bFileSystemStorage$/.test(target) ? [add(line, "medium")] : [],
          ),
          ...outline.assignments.flatMap(({ target, line }) =>
            target === "MEDIA_ROOT" && !hasStorage ? [add(line, "medium")] : [],
          ),
        ];
      });
    },
  }),
  staticCheck("processes/sticky-sessions", {
    title: "No balancer keeps users with a process",
    asks: "Does no descriptor ask for sticky sessions?",
    why: "“Sticky sessions are a violation of twelve-factor and should never be used or relied upon.”",
    fix: "Move the state that makes it necessary to a backing service, and delete the setting.",
    fooledBy: "Stickiness that only helps a cache, and on which nothing relies.",
    judge: (survey) => {
      if (survey.data.size === 0) return notTried("there is no descriptor");
      return [...survey.data].flatMap(([file, documents]) =>
        documents.flatMap(({ value, lineOf: line }) => {
          const found: (readonly (string | number)[])[] = [];
          if (textAt(value, "spec", "sessionAffinity") === "ClientIP")
            found.push(["spec", "sessionAffinity"]);
          for (const place of [
            ["metadata", "annotations"],
            ["spec", "template", "metadata", "annotations"],
          ] as const)
            for (const [key, stated] of Object.entries(mapAt(value, ...place)))
              if (
                (/affinity$/.test(key) && String(stated) === "cookie") ||
                (/sessionAffinity$/.test(key) && String(stated) === "true") ||
                /sticky(\.cookie)?$/.test(key) ||
                (/target-group-attributes$/.test(key) && /stickiness.enabled=true/.test(String(stated)))
              )
                found.push([...place, key]);
          if (textAt(value, "network", "session_affinity") === "true")
            found.push(["network", "session_affinity"]);
          return found.map((path) =>
            violation(
              "Requests of a user are kept with one process.",
              { file, line: line(path) },
              lineOf(survey, file, line(path)),
            ),
          );
        }),
      );
    },
  }),
  staticCheck("processes/volumes", {
    title: "Processes have no disk of their own",
    asks: "Does no image declare a volume, and no web process mount one that lasts?",
    why: "“Twelve-factor processes are stateless and share-nothing. Any data that needs to persist must be stored in a stateful backing service.”",
    fix: "Keep the data in a backing service; for scratch space use a tmpfs or an emptyDir.",
    fooledBy: "Volumes that are only a cache.",
    judge: (survey) => {
      if (survey.dockerfiles.length + survey.data.size === 0)
        return notTried("there is no Dockerfile and no descriptor");
      const images = survey.dockerfiles.flatMap(({ file, stages }) =>
        (stages.at(-1)?.instructions ?? [])
          .filter(({ keyword }) => keyword === "VOLUME")
          .map(({ line, text }) =>
            risk("The image keeps data in a volume.", { file, line }, `VOLUME ${text}`),
          ),
      );
      return [
        ...images,
        ...[...survey.data].flatMap(([file, documents]) =>
          documents.flatMap((document) => mounts(file, document)),
        ),
      ];
    },
  }),
  staticCheck("processes/scheduler", {
    title: "The web process is no clock",
    asks: "Does no process that serves requests also run jobs by the clock?",
    why: "Processes are “stateless and share-nothing”, and there are many of each: two web processes with a scheduler run each job twice.",
    fix: "Make a clock process that only enqueues, or use the platform’s scheduler.",
    fooledBy: "Schedulers that take a lock, and those of a file that another process type starts.",
    judge: (survey) => {
      const sources = appSources(survey);
      if (sources.length === 0) return notTried(noSource);
      const served = filesOfWeb(sources);
      return sources.flatMap((source) =>
        source.outline.calls.flatMap(({ target, line }) =>
          isScheduler(target) && served.has(source.path)
            ? [
                risk(
                  "A process that serves requests also runs jobs by the clock.",
                  { file: source.path, line },
                  lineOf(survey, source.path, line),
                  { confidence: "medium" },
                ),
              ]
            : [],
        ),
      );
    },
  }),
  staticCheck("processes/worker-in-web", {
    title: "The web process is no worker",
    asks: "Does no process that serves requests also take jobs from a queue?",
    why: "“The developer can architect their app to handle diverse workloads by assigning each type of work to a process type. For example, HTTP requests may be handled by a web process, and long-running background tasks handled by a worker process.”",
    fix: "Give the worker an entry of its own, and a line in the Procfile.",
    fooledBy: "A file for both, of which each process type starts one part.",
    judge: (survey) => {
      const sources = appSources(survey);
      const rails = survey.settings.filter(
        ({ name, value }) => name === "SOLID_QUEUE_IN_PUMA" && /^(true|1)$/.test(value ?? ""),
      );
      if (sources.length + survey.settings.length === 0) return notTried(noSource);
      const served = filesOfWeb(sources);
      return [
        ...rails.map(({ file, line }) =>
          risk("Jobs run inside of the web process.", { file, line }, lineOf(survey, file, line)),
        ),
        ...sources.flatMap(({ path, outline }) =>
          outline.calls.flatMap(({ target, line }) =>
            /^(bullmq\.Worker|bull\(\)\.process|bull\.Queue\(\)\.process)$/.test(target) && served.has(path)
              ? [
                  risk(
                    "A process that serves requests also takes jobs.",
                    { file: path, line },
                    lineOf(survey, path, line),
                    { confidence: "medium" },
                  ),
                ]
              : [],
          ),
        ),
      ];
    },
  }),
  staticCheck("processes/local-cache", {
    title: "What is cached is shared",
    asks: "Is the framework’s cache kept elsewhere than in one process or on its disk?",
    why: "“The memory space or filesystem of the process can be used as a brief, single-transaction cache.” A cache that lasts longer differs from process to process.",
    fix: "Use the cache backend for Redis or Memcached.",
    fooledBy: "Caches of what never changes.",
    judge: (survey) => {
      const sources = appSources(survey).filter(({ language }) => language === "python");
      if (sources.length === 0) return notTried("no source in Python was read");
      return sources.flatMap(({ path, outline }) =>
        outline.texts.flatMap(({ text, line }) =>
          /^django\.core\.cache\.backends\.(locmem\.LocMemCache|filebased\.FileBasedCache)$/.test(text)
            ? [advice("The cache is one process’s own.", { file: path, line }, lineOf(survey, path, line))]
            : [],
        ),
      );
    },
  }),
];

const sessionMakers =
  /^(express-session|@fastify\/session|fastify-session|koa-generic-session|hapi-server-session)$/;

function storelessSessions({ path, outline }: Source, survey: Survey): Fault[] {
  const found = (line: number, message: string) =>
    violation(message, { file: path, line }, lineOf(survey, path, line));
  return outline.calls.flatMap(({ target, args, line }): Fault[] => {
    const registered =
      target.endsWith(".register") && args[0]?.kind === "name" && sessionMakers.test(args[0].path);
    if (!sessionMakers.test(target) && !registered) {
      if (/(^|\.)MemoryStore$/.test(target) && /session/.test(target))
        return [found(line, "Sessions are kept in the memory of one process.")];
      return /sessions\.NewFilesystemStore$/.test(target)
        ? [found(line, "Sessions are kept on the disk of one process.")]
        : [];
    }
    const options = registered ? args[1] : args[0];
    if (options !== undefined && options.kind !== "map") return [];
    if (options?.open || options?.entries.has("store")) return [];
    return [found(line, "Sessions have no store, and are kept in the memory of one process.")];
  });
}

function fileSessions({ path, outline }: Source, survey: Survey): Fault[] {
  const cache = outline.assignments.find(({ target }) => target === "CACHES");
  const usesLocalCache = outline.texts.some(({ text }) => /LocMemCache$|FileBasedCache$/.test(text));
  return outline.assignments.flatMap(({ target, value, line }) => {
    const text = textOf(value) ?? "";
    const isFile =
      (target === "SESSION_ENGINE" && text === "django.contrib.sessions.backends.file") ||
      (/(^|\.)SESSION_TYPE$/.test(target) && text === "filesystem");
    const isLocal =
      target === "SESSION_ENGINE" &&
      text === "django.contrib.sessions.backends.cache" &&
      cache !== undefined &&
      usesLocalCache;
    return isFile || isLocal
      ? [violation("Sessions are kept by one process.", { file: path, line }, lineOf(survey, path, line))]
      : [];
  });
}

type Document = { readonly value: unknown; readonly lineOf: (path: readonly (string | number)[]) => number };

function mounts(file: string, { value, lineOf: line }: Document): Fault[] {
  const found = (path: readonly (string | number)[], evidence: string) =>
    risk("A process has a disk of its own.", { file, line: line(path) }, evidence);
  if (/^fly[\w.-]*\.toml$/.test(nameOf(file)))
    return at(value, "mounts") === undefined ? [] : [found(["mounts"], "[mounts]")];
  if (/^render\.ya?ml$/.test(nameOf(file)))
    return listAt(value, "services").flatMap((service, index) =>
      at(service, "disk") === undefined ? [] : [found(["services", index, "disk"], "disk:")],
    );
  return workloadsIn(file, { value, lineOf: line }).flatMap(({ kind, spec, specPath, containers }) => {
    const isBacking = containers.some(({ image }) =>
      /postgres|mysql|maria|redis|valkey|rabbit|mongo|kafka|nats|elastic|minio/.test(image),
    );
    if (kind !== "Deployment" || isBacking) return [];
    return listAt(spec, "volumes").flatMap((volume, index) =>
      at(volume, "persistentVolumeClaim") === undefined
        ? []
        : [
            found(
              [...specPath, "volumes", index],
              `volume ${textAt(volume, "name") ?? ""}: persistentVolumeClaim`,
            ),
          ],
    );
  });
}

const isScheduler = (target: string): boolean =>
  /^(node-cron(\.cron)?\.schedule|node-schedule\.scheduleJob|cron\.CronJob|cron\.CronJob\.from|toad-scheduler\.ToadScheduler|apscheduler\.schedulers\.\w+\.(Background|AsyncIO|Gevent)Scheduler\(\)\.start|github\.com\/robfig\/cron(\/v\d+)?\.New\(\)\.Start|github\.com\/go-co-op\/gocron(\/v\d+)?\.NewScheduler\(\)\.(Start|StartAsync))$/.test(
    target,
  );

/** Files that listen, and those of the repo that they import. */
function filesOfWeb(sources: readonly Source[]): ReadonlySet<string> {
  const known = new Map(sources.map((source) => [source.path, source]));
  const found = new Set<string>();
  const queue = sources.filter((source) => listensIn(source).length > 0);
  for (let source = queue.pop(); source; source = queue.pop()) {
    if (found.has(source.path)) continue;
    found.add(source.path);
    for (const { module } of source.outline.imports) {
      const next = importedFile(source, module, known);
      if (next) queue.push(next);
    }
  }
  return found;
}

function importedFile(
  { path, language }: Source,
  module: string,
  known: ReadonlyMap<string, Source>,
): Source | undefined {
  const base =
    language === "javascript" && module.startsWith(".")
      ? resolvePath(folderOf(path), module)
      : language === "python"
        ? module.replace(/^\.+/, "").replaceAll(".", "/")
        : null;
  if (base === null || base === "") return undefined;
  const candidates =
    language === "python"
      ? [`${base}.py`, resolvePath(folderOf(path), `${base}.py`) ?? ""]
      : [
          base,
          base.replace(/\.js$/, ".ts"),
          ...["js", "ts", "mjs", "cjs", "jsx", "tsx"].flatMap((ending) => [
            `${base}.${ending}`,
            `${base}/index.${ending}`,
          ]),
        ];
  return candidates.map((candidate) => known.get(candidate)).find((source) => source !== undefined);
}
