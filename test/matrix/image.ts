import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../src/check/probe/ports.ts";
import type { Session } from "../../src/check/probe/session.ts";
import { sleep, until } from "../../src/check/probe/wait.ts";
import { type Engine, makeBaseImages, startEngine } from "../support/engine.ts";
import { isInstalled, tools } from "../support/tools.ts";
import { nameOf } from "./combinations.ts";
import { verifyCompose } from "./compose.ts";
import { commandOf, deploy, statusOf } from "./deployment.ts";
import { appName, type Emitted, writeTree } from "./emit.ts";
import { NotRun } from "./report.ts";
import { traitsOf } from "./stacks.ts";
import type { Bench } from "./verify-combination.ts";

const confinement = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=256m"];

/** Builds the emitted Dockerfiles with a real engine and runs the images as strictly as a platform can. */
export async function verifyImages(
  bench: Bench,
  emitted: readonly Emitted[],
  /** Whose compose.yaml is brought up. */
  composed: Emitted,
): Promise<void> {
  const { session, report } = bench;
  let engine: Engine | undefined;
  const up = await report.prepare(
    "container engine",
    "starts, with stand-ins for the official base images",
    async () => {
      if (process.getuid?.() !== 0) throw new NotRun("needs root");
      if (!isInstalled(tools.engine) || !isInstalled(tools.baseImage))
        throw new NotRun("the engine is not installed");
      engine = await startEngine(session);
      const names = [...emitted, composed].flatMap(({ tree }) =>
        imagesOf(`${tree.get("Dockerfile")?.content}`),
      );
      await makeBaseImages(engine, session, [...new Set(names.map(withoutDigest))]);
    },
  );
  try {
    for (const one of emitted) {
      const subject = `image of ${nameOf(one.combination)}`;
      if (up && engine !== undefined) await verifyImage({ bench, engine, emitted: one, subject });
      else report.skip(subject, "builds and runs", "there is no container engine");
    }
    const subject = `compose of ${nameOf(composed.combination)}`;
    if (up && engine !== undefined) {
      const tag = await buildImage({ bench, engine, emitted: composed, subject });
      if (tag !== null) await verifyCompose({ bench, engine, emitted: composed, tag });
    } else report.skip(subject, "up --wait", "there is no container engine");
  } finally {
    await engine?.stop();
  }
}

type Image = {
  readonly bench: Bench;
  readonly engine: Engine;
  readonly emitted: Emitted;
  readonly subject: string;
};

/** The tag of what the emitted Dockerfile was built to, or null. */
async function buildImage({
  bench: { session, report },
  engine,
  emitted,
  subject,
}: Image): Promise<string | null> {
  const { folder, scratch } = placeOf(session, emitted);
  mkdirSync(scratch, { recursive: true });
  writeTree(emitted.tree, folder);
  const tag = `${appName}:${emitted.fingerprint.slice(0, 12)}`;
  const built = await report.prepare(subject, "builds", async () => {
    const standIns = imagesOf(`${emitted.tree.get("Dockerfile")?.content}`).map(
      (name) => `--build-context=${name}=docker-image://${withoutDigest(name)}`,
    );
    await engine.docker(
      ["build", "--network=host", ...standIns, "--build-arg=RELEASE_ID=matrix", `--tag=${tag}`, "."],
      { cwd: folder, timeoutMs: 240_000 },
    );
  });
  return built ? tag : null;
}

