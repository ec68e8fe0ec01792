import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { builtRepo, commit } from "./built-repo.mjs";
import { elapsed, labelOf, median, ratio } from "./measure.mjs";

/** Goals 6 and 7: `check` of the default repo and of a large one by reading, and of the default repo by running it. */
export async function* checking({ bin, nodes, pairs, folder }) {
  const whole = builtRepo({ bin, nodes, folder });
  const { repo } = whole;
  for (const node of nodes) {
    const which = labelOf(node);
    const idle = { argv: [node, "-e", "0"] };
    yield {
      name: `check of the default repo / node -e 0, ${which}`,
      goal: 3,
      value: ratio({ argv: [node, bin, "check", repo] }, idle, { pairs }).ratio,
    };
  }
  const node = nodes.at(-1);
  const large = folder("large");
  for (let index = 0; index < 10_000; index++) put(join(large, sourcePath(index)), source(index));
  put(join(large, "package.json"), '{ "name": "large", "dependencies": { "fastify": "^5.0.0" } }\n');
  put(join(large, "Procfile"), "web: node src/m0/f0.ts\n");
  commit(large);
  const check = { argv: [node, bin, "check", large], codes: [0, 1] };
  yield {
    name: "check of 10,000 source files of 1 kB, s",
    goal: 2,
    value: median([0, 1, 2].map(() => elapsed(check))) / 1000,
  };
  yield* booted({ bin, ...whole });
}

/** What the probes of the default repo wait for, one after another, whatever the machine: seconds. */
const waits = {
  "a worker is watched for a daemon or a crash loop": 10,
  "workers are told to stop in the middle of jobs": 2.3,
  "workers are killed in the middle of jobs": 3.1,
  "a job of a killed worker is given out again (pg-boss: a heartbeat of 15 s, looked at every 5 s)": 20,
  "a request is held while the web process is told to stop": 1.5,
  "balancers notice that it stops (LAME_DUCK_MS), at six ends that can't overlap": 12,
};

async function* booted({ bin, repo, built, node, env, missing }) {
  const seconds = { name: "check --boot of the default repo, installed and built, s", goal: 60 };
  const share = { name: "check --boot / the waits of its probes", goal: 2 };
  if (missing !== null) return yield* [seconds, share].map((row) => ({ ...row, note: missing }));
  const build = `cp -a '${built}/node_modules' '${built}/dist' .`;
  const run = () =>
    spawnSync(node, [bin, "check", repo, "--boot", "--json", "--build", build], {
      env,
      encoding: "utf8",
      maxBuffer: 1 << 26,
      timeout: 300_000,
    });
  const start = process.hrtime.bigint();
  const { status, stdout, stderr } = run();
  const value = Number(process.hrtime.bigint() - start) / 1e9;
  if (status !== 0)
    throw new Error(`check --boot ended with ${status}: ${`${stdout}${stderr}`.slice(-2000)}`);
  const sinks = JSON.parse(stdout).inferred.filter(({ value: name }) => name === "a sink");
  if (sinks.length > 0) {
    const note = `without ${sinks.map(({ what }) => what).join(", ")} little of it can be tried`;
    return yield* [seconds, share].map((row) => ({ ...row, note }));
  }
  const sum = Object.values(waits).reduce((total, each) => total + each, 0);
  yield { ...seconds, value };
  yield { ...share, value: value / sum, note: `${sum.toFixed(1)} s of waits` };
}

const sourcePath = (index) => `src/m${index % 100}/f${index}.ts`;

/** A kilobyte of code like any other: of twenty files one reads the environment, of a hundred one listens. */
function source(index) {
  const special = [
    ...(index % 20 === 0 ? [`export const flag = process.env.FLAG_${index};`] : []),
    ...(index % 100 === 0
      ? [`import Fastify from "fastify";`, `await Fastify().listen({ port: Number(process.env.PORT) });`]
      : []),
  ];
  const lines = [`import { helper } from "./f${(index + 100) % 10_000}.ts";`, ...special];
  for (let row = 0; lines.join("\n").length < 950; row++) {
    lines.push(`export const value${row} = (input: number): number => helper(input) * ${row} + ${index};`);
  }
  return `${lines.join("\n")}\n`;
}

function put(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
