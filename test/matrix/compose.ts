import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isFree } from "../../src/check/probe/ports.ts";
import { type Engine, makeServiceImage } from "../support/engine.ts";
import { list, post } from "./checks/example.ts";
import { nameOf } from "./combinations.ts";
import { statusOf } from "./deployment.ts";
import { appName, type Emitted, writeTree } from "./emit.ts";
import { NotRun } from "./report.ts";
import type { Bench } from "./verify-combination.ts";

/** The ports that compose.yaml has, on the host itself: the engine has no network of its own. */
const ports = { web: 8080, redis: 6379 };

type Composed = {
  readonly bench: Bench;
  readonly engine: Engine;
  /** A repo whose one service is Redis: of the others there are no stand-ins. */
  readonly emitted: Emitted;
  /** The image that its Dockerfile was built to. */
  readonly tag: string;
};

/** `docker compose --profile app up --wait`, as the emitted README has it, with the image that was built before. */
export async function verifyCompose({ bench, engine, emitted, tag }: Composed): Promise<void> {
  const { session, report } = bench;
  const subject = `compose of ${nameOf(emitted.combination)}`;
  const folder = join(session.directory, "compose", appName);
  mkdirSync(folder, { recursive: true });
  writeTree(emitted.tree, folder);
  writeFileSync(join(folder, "override.yaml"), override(tag));
  const compose = (...args: readonly string[]): Promise<string> =>
    engine.docker(["compose", "--file=compose.yaml", "--file=override.yaml", "--profile=app", ...args], {
      cwd: folder,
      timeoutMs: 120_000,
    });
  await report.check(subject, "up --wait: release, web and worker beside Valkey; down", async () => {
    for (const port of Object.values(ports))
      if (!(await isFree(port))) throw new NotRun(`port ${port} is taken on this host`);
    const image = /image: "?(valkey\/valkey:[\w.]+)/.exec(
      `${emitted.tree.get("compose.yaml")?.content}`,
    )?.[1];
    assert.ok(image, "compose.yaml names no Valkey");
    await makeServiceImage(engine, session, image);
    try {
      await compose("up", "--no-build", "--wait").catch(async (error) => {
        throw new Error(`${error.message}\n${await compose("logs", "--tail=8")}`);
      });
      assert.equal(await statusOf(ports.web, "/health/ready"), 200);
      const { id } = JSON.parse((await post(ports.web, { text: "composed" })).body);
      for (let waited = 0; waited < 50; waited++) {
        if ((await list(ports.web)).some((one) => one.id === id && one.status === "processed")) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`the worker did not process it:\n${await compose("logs", "--tail=8", "worker")}`);
    } finally {
      await compose("down", "--volumes", "--timeout=10");
    }
  });
}

function override(tag: string): string {
  const app = (name: string): string[] => [
    `  ${name}:`,
    "    network_mode: host",
    `    image: ${tag}`,
    "    build: !reset null",
    // The engine came without its docker-init.
    "    init: false",
    "    ports: !reset []",
    "    environment:",
    `      REDIS_URL: redis://127.0.0.1:${ports.redis}/0`,
  ];
  const service = ["  redis:", "    network_mode: host", "    hostname: !reset null", "    ports: !reset []"];
  return ["services:", ...service, ...["release", "web", "worker"].flatMap(app), ""].join("\n");
}
