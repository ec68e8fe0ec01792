import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Session } from "../../src/check/probe/session.ts";
import { inParallel } from "../../src/check/probe/wait.ts";
import type { Catalogue, Tree } from "../../src/core/types.ts";
import { fleetFiles } from "../../src/io/cli/pack/fleet-files.ts";
import { isInstalled, tools } from "../support/tools.ts";
import type { Emitted } from "./emit.ts";
import { NotRun, type Report } from "./report.ts";
import { quoted, step } from "./step.ts";
import { buildEnvironment } from "./toolchain.ts";

type Linter = {
  readonly name: string;
  /** Files that it judges. */
  readonly judges: (path: string, text: string) => boolean;
  /** Files that it needs beside them. */
  readonly beside?: readonly string[];
  readonly program: string;
  readonly args: readonly string[];
  /** Run once in each folder, without file names. */
  readonly whole?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
};

const isScript = (_path: string, text: string): boolean => /^#!\/bin\/(ba)?sh\n/.test(text);
const isPosix = (_path: string, text: string): boolean => text.startsWith("#!/bin/sh");
const isWorkflow = (path: string): boolean => /^\.github\/workflows\/.*\.ya?ml$/.test(path);
const named =
  (name: string) =>
  (path: string): boolean =>
    path === name;
const schema = join(tools.python, "check-jsonschema");
const compose = join(tools.engine, "usr", "libexec", "docker", "cli-plugins", "docker-compose");

const linters: readonly Linter[] = [
  { name: "shellcheck", judges: isScript, program: "shellcheck", args: ["--severity=style"] },
  { name: "shfmt", judges: isScript, beside: [".editorconfig"], program: "shfmt", args: ["--diff"] },
  {
    name: "sh -n",
    judges: isPosix,
    program: "sh",
    args: ["-c", 'for f; do sh -n "$f" || exit 1; done', "sh"],
  },
  {
    name: "hadolint",
    judges: named("Dockerfile"),
    program: join(tools.python, "hadolint"),
    args: ["--no-color"],
  },
  {
    name: "actionlint",
    judges: isWorkflow,
    program: tools.actionlint,
    // GitHub's key is newer than the newest actionlint. The schema below knows it.
    args: ["-no-color", "-ignore", 'unexpected key "command" for "services" section'],
  },
  {
    name: "zizmor",
    judges: (path) => isWorkflow(path) || path === ".github/dependabot.yml",
    program: join(tools.python, "zizmor"),
    args: ["--offline", "--no-progress", "--color=never", "."],
    whole: true,
  },
  {
    name: "schema of workflows",
    judges: isWorkflow,
    program: schema,
    args: ["--builtin-schema=vendor.github-workflows"],
  },
  {
    name: "schema of dependabot.yml",
    judges: named(".github/dependabot.yml"),
    program: schema,
    args: ["--builtin-schema=vendor.dependabot"],
  },
  {
    name: "schema of Renovate's configuration",
    judges: named("fleet/renovate.json"),
    program: schema,
    args: ["--builtin-schema=vendor.renovate"],
  },
  {
    name: "schema of compose.yaml",
    judges: named("compose.yaml"),
    program: schema,
    args: ["--builtin-schema=vendor.compose-spec"],
  },
  {
    name: "docker compose config",
    judges: named("compose.yaml"),
    program: compose,
    args: ["--profile=*", "config", "--quiet"],
    whole: true,
  },
  {
    name: "varlock load",
    judges: named(".env.schema"),
    program: tools.varlock,
    args: ["load", "--format=json"],
    whole: true,
    environment: {
      PORT: "3000",
      DATABASE_URL: "postgres://a:b@127.0.0.1/c",
      REDIS_URL: "redis://127.0.0.1/0",
      AMQP_URL: "amqp://127.0.0.1",
      NATS_URL: "nats://127.0.0.1",
      SMTP_URL: "smtp://127.0.0.1:1025",
      BILLING_URL: "http://127.0.0.1:9",
    },
  },
];

/** Judges each distinct file of all combinations, and of what `pack fleet` writes, once, by the tools of others. */
export async function lintEmitted(
  session: Session,
  report: Report,
  emitted: readonly Emitted[],
  built: Catalogue,
): Promise<void> {
  const trees = [...emitted.map(({ tree }) => tree), fleetTree(built, emitted[0]?.tree)];
  for (const linter of linters) {
    const folders = layOut({ session, linter, trees });
    await report.check(`${folders.size} of ${emitted.length} emitted`, linter.name, async () => {
      if (folders.size === 0) throw new NotRun("no combination emits such a file");
      if (linter.program.includes("/") && !isInstalled(linter.program))
        throw new NotRun(`${linter.name} is not installed`);
      const environment = { ...buildEnvironment(session.directory, 26), CI: "true", ...linter.environment };
      if (linter.whole) {
        const line = quoted([linter.program, ...linter.args]);
        const judge = (folder: string) => () =>
          step(session, { line, cwd: folder, environment, timeoutMs: 60_000 });
        await inParallel(2, [...folders.keys()].map(judge));
        return;
      }
      const files = [...folders].flatMap(([folder, paths]) => paths.map((path) => join(folder, path)));
      await step(session, {
        line: quoted([linter.program, ...linter.args, ...files]),
        cwd: session.directory,
        environment,
        timeoutMs: 120_000,
      });
    });
  }
}

/** In the style that our repos have. */
function fleetTree(built: Catalogue, like: Tree | undefined): Tree {
  const files = Object.entries(fleetFiles(built)).map(
    ([path, content]) => [path, { content, executable: false }] as const,
  );
  const style = [...(like ?? [])].filter(([path]) => path === ".editorconfig");
  return new Map([...files, ...style]);
}

type Layout = { readonly session: Session; readonly linter: Linter; readonly trees: readonly Tree[] };

/** Folders with the judged files, one for each set of them that differs from all the others. */
function layOut({ session, linter, trees }: Layout): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, readonly string[]>();
  for (const tree of trees) {
    const texts = [...tree].flatMap(([path, { content }]) =>
      typeof content === "string" ? [[path, content] as const] : [],
    );
    const judged = texts.filter(([path, text]) => linter.judges(path, text));
    if (judged.length === 0) continue;
    const all = [...judged, ...texts.filter(([path]) => linter.beside?.includes(path))];
    const digest = createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 12);
    const folder = join(session.directory, "lint", `${linter.name.replace(/\W+/g, "-")}-${digest}`);
    if (folders.has(folder)) continue;
    folders.set(
      folder,
      judged.map(([path]) => path),
    );
    for (const [path, text] of all) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
      chmodSync(join(folder, path), tree.get(path)?.executable ? 0o755 : 0o644);
    }
  }
  return folders;
}
