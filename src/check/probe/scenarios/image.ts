import { existsSync } from "node:fs";
import { join } from "node:path";
import { boot, confirmed, isUsable, type Lab, noStartEither, startsPlainly, statusOf } from "../lab.ts";
import { shellWord } from "../services/server.ts";
import { describeStart, lastLines } from "../tail.ts";
import { type NotTried, notTried } from "../verdict.ts";
import { debugPaths, type TrioFacts } from "./trio.ts";

export type ImageFacts = {
  readonly built: boolean;
  readonly ready: boolean;
  readonly evidence: string;
  /** Routes that answer otherwise than on the host. */
  readonly different: readonly string[];
  /** Variables whose secret is in a layer's history or in the settings of the image. */
  readonly leaks: readonly string[];
};

const buildBudgetMs = 15 * 60_000;

/** The image of the Dockerfile, built from the committed tree, with the config of the web process. */
export async function observeImage(lab: Lab, trio: TrioFacts): Promise<ImageFacts | NotTried> {
  const { engine, pristine } = lab;
  if (!existsSync(join(lab.tree, "Dockerfile"))) return notTried("there is no Dockerfile");
  if (!engine) return notTried("no container engine answers on this host");
  const tag = `twelve-factor-check:${lab.session.id}`;
  const built = await engine.run(
    ["build", "--quiet", "--network", "host", ...engine.mark, "--tag", tag, "."],
    {
      cwd: pristine(),
      timeoutMs: buildBudgetMs,
    },
  );
  const nothing = { ready: false, different: [], leaks: [] };
  if (built === null) return { ...nothing, built: false, evidence: `${engine.program} build failed` };
  const variables = [...lab.resources.map(({ variable }) => variable), ...Object.keys(lab.values), "PORT"];
  const name = `tf-check-${lab.session.id.slice(0, 8)}`;
  const line = [
    ...[engine.program, "run", "--rm", "--init", "--name", name, "--network", "host", ...engine.mark],
    ...variables.flatMap((variable) => ["--env", variable]),
    tag,
  ];
  const booted = await boot(lab, {
    type: "web",
    line: `exec ${line.map(shellWord).join(" ")}`,
    patient: true,
  });
  const different: string[] = [];
  if (isUsable(lab, booted)) {
    for (const [path, before] of trio.smoke) {
      // What was not answered here tells nothing about the image.
      if (before === null || debugPaths.includes(path)) continue;
      const status = await confirmed(
        () => statusOf(booted, path),
        (each) => each !== before,
      );
      if (status !== before) different.push(`${path}: ${before} here, ${status ?? "no answer"} there`);
    }
  }
  const told = `${await engine.run(["history", "--no-trunc", tag])} ${await engine.run(["image", "inspect", tag])}`;
  const leaks = [...lab.canaries].flatMap(([value, variable]) => (told.includes(value) ? [variable] : []));
  const evidence = isUsable(lab, booted) ? lastLines(booted.launched) : describeStart(lab, booted);
  await engine.run(["rm", "--force", "--volumes", name]);
  await booted.stop();
  if (!isUsable(lab, booted) && !(await startsPlainly(lab))) return notTried(noStartEither);
  return { built: true, ready: isUsable(lab, booted), evidence, different, leaks };
}
