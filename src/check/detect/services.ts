import { isCompose } from "../survey/commands.ts";
import type { Survey } from "../survey/survey.ts";
import { type Dependency, lineIn, type ServiceFact } from "./detection.ts";
import type { Read } from "./variables.ts";

/** Clients of each service, by the names of packages; those below have no template of ours. */
const clients: { readonly [service: string]: RegExp } = {
  postgres:
    /^(pg|pg-promise|postgres|@neondatabase\/serverless|psycopg(2|2-binary|-binary)?|asyncpg|github\.com\/(lib\/pq|jackc\/pgx.*)|postgresql|org\.postgresql:postgresql|gorm\.io\/driver\/postgres)$/,
  mysql:
    /^(mysql2?|mariadb|pymysql|mysqlclient|aiomysql|trilogy|github\.com\/go-sql-driver\/mysql|mysql-connector-j(ava)?|com\.mysql:mysql-connector-j|gorm\.io\/driver\/mysql)$/,
  redis:
    /^(redis|ioredis|bullmq|bull|bee-queue|connect-redis|@fastify\/redis|django-redis|rq|sidekiq|resque|predis\/predis|github\.com\/(redis|go-redis)\/.*redis.*|spring-boot-starter-data-redis.*|redis-rails)$/,
  rabbitmq:
    /^(amqplib|rabbitmq-client|amqp-connection-manager|pika|aio-pika|bunny|github\.com\/(rabbitmq\/amqp091-go|streadway\/amqp)|spring-boot-starter-amqp|php-amqplib\/php-amqplib)$/,
  nats: /^(nats|@nats-io\/.*|nats-py|nats-pure|github\.com\/nats-io\/nats\.go)$/,
  mongodb:
    /^(mongoose|mongodb|pymongo|motor|mongoengine|mongoid|go\.mongodb\.org\/mongo-driver.*|spring-boot-starter-data-mongodb.*)$/,
  kafka:
    /^(kafkajs|@confluentinc\/kafka-javascript|confluent-kafka|aiokafka|kafka-python.*|ruby-kafka|karafka|github\.com\/(segmentio\/kafka-go|ibm\/sarama)|spring-kafka)$/i,
};

/** What a library reads by itself, where no code names it. */
const conventions: readonly (readonly [dependency: string, variable: string])[] = [
  ["rails", "DATABASE_URL"],
  ["sidekiq", "REDIS_URL"],
  ["dj-database-url", "DATABASE_URL"],
];

export type Servicing = {
  readonly survey: Survey;
  readonly dependencies: readonly Dependency[];
  readonly reads: readonly Read[];
  /** The variable that locates each service of the catalogue. */
  readonly variables: ReadonlyMap<string, string>;
};

/** The backing services that a repo has a client for, or a container. */
export function servicesIn({ survey, dependencies, reads, variables }: Servicing): readonly ServiceFact[] {
  const found = new Map<string, Dependency>();
  for (const [service, pattern] of Object.entries(clients)) {
    const dependency = dependencies.find(({ name }) => pattern.test(name) && !isOtherPg(name, service));
    if (dependency) found.set(service, dependency);
  }
  for (const { service, file, line, use } of survey.images) {
    const id = service === "mariadb" ? "mysql" : service === "valkey" ? "redis" : service;
    if (id !== null && use !== "base" && !found.has(id)) found.set(id, { name: id, file, line });
  }
  for (const path of survey.repo.paths.filter((each) => /(^|\/)schema\.prisma$/.test(each))) {
    const text = survey.repo.read(path) ?? "";
    const provider = /datasource[^}]*provider\s*=\s*"(postgresql|mysql)"/.exec(text)?.[1];
    const id = provider === "postgresql" ? "postgres" : provider;
    if (id !== undefined && !found.has(id))
      found.set(id, { name: id, file: path, line: lineIn(text, /provider\s*=\s*"(postgresql|mysql)"/) });
  }
  const owners = (name: string) => [...variables].filter(([, variable]) => variable === name);
  for (const { name, file, line } of reads) {
    const [owner, rival] = owners(name);
    if (owner !== undefined && rival === undefined && !found.has(owner[0]))
      found.set(owner[0], { name, file, line });
  }
  const byConvention = new Set(
    conventions.flatMap(([name, variable]) =>
      dependencies.some((each) => each.name === name) ? [variable] : [],
    ),
  );
  return [...found].map(([service, { file, line }]): ServiceFact => {
    const variable = variables.get(service) ?? null;
    const isRead =
      variable !== null && (byConvention.has(variable) || reads.some(({ name }) => name === variable));
    const note =
      variable === null
        ? "no template has it"
        : `the code doesn't read ${variable}, so that nothing is written for it`;
    return {
      value: service,
      file,
      line,
      sure: true,
      variable: isRead ? variable : null,
      ...(isRead ? {} : { note }),
    };
  });
}

/** The gem of PostgreSQL is called as that of Node. */
const isOtherPg = (name: string, service: string): boolean => name === "postgresql" && service !== "postgres";

/** Backing services that some compose file has, by the families of their images. */
export function composedIn({ images }: Survey): ReadonlySet<string> {
  return new Set(
    images.flatMap(({ file, service }) => (isCompose(file) && service !== null ? [service] : [])),
  );
}
