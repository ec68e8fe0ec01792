import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "../../src/check/probe/session.ts";
import type { FileContent, Tree } from "../../src/core/types.ts";
import { nameOf } from "./combinations.ts";
import { type Emitted, writeTree } from "./emit.ts";
import type { Report } from "./report.ts";
import { attempt, step } from "./step.ts";
import { buildEnvironment } from "./toolchain.ts";

/** Trees in a program of the compiler. */
const atOnce = 64;

const isSource = (path: string): boolean => /^(src|test)\/|^(tsconfig.*|biome)\.json$/.test(path);

/**
 * Lints and type-checks the sources of every combination, each distinct set of them once. All of them use one installation
 * of everything, so that what they import is compared with what they declare.
 */
export async function verifySources(
  { session, report }: { readonly session: Session; readonly report: Report },
  emitted: readonly Emitted[],
): Promise<void> {
  const folder = join(session.directory, "sources");
  const environment = buildEnvironment(folder, 26);
  const distinct = [...new Map(emitted.map((one) => [sourcesOf(one.tree), one])).values()];
  const everything = join(folder, "everything");
  const subject = `${distinct.length} sources of ${emitted.length} combinations`;

  const installed = await report.prepare(
    subject,
    "install everything that a stack can depend on",
    async () => {
      const lock = readFileSync("templates/stacks/node-fastify/package-lock.json", "utf8");
      mkdirSync(everything, { recursive: true });
      writeFileSync(join(everything, "package-lock.json"), lock);
      writeFileSync(join(everything, "package.json"), JSON.stringify(JSON.parse(lock).packages[""]));
      writeFileSync(join(everything, ".npmrc"), "ignore-scripts=true\n");
      await step(session, { line: "npm ci", cwd: everything, environment, timeoutMs: 180_000 });
    },
  );
  if (!installed) return;

  await report.check(subject, "import what package.json declares, and nothing else", async () => {
    for (const { tree, combination } of distinct) {
      const imported = importsOf(tree);
      const declared = declaredBy(tree);
      const missing = [...imported.keys()].filter((name) => !(name in declared));
      if (missing.length > 0) throw new Error(`${nameOf(combination)}: not declared: ${missing.join(", ")}`);
      const late = [...imported].filter(([name, atRunTime]) => atRunTime && declared[name] === "development");
      if (late.length > 0)
        throw new Error(`${nameOf(combination)}: needed at run time: ${late.map(([name]) => name)}`);
    }
  });

  for (const [index, { tree }] of distinct.entries()) writeTree(tree, join(everything, `${index}`));
  const judge = async (line: string, cwd: string, timeoutMs: number): Promise<void> => {
    const { code, text } = await attempt(session, { line, cwd, environment, timeoutMs });
    if (code !== 0) throw new Error(text.split("\n").slice(0, 25).join("\n"));
  };
  const named = (text: string): string =>
    text.replace(/^(?:files\/)?(\d+)\//gm, (_: string, index: string) => {
      const found = distinct[Number(index)];
      return found === undefined ? `${index}/` : `${nameOf(found.combination)}: `;
    });
  await report.check(subject, "lint", async () => {
    const linted = join(everything, "lint");
    const config = JSON.parse(`${distinct[0]?.tree.get("biome.json")?.content}`);
    writeTree(filesOnce(distinct.map(({ tree }) => tree)), join(linted, "files"));
    writeFileSync(join(linted, "biome.json"), JSON.stringify({ ...config, files: { includes: ["**"] } }));
    await judge("exec ../node_modules/.bin/biome check --error-on-warnings files", linted, 120_000).catch(
      (error) => {
        throw new Error(named(error.message));
      },
    );
  });
  await report.check(subject, "types", async () => {
    const configs = new Map(
      distinct.map(({ tree }, index) => [`${tree.get("tsconfig.json")?.content}`, index]),
    );
    for (const [config, some] of configs) {
      const those = [...distinct.keys()].filter(
        (index) => `${distinct[index]?.tree.get("tsconfig.json")?.content}` === config,
      );
      // Many of them in one program, so that what they import is read once, and not more than fit into memory.
      for (let at = 0; at < those.length; at += atOnce) {
        const include = those.slice(at, at + atOnce).flatMap((index) => [`${index}/src`, `${index}/test`]);
        const whole = JSON.stringify({ extends: `./${some}/tsconfig.json`, include });
        writeFileSync(join(everything, "tsconfig.json"), whole);
        await judge("exec node_modules/.bin/tsc --noEmit --pretty false", everything, 300_000).catch(
          (error) => {
            throw new Error(named(error.message));
          },
        );
      }
    }
  });
}

/** Each file that differs from all the others once, in a folder with the number of the first tree that has it. */
function filesOnce(trees: readonly Tree[]): Tree {
  const known = new Set<string>();
  const files = new Map<string, FileContent>();
  for (const [index, tree] of trees.entries()) {
    for (const [path, file] of tree) {
      const key = `${path}\0${file.content}`;
      const isLinted = (isSource(path) && path !== "biome.json") || path === "package.json";
      if (!isLinted || known.has(key)) continue;
      known.add(key);
      files.set(`${index}/${path}`, file);
    }
  }
  return files;
}

function sourcesOf(tree: Tree): string {
  const hash = createHash("sha256").update(JSON.stringify(declaredBy(tree)));
  for (const [path, { content }] of tree) if (isSource(path)) hash.update(`\0${path}\0`).update(content);
  return hash.digest("hex");
}

function declaredBy(tree: Tree): Readonly<Record<string, "run time" | "development">> {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(`${tree.get("package.json")?.content}`);
  return Object.fromEntries([
    ...Object.keys(devDependencies).map((name) => [name, "development"]),
    ...Object.keys(dependencies).map((name) => [name, "run time"]),
  ]);
}

const importStatement = /^(?:import|export)\s+(type\s)?(?:[\w$*{},\s]+\sfrom\s+)?"([^".][^"]*)";/gm;

/** Packages that the sources import, and whether the program itself does so when it runs. */
function importsOf(tree: Tree): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const [path, { content }] of tree) {
    if (!/^(src|test)\/.*\.ts$/.test(path)) continue;
    for (const [, isType, from] of `${content}`.matchAll(importStatement)) {
      if (from === undefined || from.startsWith("node:")) continue;
      const name = from
        .split("/")
        .slice(0, from.startsWith("@") ? 2 : 1)
        .join("/");
      const atRunTime = path.startsWith("src/") && isType === undefined;
      found.set(name, (found.get(name) ?? false) || atRunTime);
    }
  }
  return found;
}
