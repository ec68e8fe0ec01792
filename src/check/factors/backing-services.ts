import { isDataMap, mapAt } from "../parsers/data.ts";
import { textOf, type Value } from "../parsers/source/outline.ts";
import { advice, type Fault, notTried, risk, staticCheck, violation } from "../static-check.ts";
import { isCompose } from "../survey/commands.ts";
import { serviceUrl } from "./config.ts";
import { lineOf } from "./evidence.ts";

/** Makers of clients, and what they connect to when they are given nothing. */
const clients =
  /^(pg\.(Pool|Client)|postgres|mysql2?(\/promise)?\.create(Connection|Pool)|mariadb\.create(Connection|Pool)|ioredis(\.Redis)?|redis\.createClient|mongodb\.MongoClient|mongoose\.(connect|createConnection)|amqplib(\/callback_api)?\.connect|rabbitmq-client\.Connection|nats\.connect|kafkajs\.Kafka|memjs\.Client\.create|nodemailer\.createTransport|psycopg2?\.connect|psycopg_pool\.ConnectionPool|asyncpg\.(connect|create_pool)|MySQLdb\.connect|pymysql\.connect|redis\.(asyncio\.)?(Redis|StrictRedis)|pymongo\.MongoClient|pika\.ConnectionParameters|aio_pika\.connect(_robust)?|github\.com\/(redis\/go-redis|go-redis\/redis)(\/v\d+)?\.Options|database\/sql\.Open|github\.com\/jackc\/pgx(\/v\d+)?(\/pgxpool)?\.(Connect|New)|github\.com\/rabbitmq\/amqp091-go\.Dial)$/;
/** Those that dial localhost when they are given nothing at all. */
const local =
  /^(ioredis(\.Redis)?|redis\.createClient|redis\.(asyncio\.)?(Redis|StrictRedis)|pymongo\.MongoClient)$/;
const hosts = ["host", "hostname", "server", "Addr", "addr"];
const isLocalHost = (text: string): boolean => /^(localhost|127\.0\.0\.1|::1|0\.0\.0\.0)(:\d+)?$/.test(text);

const variablesOf: { readonly [service: string]: RegExp } = {
  postgres: /DATABASE|POSTGRES|^PG|DB_|SQL/,
  mysql: /DATABASE|MYSQL|DB_|SQL/,
  mariadb: /DATABASE|MYSQL|MARIADB|DB_|SQL/,
  redis: /REDIS|VALKEY|CACHE|QUEUE|BROKER|CELERY|KV_/,
  valkey: /REDIS|VALKEY|CACHE|QUEUE|BROKER|CELERY|KV_/,
  rabbitmq: /AMQP|RABBIT|BROKER|QUEUE|CELERY/,
  mongodb: /MONGO|DATABASE|DB_/,
  nats: /NATS|BUS|BROKER|QUEUE/,
  kafka: /KAFKA|BROKER|REDPANDA/,
  memcached: /MEMCACHE|CACHE/,
  search: /ELASTIC|OPENSEARCH|SEARCH/,
};

