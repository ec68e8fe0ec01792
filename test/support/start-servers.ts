/**
 * Starts real servers and prints a line of `NAME=URL` for each, until it is ended.
 *
 *   node test/support/run.mjs test/support/start-servers.ts [postgres] [mysql] [redis] [rabbitmq] [nats] [smtp]
 */
import {
  type Server,
  startMariadb,
  startNats,
  startPostgres,
  startRabbitmq,
  startSmtp,
  startValkey,
} from "./servers.ts";

const starters: Readonly<Record<string, readonly [string, () => Promise<Server>]>> = {
  postgres: ["DATABASE_URL", startPostgres],
  mysql: ["DATABASE_URL", startMariadb],
  redis: ["REDIS_URL", startValkey],
  rabbitmq: ["AMQP_URL", startRabbitmq],
  nats: ["NATS_URL", startNats],
  smtp: ["SMTP_URL", startSmtp],
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(starters);
const unknown = names.filter((name) => starters[name] === undefined);
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(", ")}. There are: ${Object.keys(starters).join(", ")}.`);
  process.exit(2);
}
const ended = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
});
const servers: Server[] = [];
for (const name of names) {
  const [variable, start] = starters[name] as (typeof starters)[string];
  const server = await start();
  servers.push(server);
  console.log(`${variable}=${server.url}`);
}
const alive = setInterval(() => {}, 1 << 30);
await ended;
clearInterval(alive);
await Promise.all(servers.map((server) => server.stop()));