async function verifyImage(image: Image): Promise<void> {
  const { bench, engine, emitted, subject } = image;
  const { session, report } = bench;
  const tag = await buildImage(image);
  if (tag === null) return;
  await report.check(subject, "docker build --check", () => lintDockerfile(image));
  const { folder, scratch } = placeOf(session, emitted);
  const deployment = await deploy({ ...bench, emitted, folder, scratch });
  const settings = Object.entries(deployment.config).map(([name, value]) => `--env=${name}=${value}`);
  const run = (args: readonly string[], command: readonly string[]): Promise<string> =>
    engine.docker(["run", "--network=host", ...confinement, ...settings, ...args, tag, ...command]);
  try {
    await report.check(
      subject,
      "has no root user, no sources, no development tools, no secrets",
      async () => {
        const { Config } = JSON.parse(await engine.docker(["image", "inspect", "--format={{json .}}", tag]));
        assert.match(Config.User, /^[1-9]\d*/, `its user is "${Config.User}"`);
        assert.deepEqual(Config.Cmd, commandOf(deployment, "web").split(" "));
        assert.equal(Config.StopSignal, "SIGTERM");
        const { tool } = traitsOf(emitted.combination.stack);
        const unwanted = ["src", "test", "tests", ".env", ".git", ".npmrc", tool].map(
          (name) => `app/${name}`,
        );
        const names = await namesIn(image, tag);
        assert.deepEqual(
          names.filter((name) => unwanted.includes(name)),
          [],
        );
        const history = await engine.docker(["history", "--no-trunc", "--format={{.CreatedBy}}", tag]);
        for (const secret of deployment.secrets) assert.ok(!history.includes(secret));
      },
    );
    const released = await report.prepare(subject, "release", async () => {
      await run(["--rm"], commandOf(deployment, "release").split(" "));
    });
    if (!released) return;
    await report.check(subject, "read-only, without capabilities: ready, SIGTERM, exit 0", async () => {
      const port = await freePort();
      const id = (await run(["--detach", `--env=PORT=${port}`], [])).trim();
      try {
        const ready = await until(async () => (await statusOf(port, "/health/ready")) === 200, {
          timeoutMs: 30_000,
        });
        assert.ok(ready, `not ready:\n${await engine.docker(["logs", id])}`);
        const { Memory } = JSON.parse(await engine.docker(["inspect", "--format={{json .HostConfig}}", id]));
        assert.equal(Memory, 256 << 20);
        await sleep(200);
        await engine.docker(["stop", "--time=15", id]);
        const { ExitCode, OOMKilled } = JSON.parse(
          await engine.docker(["inspect", "--format={{json .State}}", id]),
        );
        assert.equal(
          ExitCode,
          0,
          `it ended with ${ExitCode}:\n${await engine.docker(["logs", "--tail=12", id])}`,
        );
        assert.equal(OOMKilled, false);
      } finally {
        await engine.docker(["rm", "--force", id]);
      }
    });
  } finally {
    await deployment.close();
  }
}

/** The first-party linter, which older engines don't have. */
async function lintDockerfile({ bench: { session }, engine, emitted }: Image): Promise<void> {
  const { folder } = placeOf(session, emitted);
  const help = await engine.docker(["build", "--help"]);
  if (!/^\s+--check\b/m.test(help)) throw new NotRun("the engine is too old for it: it came with Docker 27");
  await engine.docker(["build", "--check", "."], { cwd: folder });
}

function placeOf(
  session: Session,
  { fingerprint }: Emitted,
): { readonly scratch: string; readonly folder: string } {
  const scratch = join(session.directory, `image-${fingerprint.slice(0, 12)}`);
  return { scratch, folder: join(scratch, appName) };
}

/** All files and folders of an image, which may have no program to list them. */
async function namesIn({ engine, bench: { session } }: Image, tag: string): Promise<readonly string[]> {
  const id = (await engine.docker(["create", tag])).trim();
  const archive = join(session.directory, `${id}.tar`);
  try {
    await engine.docker(["export", `--output=${archive}`, id]);
    const list = execFileSync("tar", ["-tf", archive], { encoding: "utf8", maxBuffer: 1 << 26 });
    return list.split("\n").map((name) => name.replace(/^\.\//, "").replace(/\/$/, ""));
  } finally {
    rmSync(archive, { force: true });
    await engine.docker(["rm", id]);
  }
}

/** The images that a Dockerfile begins with, its own stages aside. */
function imagesOf(dockerfile: string): readonly string[] {
  const lines = [...dockerfile.matchAll(/^FROM\s+(\S+)(?:\s+AS\s+(\S+))?/gim)];
  const stages = lines.map(([, , stage]) => stage);
  return lines.flatMap(([, image]) => (image === undefined || stages.includes(image) ? [] : [image]));
}

/** The name of a local stand-in: a digest can't be given to an image, only had. */
function withoutDigest(name: string): string {
  return name.replace(/@sha256:[0-9a-f]+$/, "");
}