export const backingServices = [
  staticCheck("backing-services/address", {
    title: "A client takes its address from config",
    asks: "Is no client of a backing service made with a host that is a constant, or with none at all?",
    why: "“A deploy of the twelve-factor app should be able to swap out a local MySQL database with one managed by a third party … without any changes to the app’s code. … only the resource handle in the config needs to change.”",
    fix: "Give the client the URL that the environment has.",
    fooledBy: "Clients that are configured elsewhere, after they were made.",
    judge: (survey) => {
      const sources = survey.sources.parsed.filter(({ part }) => part === "app");
      if (sources.length === 0) return notTried("no source was read that could make a client");
      return sources.flatMap(({ path, outline }) =>
        outline.calls.flatMap(({ target, args, named, line }): Fault[] => {
          if (!clients.test(target)) return [];
          const place = { file: path, line };
          const evidence = lineOf(survey, path, line);
          const stated = statedHost(target, args, named);
          if (stated !== null && !serviceUrl.test(stated))
            return [violation(`${shortName(target)} gets its host from the code.`, place, evidence)];
          const isBare = args.length === 0 && named.size === 0;
          return isBare && local.test(target)
            ? [violation(`${shortName(target)} is given no address, and dials localhost.`, place, evidence)]
            : [];
        }),
      );
    },
  }),
  staticCheck("backing-services/local-branch", {
    title: "Local and remote are not told apart",
    asks: "Does no condition ask whether a service is on this machine?",
    why: "“The code for a twelve-factor app makes no distinction between local and third party services.”",
    fix: "Put what differs (TLS, for one) into the URL or a variable of its own.",
    fooledBy: "Comparisons of a host for another reason, as for the origin of a request.",
    judge: (survey) => {
      const sources = survey.sources.parsed.filter(({ part }) => part === "app");
      if (sources.length === 0) return notTried("no source was read that could compare one");
      return sources.flatMap(({ path, outline }) =>
        outline.comparisons.flatMap(({ left, right, line }) => {
          const isHost = [left, right].some((value) => isLocalHost(textOf(value) ?? ""));
          const isConfig = [left, right].some((value) => value.kind === "environment");
          return isHost && isConfig
            ? [
                risk(
                  "The code asks whether a service is local.",
                  { file: path, line },
                  lineOf(survey, path, line),
                ),
              ]
            : [];
        }),
      );
    },
  }),
  staticCheck("backing-services/embedded-database", {
    title: "Data lives in a backing service",
    asks: "Does the app use no database that is a file of its own?",
    why: "“Any data that needs to persist must be stored in a stateful backing service, typically a database”, which is “attached via network”; a file goes with the process’s machine.",
    fix: "Use a database that is reached by a URL, in development too.",
    fooledBy: "A file that is shipped with the code and only read, and one that is only a cache.",
    judge: (survey) => {
      const sources = survey.sources.parsed.filter(({ part }) => part === "app");
      if (sources.length === 0) return notTried("no source was read that could open one");
      return sources.flatMap(({ path, outline }) => {
        const seen = new Set<number>();
        const add = (line: number, confidence: Fault["confidence"]): Fault[] => {
          if (seen.has(line)) return [];
          seen.add(line);
          return [
            risk("It keeps data in a file of its own.", { file: path, line }, lineOf(survey, path, line), {
              confidence,
            }),
          ];
        };
        return [
          ...outline.texts.flatMap(({ text, line }) =>
            /^sqlite3?(\+\w+)?:\/{2,3}(?!.*memory)[\w.~]/.test(text) ||
            /^django\.db\.backends\.sqlite3$/.test(text)
              ? add(line, "high")
              : [],
          ),
          ...outline.calls.flatMap(({ target, args, line }) =>
            /^(better-sqlite3|sqlite3\.(Database|connect)|sqlite\.(DatabaseSync|open)|bun:sqlite\.Database|aiosqlite\.connect)$/.test(
              target,
            ) && textOf(args[0]) !== ":memory:"
              ? add(line, "medium")
              : [],
          ),
          ...outline.calls.flatMap(({ target, args, line }) =>
            target === "database/sql.Open" && /^sqlite/.test(textOf(args[0]) ?? "") ? add(line, "high") : [],
          ),
        ];
      });
    },
  }),
  staticCheck("backing-services/variables", {
    title: "Each service has its variable",
    asks: "Does each backing service of the compose file have a variable that says where it is?",
    why: "“Each distinct backing service is a resource”, “accessed via a URL or other locator/credentials stored in the config”.",
    fix: "Declare one URL for it: DATABASE_URL, REDIS_URL, AMQP_URL.",
    fooledBy: "Services that only another service uses.",
    judge: ({ images, variables }) => {
      const services = images.filter(({ use, service }) => use === "development" && service !== null);
      if (services.length === 0) return notTried("there is no compose file with a backing service");
      if (variables.length === 0) return notTried("there is no .env.schema and no .env.example");
      return services.flatMap(({ service, image, file, line }) => {
        const pattern = variablesOf[service ?? ""];
        return pattern && !variables.some(({ name }) => pattern.test(name))
          ? [advice(`No variable says where ${image} is.`, { file, line }, image, { confidence: "medium" })]
          : [];
      });
    },
  }),
  staticCheck("backing-services/health", {
    title: "Services are waited for by their health",
    asks: "Does whatever depends on a service in the compose file wait until it is healthy?",
    why: "Beyond the text. `depends_on` alone waits for a container, not for a server; the app then meets a service that is not there yet.",
    fix: "Give the service a healthcheck, and depend on condition: service_healthy.",
    fooledBy: "Apps that wait by themselves, which is better still.",
    judge: (survey) => {
      const composes = [...survey.data].filter(([file]) => isCompose(file));
      if (composes.length === 0) return notTried("there is no compose file");
      return composes.flatMap(([file, documents]) =>
        documents.flatMap(({ value, lineOf: line }) => {
          const services = mapAt(value, "services");
          const isBacking = (name: string) => {
            const service = services[name];
            return (
              isDataMap(service) &&
              service.build === undefined &&
              survey.images.some(
                (image) => image.file === file && image.image === service.image && image.service !== null,
              )
            );
          };
          return Object.entries(services).flatMap(([name, service]) => {
            const needs =
              isDataMap(service) && Array.isArray(service.depends_on)
                ? service.depends_on.map(String).filter(isBacking)
                : [];
            return needs.length === 0
              ? []
              : [
                  advice(
                    `${name} waits for ${needs.join(", ")} to be started, not to be ready.`,
                    { file, line: line(["services", name, "depends_on"]) },
                    `depends_on: ${needs.join(", ")}`,
                  ),
                ];
          });
        }),
      );
    },
  }),
];

/** A host that is a constant; null where it comes from elsewhere or is not stated. */
function statedHost(
  target: string,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
): string | null {
  const [first, second] = args;
  const options = args.find((arg) => arg.kind === "map");
  const entries = options?.kind === "map" ? options.entries : named;
  for (const key of hosts) {
    const text = textOf(entries.get(key) ?? named.get(key));
    if (text !== null && text !== "") return text;
  }
  if (/ioredis/.test(target) && first?.kind === "number") return textOf(second) ?? "localhost";
  const brokers = entries.get("brokers");
  if (brokers?.kind === "list") return textOf(brokers.items[0]);
  if (/sql\.Open$/.test(target)) return hostOfDsn(textOf(second));
  if (/pika\.|MySQLdb|pymysql|redis\.(asyncio\.)?(Redis|StrictRedis)/.test(target) && first)
    return textOf(first);
  return /psycopg/.test(target) ? hostOfDsn(textOf(first)) : null;
}

/** `host=db …` or `user@tcp(host)/…`; a URL is judged with the other URLs. */
function hostOfDsn(text: string | null): string | null {
  if (text === null || text.includes("://") || /^(sqlite|:memory:|file:)/.test(text)) return null;
  return (
    /\bhost=(\S+)|@tcp\(([^)]+)\)/
      .exec(text)
      ?.slice(1)
      .find((part) => part !== undefined) ?? null
  );
}

const shortName = (target: string): string => target.replace(/^.*\//, "");
