import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { builtRepo } from "./built-repo.mjs";
import { median } from "./measure.mjs";

/** What the quick start of Fastify has, and a route that asks the driver of the database and nothing else. */
const bare = `import Fastify from "fastify";
const app = Fastify({ logger: true });
if (process.env.DATABASE_URL) {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
  app.get("/messages", async () => (await pool.query("select * from messages order by created_at desc limit 100")).rows);
}
app.get("/health/ready", async () => ({ status: "ready" }));
app.get("/health/live", async () => ({ status: "live" }));
await app.listen({ host: "0.0.0.0", port: Number(process.env.PORT) });
`;

const rows = {
  boot: { name: "boot to ready of the emitted app / of a bare Fastify", goal: 1.5 },
  plain: { name: "time a request, no database: emitted / bare Fastify", goal: 1 / 0.9 },
  stored: { name: "time a request, with a database: emitted / bare driver", goal: 1 / 0.85 },
};

/** Goal 8: the emitted app beside the least that its framework and its driver do. The matrix restarts it under load. */
export async function* serving({ root, ...context }) {
  const { built, node, env, missing } = builtRepo(context);
  const server = missing === null ? await startPostgres(root) : { missing };
  try {
    if (server.missing) return yield* Object.values(rows).map((row) => ({ ...row, note: server.missing }));
    const database = { DATABASE_URL: server.url };
    for (const task of ["release", "seed"]) {
      const done = spawnSync(node, [`dist/${task}.js`], { cwd: built, env: { ...env, ...database } });
      if (done.status !== 0) throw new Error(`${task} ended with ${done.status}: ${done.stdout}`);
    }
    writeFileSync(join(built, "bare.mjs"), bare);
    const app = (file, variables) => ({ argv: [node, file], cwd: built, env: { ...env, ...variables } });
    const emitted = app("dist/web.js", database);
    const boots = await inTurn(11, (one) => boot(one).then(({ ms, stop }) => stop().then(() => ms)), [
      emitted,
      app("bare.mjs", {}),
    ]);
    yield { ...rows.boot, value: boots };
    const [ours, theirs] = [await boot(emitted), await boot(app("bare.mjs", database))];
    try {
      const time = (path) => inTurn(7, ({ port }) => timeARequest(port, path), [ours, theirs]);
      await time("/health/live");
      yield { ...rows.plain, value: await time("/health/live") };
      yield { ...rows.stored, value: await time("/messages") };
    } finally {
      await Promise.all([ours.stop(), theirs.stop()]);
    }
  } finally {
    await server.stop?.();
  }
}

/** The median of the ratios of each pair. */
async function inTurn(pairs, measure, [a, b]) {
  const ratios = [];
  for (let index = 0; index < pairs; index++) {
    const [first, second] = index % 2 === 0 ? [a, b] : [b, a];
    const times = [await measure(first), await measure(second)];
    ratios.push(index % 2 === 0 ? times[0] / times[1] : times[1] / times[0]);
  }
  return median(ratios);
}

async function boot({ argv: [program, ...args], cwd, env }) {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(program, args, { cwd, env: { ...env, PORT: `${port}` }, stdio: "ignore" });
  const ended = once(child, "exit");
  while ((await statusOf(port, "/health/ready")) !== 200) {
    if (child.exitCode !== null || performance.now() - started > 60_000)
      throw new Error(`${args} does not serve`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const ms = performance.now() - started;
  return { ms, port, stop: () => child.kill("SIGKILL") && ended };
}

/** Milliseconds, with 16 connections that are kept open, for as long as a second and a half. */
async function timeARequest(port, path) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const started = performance.now();
  let done = 0;
  const lane = async () => {
    for (; performance.now() - started < 1_500; done++) {
      const status = await statusOf(port, path, agent);
      if (status !== 200) throw new Error(`${path} answers ${status}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  agent.destroy();
  return (performance.now() - started) / done;
}

function statusOf(port, path, agent = false) {
  return new Promise((resolve) => {
    get({ port, path, agent }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    }).on("error", () => resolve(0));
  });
}

async function startPostgres(root) {
  const args = ["test/support/run.mjs", "test/support/start-servers.ts", "postgres"];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await Promise.race([once(child.stdout, "data"), once(child, "exit").then(() => [""])]);
  const url = /^DATABASE_URL=(\S+)/.exec(`${line}`)?.[1];
  if (url === undefined) return { missing: "no PostgreSQL: npm run test:matrix:tools installs it" };
  return {
    url,
    stop: () => {
      child.kill("SIGTERM");
      return child.exitCode === null ? once(child, "exit") : undefined;
    },
  };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
