import assert from "node:assert/strict";
import { sleep } from "../../../src/check/probe/wait.ts";
import { commandOf, type Deployment, runOnce } from "../deployment.ts";
import { lastLines } from "../step.ts";
import { list } from "./example.ts";

/** Twenty releases at once on what was never released: all end well, and each migration is run once. */
export async function releasesAtOnce(deployment: Deployment): Promise<void> {
  const { emitted } = deployment;
  const line = commandOf(deployment, "release");
  const done = await Promise.all(
    Array.from({ length: 20 }, () => runOnce(deployment, emitted.release, line)),
  );
  const failed = done.filter(({ code }) => code !== 0);
  assert.equal(failed.length, 0, `${failed.length} of 20 failed:\n${lastLines(failed[0]?.text ?? "", 12)}`);
  const migrator = ["postgres", "mysql"].find((id) => emitted.variables[id] !== undefined);
  if (migrator === undefined) return;
  const migrating = done.filter(({ text }) => /"migration":/.test(text));
  const runs = done.flatMap(({ text }) =>
    [...text.matchAll(/"migration":"([^"]+)"/g)].map(([, name]) => name),
  );
  assert.ok(
    migrating.length <= 1 || emitted.roles.store !== migrator,
    `${migrating.length} releases migrated`,
  );
  assert.equal(new Set(runs).size, runs.length, `a migration ran twice: ${runs.join(", ")}`);
}

/** Ten seeds at once leave what one leaves. */
export async function seedsAtOnce(deployment: Deployment, port: number): Promise<void> {
  const seed = () => runOnce(deployment, deployment.emitted.release, deployment.emitted.tasks.seed ?? "");
  const done = await Promise.all(Array.from({ length: 10 }, seed));
  const failed = done.filter(({ code }) => code !== 0);
  assert.equal(failed.length, 0, `${failed.length} of 10 failed:\n${lastLines(failed[0]?.text ?? "", 12)}`);
  if (!deployment.emitted.combination.example || deployment.emitted.roles.store == null) return;
  const rows = await rowsAt(port, deployment);
  assert.ok(rows.length > 0, "the seed added nothing");
  assert.equal((await seed()).code, 0);
  assert.deepEqual(await rowsAt(port, deployment), rows, "one more seed changes the rows");
  assert.equal(new Set(rows).size, rows.length, "a row is there twice");
}

async function rowsAt(port: number, { emitted }: Deployment): Promise<readonly string[]> {
  // The cached list may be five seconds old.
  if (emitted.roles.cache != null) await sleep(5_100);
  return (await list(port)).map(({ id, text }) => `${id} ${text}`).sort();
}
